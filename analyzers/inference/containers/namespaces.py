"""Namespaces as values: `vars`, `__dict__`, `inspect.getmembers`, and objects that are nothing but a namespace."""

import ast
from collections.abc import Iterator

from analyzers.inference.containers.rankings import Rankings
from analyzers.inference.domain.scopes import body_names
from analyzers.inference.domain.value_sets import DELETED, PLAIN, UNSET, const, only
from analyzers.inference.domain.values import ClassRef, Method, ModuleRef, Obj, Value, Values
from analyzers.inference.memory.entries import VIEWED
from analyzers.inference.memory.objects import attribute_cell

_ABSENT = DELETED | UNSET
_GLOBALS_LIMIT = 16
"""How many globals are gone through one by one: of more, loops would tell any from any other no longer."""


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

    def global_keys(self, name: str) -> list[Values] | None:
        """The names that a module has bound by now, in the order of its source; None where they are not all known."""
        module = self.load(name)
        if module is None or module.open or module.stars or module.file.package:
            return None  # a package has its modules as attributes too
        found: list[Values] = []
        added = sorted(self.extra_names.get(name, set()) - module.env.names)
        for bound in (*body_names(module.tree, module.env), *added):
            values = self.read((module.env.owner, bound))
            if values and not values.isdisjoint(_ABSENT) and not values <= _ABSENT:
                return None
            if not values <= _ABSENT:
                found.append(const(bound))
        return found if len(found) <= _GLOBALS_LIMIT else None

    def dict_of(self, value: Value, node: ast.expr) -> Value:
        """A dict as it is now, also that of a module; anything else itself."""
        match value:
            case Method(receiver=ModuleRef(name=name), name="__dict__"):
                return self.module_dict(name, node)
            case Obj(kind="dict"):
                return self.current(value, node)
            case _:
                return value
