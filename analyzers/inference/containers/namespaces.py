"""Namespaces as values: `vars`, `__dict__`, `inspect.getmembers`, and objects that are nothing but a namespace."""

import ast
from collections.abc import Iterator

from analyzers.inference.containers.rankings import Rankings
from analyzers.inference.domain.scopes import body_names
from analyzers.inference.domain.value_sets import PLAIN, UNSET, const, only
from analyzers.inference.domain.values import ClassRef, Method, ModuleRef, Obj, Value, Values
from analyzers.inference.memory.entries import VIEWED
from analyzers.inference.memory.objects import attribute_cell


class Namespaces(Rankings):
    """What has attributes, seen as a dict of them."""

    def namespace_of(self, value: Value, node: ast.expr) -> Values:
        """The attributes of a module, a class or an instance by name; a change of the one changes the other."""
        match value:
            case ModuleRef():
                return only(Method(value, "__dict__"))
            case ClassRef() | Obj(kind="instance"):
                made = self.new_dict(node)
                self.weaken((made, VIEWED), only(value))
                self.refresh(made)
                return only(made)
            case _:
                return self.opaque("the namespace of code outside the project")

    def refresh(self, obj: Obj) -> None:
        """Bring a dict that is the `__dict__` of something up to date."""
        owners = self.viewed(obj)
        if not owners:
            return
        self.clear(obj)
        for owner in owners:
            for name, values in self._entries_of(owner):
                self.keep_entry(obj, const(name), values - UNSET, certain=not values & UNSET)

    def _entries_of(self, owner: Value) -> Iterator[tuple[str, Values]]:
        """What a class binds itself, in the order of its body, and what was assigned to an instance."""
        if isinstance(owner, ClassRef):
            for name in body_names(owner.node, owner.env):
                yield name, self.read((owner.env.owner, name))
        elif isinstance(owner, Obj) and owner.cls is not None:
            for name in self.attribute_names.get(owner.cls, {}):
                if attribute_cell(owner, name) in self.store:
                    yield name, self.read(attribute_cell(owner, name))

    def class_dict(self, cls: ClassRef, node: ast.expr) -> Obj:
        """What the body of a class binds, in a dict of its own."""
        made = self.new_dict(node)
        for name, values in self._entries_of(cls):
            self.store_item(made, const(name), values)
        return made

    def module_dict(self, name: str, node: ast.expr) -> Obj:
        """The globals of a module, as they are now."""
        obj = self.new_dict(node)
        module = self.load(name)
        for bound in sorted(self.global_names(module)) if module else ():
            there = self.offers(name, bound)
            if there is not False:
                self.keep_entry(obj, const(bound), self.module_attribute(name, bound), certain=bool(there))
        if module is not None and module.open:
            self.keep_entry(obj, PLAIN, self.opaque(f"what was added to `{name}`"), certain=False)
        return obj

    def dict_of(self, value: Value, node: ast.expr) -> Value:
        """A dict as it is now, also that of a module; anything else itself."""
        match value:
            case Method(receiver=ModuleRef(name=name), name="__dict__"):
                return self.module_dict(name, node)
            case Obj(kind="dict"):
                return self.current(value, node)
            case _:
                return value
