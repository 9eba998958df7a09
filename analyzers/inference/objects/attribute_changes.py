"""How attributes change: assigned, deleted, taken by properties and descriptors."""

import ast

from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import DELETED, EMPTY, const, constants, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Descriptor,
    EntityRef,
    Function,
    ModuleRef,
    Obj,
    Partial,
    Value,
    Values,
)
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.classes import Classes


class AttributeChanges(Classes):
    """Writing attributes of modules, classes and instances."""

    def assign_attribute(self, values: Values, name: str, new: Values, node: ast.expr) -> None:
        """`target.name = new` for each possible target."""
        for value in values:
            match value:
                case ModuleRef(name=module):
                    location: Location = (("module", module), name)
                    self.note_changing(location)
                    self._assign_module(module, name, new, strong=len(values) == 1)
                case ClassRef(env=env):
                    inherited = self.class_attribute(self.linearized(value)[1:], name)
                    self._inherit((env.owner, name), inherited or EMPTY)
                    self._overwrite((env.owner, name), new, strong=len(values) == 1)
                case Obj(kind="instance", cls=ClassRef() as cls):
                    self._assign_to_instance(value, cls, name, new, node, alone=len(values) == 1)
                case _:
                    if not isinstance(value, Function | Partial | EntityRef):
                        self.begin_inside(new)
                    strong = len(values) == 1 and self.is_one_function(value)
                    self._overwrite(attribute_cell(value, name), new, strong)

    def is_one_function(self, value: Value) -> bool:
        """Whether a value is a function that is defined once: at the top of a module, outside of every block."""
        function = self.entities[value.number].function if isinstance(value, EntityRef) else value
        if not isinstance(function, Function) or function.env.owner[0] != "module":
            return False
        return function.node in self.module_named(function.env.module).tree.body

    def _assign_to_instance(self, obj: Obj, cls: ClassRef, name: str, new: Values, node: ast.expr, alone: bool) -> None:
        hook = self.class_attribute(self.linearized(cls), "__setattr__")
        if hook:
            self.call_method(obj, "__setattr__", Arguments((const(name), new)), CallPoint(node, node, direct=False))
        else:
            self._set(obj, name, new, node, alone)

    def set_attribute(self, obj: Obj, arguments: Arguments, node: ast.expr) -> None:
        """`object.__setattr__(obj, name, value)`: the `__setattr__` of the class is passed over."""
        for name in constants(arguments.argument(0, "name")) or ():
            self._set(obj, str(name), arguments.argument(1, "value"), node, alone=True)

    def _set(self, obj: Obj, name: str, new: Values, node: ast.expr, alone: bool) -> None:
        assert obj.cls is not None
        cls = obj.cls
        inherited = self.class_attribute(self.linearized(cls), name) or EMPTY
        if self._set_by_descriptor(obj, inherited, new, node):
            return
        self.attribute_names.setdefault(cls, {})[name] = None
        location = attribute_cell(obj, name)
        plain = [value for value in inherited if not isinstance(value, Obj | Descriptor)]
        self._inherit(location, joined(self._through_instance(value, obj, node) for value in plain))
        self._overwrite(location, new, strong=alone and obj not in self.summaries)

    def _set_by_descriptor(self, obj: Obj, inherited: Values, new: Values, node: ast.expr) -> bool:
        """Whether a property's setter or the `__set__` of a descriptor took the value."""
        point = CallPoint(node, node, direct=False)
        arguments = Arguments((only(obj), new))
        taken = False
        for value in ordered(inherited):
            if isinstance(value, Descriptor) and value.setter:
                self.call(value.setter, arguments, point)
                taken = True
            elif isinstance(value, Obj) and self.call_method(value, "__set__", arguments, point) is not None:
                taken = True
        return taken

    def _inherit(self, location: Location, inherited: Values) -> None:
        """An attribute is about to get a value of its own; where no run gave it one, the inherited one shows."""
        if inherited and location not in self.store:
            self.store.presume(location, inherited)

    def delete_attribute(self, values: Values, name: str) -> None:
        """`del target.name`: what the class has under that name shows again."""
        for value in ordered(values):
            match value:
                case ModuleRef(name=module):
                    self.note_changing((("module", module), name))
                    self._assign_module(module, name, DELETED, strong=len(values) == 1)
                case ClassRef(env=env):
                    inherited = self.class_attribute(self.linearized(value)[1:], name) or EMPTY
                    self._overwrite((env.owner, name), inherited, strong=len(values) == 1)
                case Obj(cls=ClassRef() as cls):
                    self._delete_of_instance(value, cls, name, alone=len(values) == 1)
                case _:
                    pass

    def _delete_of_instance(self, obj: Obj, cls: ClassRef, name: str, alone: bool) -> None:
        inherited = self.class_attribute(self.linearized(cls), name) or EMPTY
        deleters = joined(each.deleter for each in inherited if isinstance(each, Descriptor))
        if deleters:
            node = ast.copy_location(ast.Constant(None), obj.site)
            self.call(deleters, Arguments((only(obj),)), CallPoint(node, node, direct=False))
        elif alone and obj not in self.summaries:
            self.write(attribute_cell(obj, name), EMPTY)

    def note_open(self, values: Values) -> None:
        """Modules to which names are added that are not known."""
        for value in values:
            module = self.load(value.name) if isinstance(value, ModuleRef) else None
            if module is not None and not module.open:
                module.open = True
                self.run.memos.clear()

    def _assign_module(self, module: str, name: str, new: Values, strong: bool) -> None:
        loaded = self.load(module)
        if loaded is not None:
            if name not in loaded.env.names:
                self.extra_names.setdefault(module, set()).add(name)
            self._overwrite((loaded.env.owner, name), new, strong)

    def _overwrite(self, location: Location, values: Values, strong: bool) -> None:
        (self.write if strong else self.weaken)(location, values)
