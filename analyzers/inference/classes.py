"""Classes: their attributes along the method resolution order, and what an attribute access gives."""

import ast

from analyzers.inference.hierarchy import Hierarchy
from analyzers.inference.objects import attribute_cell
from analyzers.inference.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.store import Location
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Bound,
    ClassRef,
    Coroutine,
    Data,
    Descriptor,
    EntityRef,
    External,
    ExternalInstance,
    Function,
    Future,
    Generator,
    Method,
    ModuleRef,
    Obj,
    Partial,
    Pending,
    Super,
    Unknown,
    Value,
    Values,
    const,
    join,
    joined,
    only,
    ordered,
)
from analyzers.knowledge import flytekit
from analyzers.knowledge.libraries import is_exception, is_standard
from analyzers.model.calls import Category

_OF_RECORDS = frozenset({"_replace", "_asdict", "model_copy"})
_CONTAINERS = {
    "builtins.dict": "dict",
    "collections.OrderedDict": "dict",
    "collections.UserDict": "dict",
    "builtins.list": "list",
    "collections.UserList": "list",
    "collections.deque": "list",
    "builtins.set": "set",
}
_OF_THREADS = frozenset({"daemon", "getName", "ident", "is_alive", "join", "name", "setDaemon", "setName"})
_MAPPINGS = frozenset(
    f"{module}.{name}" for module in ("collections.abc", "typing") for name in ("Mapping", "MutableMapping")
)
OF_MAPPINGS = frozenset({"get", "items", "keys", "pop", "setdefault", "update", "values"})
"""The methods that a mapping has from its abstract class, which call those of the project."""
_THREADS = frozenset({"threading.Thread", "multiprocessing.Process"})
_OF_CONTAINERS = frozenset({"__getitem__", "__setitem__", "__delitem__", "__iter__"})


class Classes(Hierarchy):
    """Attribute access on everything, classes of the project above all."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.attribute_names: dict[ClassRef, dict[str, None]] = {}

    # Attribute access.

    def attribute(self, values: Values, name: str, node: ast.expr) -> Values:
        return joined(self._attribute_of(value, name, node) for value in ordered(values))

    def _attribute_of(self, value: Value, name: str, node: ast.expr) -> Values:
        match value:
            case ModuleRef(name=module):
                return only(Method(value, name)) if name == "__dict__" else self.module_attribute(module, name)
            case External():
                return self.external_attribute(value, name, node)
            case Obj(kind="instance", cls=ClassRef()):
                return self._instance_attribute(value, name, node)
            case ClassRef():
                return self._attribute_of_class(value, name, node)
            case Super(cls=cls, receiver=receiver):
                return self._super_attribute(cls, receiver, name, node)
            case Function() | EntityRef() | Partial():
                own = self.read(attribute_cell(value, name))
                return own or self.attribute_of_function(value, name)
            case Bound():
                return self.attribute_of_bound(value, name, node)
            case Unknown():
                return only(value)
            case Pending() if name == flytekit.WITH_OVERRIDES:
                return only(Method(value, name))
            case Pending() | Coroutine() if name != "__await__":
                return self.attribute(self.forced(only(value), node), name, node)
            case _:
                return only(Method(value, name))

    def _attribute_of_class(self, cls: ClassRef, name: str, node: ast.expr) -> Values:
        found = self.class_attribute(self.linearized(cls), name)
        if found is None:
            return self._missing(cls, name)
        if self.is_enum(cls) and not name.startswith("__"):
            return self.enum_member(cls, name, found, node)
        return joined(self._through_class(value, cls, node) for value in found)

    def _through_class(self, value: Value, cls: ClassRef, node: ast.expr) -> Values:
        match value:
            case Descriptor(kind="classmethod", function=inner):
                return frozenset(Bound(function, cls) for function in inner)
            case Descriptor(kind="staticmethod" | "field" | "partialmethod", function=inner):
                return inner
            case Obj(kind="instance"):
                return self._got(value, NONE, cls, node)
            case _:
                return only(value)

    def _got(self, value: Obj, instance: Values, cls: ClassRef, node: ast.expr) -> Values:
        """What reading a class attribute gives, which may be a descriptor."""
        point = CallPoint(node, node, direct=False)
        found = self.call_method(value, "__get__", Arguments((instance, only(cls))), point)
        return only(value) if found is None else found

    def _instance_attribute(self, obj: Obj, name: str, node: ast.expr) -> Values:
        assert obj.cls is not None
        location = attribute_cell(obj, name)
        own = self.read(location) if location in self.store else EMPTY
        if own and obj not in self.summaries:
            return self.settled(own)
        found = self.class_attribute(self.linearized(obj.cls), name)
        if found is None:
            return own or self._attribute_of_object(obj, name, node)
        return join(own, *(self._through_instance(value, obj, node) for value in found))

    def _through_instance(self, value: Value, obj: Obj, node: ast.expr) -> Values:
        assert obj.cls is not None
        match value:
            case Function():
                return only(Bound(value, obj))
            case Descriptor(kind="property", function=inner):
                return self.call(inner, Arguments((only(obj),)), CallPoint(node, node, direct=False))
            case Obj(kind="instance"):
                return self._got(value, only(obj), obj.cls, node)
            case Descriptor(kind="partialmethod", function=inner):
                return frozenset(self._bound_partial(each, obj) for each in inner)
            case Descriptor():
                return self._through_class(value, obj.cls, node)
            case _:
                return only(value)

    def _bound_partial(self, value: Value, obj: Obj) -> Value:
        """A `partialmethod`, whose function gets the instance before the arguments that it was given."""
        if not isinstance(value, Partial):
            return value
        return value._replace(arguments=value.arguments._replace(positional=(only(obj), *value.arguments.positional)))

    def _attribute_of_object(self, obj: Obj, name: str, node: ast.expr) -> Values:
        """An attribute that neither the instance nor the project's classes define."""
        assert obj.cls is not None
        if name == "start" and self.external_bases(obj.cls) & _THREADS:
            return self._instance_attribute(obj, "run", node)
        if name == "__dict__":
            return self.namespace_of(obj, node)
        content = self.content(obj)
        if name == "__class__":
            return only(obj.cls)
        if content is not None and not name.startswith("__"):
            return only(content) if name == "data" else only(Method(content, name))
        if name in _OF_RECORDS and self.is_record(obj.cls):
            return only(Method(obj, name))
        if name in OF_MAPPINGS and self.external_bases(obj.cls) & _MAPPINGS:
            return only(Method(obj, name))
        return self._missing(obj.cls, name)

    def content(self, obj: Obj) -> Obj | None:
        """The container that an instance is too, if its class inherits from one."""
        bases = self.external_bases(obj.cls) if obj.cls is not None else set()
        kind = next((_CONTAINERS[base] for base in sorted(bases) if base in _CONTAINERS), None)
        return None if kind is None else Obj(kind, obj.site, obj.owner)

    def _super_attribute(self, cls: ClassRef, receiver: Value, name: str, node: ast.expr) -> Values:
        start = receiver.cls if isinstance(receiver, Obj) and receiver.cls else receiver
        order = self.linearized(start) if isinstance(start, ClassRef) else self.linearized(cls)
        after = order[order.index(cls) + 1 :] if cls in order else self.linearized(cls)[1:]
        found = self.class_attribute(after, name)
        if found is None:
            return only(Method(receiver, name))
        if isinstance(receiver, Obj):
            return joined(self._through_instance(value, receiver, node) for value in found)
        bound = receiver if isinstance(receiver, ClassRef) else cls
        return joined(self._through_class(value, bound, node) for value in found)

    def _missing(self, cls: ClassRef, name: str) -> Values:
        """An attribute that no class of the project defines."""
        if self.class_attribute(self.linearized(cls), "__getattr__") is not None:
            reason = f"`{cls.node.name}.__getattr__` decides at run time what `{name}` is"
            return only(Unknown(Category.DYNAMIC_ATTRIBUTE, reason, f"give `{cls.node.name}` an attribute `{name}`"))
        if name == "__name__":
            return const(cls.node.name)
        if name in ("__subclasses__", "__new__"):
            return only(Method(cls, name))
        if name in ("__class__", "__dict__", "__doc__", "name", "_fields"):
            return PLAIN
        bases = self.external_bases(cls)
        if bases and all(is_exception(base) or (base in _THREADS and name in _OF_THREADS) for base in bases):
            return PLAIN
        foreign = sorted(base for base in self.external_bases(cls) if not is_standard(base))
        if foreign:
            reason = (
                f"`{cls.node.name}` inherits `{name}` from `{foreign[0] or 'an unknown class'}`, outside the project"
            )
            return only(Unknown(Category.EXTERNAL_CODE, reason, f"define `{name}` in the project"))
        return only(Data(frozenset(), f"`{cls.node.name}.{name}`")) if self.external_bases(cls) else EMPTY

    # Changing attributes.

    def assign_attribute(self, values: Values, name: str, new: Values, node: ast.expr) -> None:
        """`target.name = new` for each possible target."""
        for value in values:
            match value:
                case ModuleRef(name=module):
                    location: Location = (("module", module), name)
                    self.volatile.add(location)
                    self._assign_module(module, name, new, strong=len(values) == 1)
                case ClassRef(env=env):
                    inherited = self.class_attribute(self.linearized(value)[1:], name)
                    self._inherit((env.owner, name), inherited or EMPTY)
                    self._overwrite((env.owner, name), new, strong=len(values) == 1)
                case Obj(kind="instance", cls=ClassRef() as cls):
                    self._assign_to_instance(value, cls, name, new, node, alone=len(values) == 1)
                case _:
                    self._overwrite(attribute_cell(value, name), new, strong=False)

    def _assign_to_instance(self, obj: Obj, cls: ClassRef, name: str, new: Values, node: ast.expr, alone: bool) -> None:
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
        for value in values:
            if isinstance(value, Obj) and len(values) == 1 and value not in self.summaries:
                self.write(attribute_cell(value, name), EMPTY)

    def _assign_module(self, module: str, name: str, new: Values, strong: bool) -> None:
        loaded = self.load(module)
        if loaded is not None:
            self._overwrite((loaded.env.owner, name), new, strong)

    def _overwrite(self, location: Location, values: Values, strong: bool) -> None:
        (self.write if strong else self.weaken)(location, values)

    def call_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
        """`obj.name(...)` where the project's class defines it, else None."""
        if obj.cls is None:
            return None
        found = self.class_attribute(self.linearized(obj.cls), name)
        if found is None:
            content = self.content(obj) if name in _OF_CONTAINERS else None
            return None if content is None else self.call(only(Method(content, name)), arguments, point)
        bound = joined(self._through_instance(value, obj, point.node) for value in found)
        return self.call(bound, arguments, CallPoint(point.node, point.at, direct=False))

    def awaited_instance(self, obj: Obj, node: ast.expr) -> Values:
        handed_on = self.call_method(obj, "__await__", NO_ARGUMENTS, CallPoint(node, node, direct=False))
        if handed_on is None:
            return only(obj)
        for value in ordered(handed_on):
            if isinstance(value, Generator):
                self.generated(value, node)
        return self.awaited(handed_on, node)

    def iterated_instance(self, obj: Obj, site: ast.expr) -> Values:
        point = CallPoint(site, site, direct=False)
        for method, step in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
            iterator = self.call_method(obj, method, NO_ARGUMENTS, point)
            if iterator is not None:
                return joined(self._stepped(value, obj, step, site) for value in iterator)
        items = self.record_items(obj)
        if items is not None:
            return joined(items)
        found = self.call_method(obj, "__getitem__", Arguments((PLAIN,)), point)
        return PLAIN if found is None else found

    def _stepped(self, iterator: Value, obj: Obj, step: str, site: ast.expr) -> Values:
        if isinstance(iterator, Obj) and iterator.kind == "instance":
            found = self.call_method(iterator, step, NO_ARGUMENTS, CallPoint(site, site, direct=False))
            found = PLAIN if found is None else found
            return self.awaited(found, site) if step == "__anext__" else found
        return EMPTY if iterator == obj else self.iterated(only(iterator), site)

    def iterated_other(self, value: Value, site: ast.expr) -> Values:
        match value:
            case Generator():
                return self.generated(value, site)
            case ClassRef() if self.is_enum(value):
                return self.enum_members(value, site)
            case Pending() | Coroutine():
                return self.forced(only(value), site)
            case Method() | External() | ExternalInstance() | Future():
                return self.opaque("iterated code outside the project")
            case _:
                return PLAIN

    def namespace_of(self, value: Value, node: ast.expr) -> Values:
        """The attributes of a module, a class or an instance by name."""
        raise AssertionError("the part that knows namespaces answers this")

    def record_items(self, obj: Obj) -> list[Values] | None:
        """The fields of a record one by one."""
        raise AssertionError("the part that knows instances answers this")

    def enum_member(self, cls: ClassRef, name: str, values: Values, node: ast.expr) -> Values:
        """The member `name` of an enum, or what else the class has under that name."""
        raise AssertionError("the part that knows instances answers this")

    def enum_members(self, cls: ClassRef, node: ast.expr) -> Values:
        """All members of an enum."""
        raise AssertionError("the part that knows instances answers this")

    def generated(self, generator: Generator, site: ast.expr) -> Values:
        """What iterating over a generator of the project gives."""
        raise AssertionError("the part that knows calls answers this")

    def handed_over(self, arguments: Arguments, point: CallPoint, receiver: str) -> None:
        """Arguments that go to code that is not seen through."""
        raise AssertionError("the part that knows calls answers this")
