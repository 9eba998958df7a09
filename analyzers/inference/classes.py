"""Classes: their attributes along the method resolution order, and what an attribute access gives."""

import ast

from analyzers.inference.entities import Entities
from analyzers.inference.objects import attribute_cell
from analyzers.inference.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.store import Location
from analyzers.inference.values import (
    EMPTY,
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
    join,
    joined,
    only,
    ordered,
)
from analyzers.knowledge import flytekit
from analyzers.knowledge.libraries import is_standard
from analyzers.model.calls import Category
from analyzers.model.entities import EntityKind
from analyzers.model.facts import Reference

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag"})
_RECORDS = frozenset({"typing.NamedTuple", "pydantic.BaseModel", "typing.TypedDict"})


class Classes(Entities):
    """Attribute access on everything, classes of the project above all."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # handed through to Core as they came
        self.bases: dict[ClassRef, list[Values]] = {}
        self.record_classes: set[ClassRef] = set()

    # The method resolution order.

    def linearized(self, cls: ClassRef) -> list[ClassRef]:
        """The project's classes in method resolution order; a base that may be several classes contributes all."""
        order = [cls]
        for base in self._base_values(cls):
            if isinstance(base, ClassRef) and base is not cls:
                for ancestor in self.linearized(base):
                    if ancestor in order:
                        order.remove(ancestor)
                    order.append(ancestor)
        return order

    def _base_values(self, cls: ClassRef) -> list[Value]:
        return [value for values in self.bases.get(cls, []) for value in ordered(values)]

    def external_bases(self, cls: ClassRef) -> set[str]:
        """The canonical names of the classes outside the project that `cls` inherits from."""
        found = set()
        for ancestor in self.linearized(cls):
            for base in self._base_values(ancestor):
                match base:
                    case External(name=name):
                        found.add(name)
                    case ClassRef():
                        pass
                    case _:
                        found.add("")
        return found

    def is_enum(self, cls: ClassRef) -> bool:
        return bool(self.external_bases(cls) & _ENUMS)

    def is_record(self, cls: ClassRef) -> bool:
        """Whether the constructor takes the annotated attributes in order."""
        return any(c in self.record_classes for c in self.linearized(cls)) or bool(self.external_bases(cls) & _RECORDS)

    def class_attribute(self, classes: list[ClassRef], name: str) -> Values | None:
        """The first definition of `name` along `classes`, not bound to anything; None where there is none."""
        for cls in classes:
            location: Location = (cls.env.owner, name)
            if location in self.store:
                return self.read(location)
        return None

    # Attribute access.

    def attribute(self, values: Values, name: str, node: ast.expr) -> Values:
        return joined(self._attribute_of(value, name, node) for value in ordered(values))

    def _attribute_of(self, value: Value, name: str, node: ast.expr) -> Values:
        match value:
            case ModuleRef(name=module):
                return only(Method(value, name)) if name == "__dict__" else self.module_attribute(module, name)
            case External():
                return self._external_attribute(value, name, node)
            case Obj(kind="instance", cls=ClassRef()):
                return self._instance_attribute(value, name, node)
            case ClassRef():
                return self._attribute_of_class(value, name, node)
            case Super(cls=cls, receiver=receiver):
                return self._super_attribute(cls, receiver, name, node)
            case Function() | EntityRef() | Partial():
                own = self.read(attribute_cell(value, name))
                return own or only(Method(value, name))
            case Bound(function=function):
                return self._attribute_of(function, name, node)
            case Unknown():
                return only(value)
            case Pending() | Coroutine():
                return self.attribute(self.forced(only(value), node), name, node)
            case _:
                return only(Method(value, name))

    def _external_attribute(self, value: External, name: str, node: ast.expr) -> Values:
        full = flytekit.canonical(f"{value.name}.{name}")
        if full in flytekit.REPLACED:
            place = self.module.place(node)
            self.module.references.setdefault(place, Reference(place, full))
        return only(External(full))

    def _attribute_of_class(self, cls: ClassRef, name: str, node: ast.expr) -> Values:
        found = self.class_attribute(self.linearized(cls), name)
        if found is None:
            return self._missing(cls, name)
        if self.is_enum(cls) and not name.startswith("__"):
            return joined(self._enum_member(cls, value) for value in found)
        return joined(self._through_class(value, cls, node) for value in found)

    def _enum_member(self, cls: ClassRef, value: Value) -> Values:
        if isinstance(value, Function | Descriptor):
            return only(value)
        member = Obj("instance", cls.node, cls.env.owner, cls)
        cell = attribute_cell(member, "value")
        self.weaken(cell, only(value))
        return only(member)

    def _through_class(self, value: Value, cls: ClassRef, node: ast.expr) -> Values:
        match value:
            case Descriptor(kind="classmethod", function=inner):
                return frozenset(Bound(function, cls) for function in inner)
            case Descriptor(kind="staticmethod", function=inner):
                return inner
            case _:
                return only(value)

    def _instance_attribute(self, obj: Obj, name: str, node: ast.expr) -> Values:
        assert obj.cls is not None
        location = attribute_cell(obj, name)
        own = self.read(location) if location in self.store else EMPTY
        if own and obj not in self.summaries:
            return self.settled(own)
        found = self.class_attribute(self.linearized(obj.cls), name)
        if found is None:
            return own or self._missing(obj.cls, name)
        return join(own, *(self._through_instance(value, obj, node) for value in found))

    def _through_instance(self, value: Value, obj: Obj, node: ast.expr) -> Values:
        assert obj.cls is not None
        match value:
            case Function():
                return only(Bound(value, obj))
            case Descriptor(kind="property", function=inner):
                return self.call(inner, Arguments((only(obj),)), CallPoint(node, node, direct=False))
            case Descriptor():
                return self._through_class(value, obj.cls, node)
            case _:
                return only(value)

    def _super_attribute(self, cls: ClassRef, receiver: Value, name: str, node: ast.expr) -> Values:
        start = receiver.cls if isinstance(receiver, Obj) and receiver.cls else receiver
        order = self.linearized(start) if isinstance(start, ClassRef) else self.linearized(cls)
        after = order[order.index(cls) + 1 :] if cls in order else self.linearized(cls)[1:]
        found = self.class_attribute(after, name)
        if found is None:
            return only(Method(receiver, name))
        if isinstance(receiver, Obj):
            return joined(self._through_instance(value, receiver, node) for value in found)
        return joined(self._through_class(value, cls, node) for value in found)

    def _missing(self, cls: ClassRef, name: str) -> Values:
        """An attribute that no class of the project defines."""
        if self.class_attribute(self.linearized(cls), "__getattr__") is not None:
            reason = f"`{cls.node.name}.__getattr__` decides at run time what `{name}` is"
            return only(Unknown(Category.DYNAMIC_ATTRIBUTE, reason, f"give `{cls.node.name}` an attribute `{name}`"))
        if name in ("__class__", "__name__", "__dict__", "__doc__", "name", "_fields"):
            return PLAIN
        foreign = sorted(base for base in self.external_bases(cls) if not is_standard(base))
        if foreign:
            reason = (
                f"`{cls.node.name}` inherits `{name}` from `{foreign[0] or 'an unknown class'}`, outside the project"
            )
            return only(Unknown(Category.EXTERNAL_CODE, reason, f"define `{name}` in the project"))
        return only(Data(frozenset(), f"`{cls.node.name}.{name}`")) if self.external_bases(cls) else EMPTY

    # Changing attributes.

    def assign_attribute(self, values: Values, name: str, new: Values) -> None:
        """`target.name = new` for each possible target."""
        for value in values:
            match value:
                case ModuleRef(name=module):
                    location: Location = (("module", module), name)
                    self.volatile.add(location)
                    self._assign_module(module, name, new, strong=len(values) == 1)
                case ClassRef(env=env):
                    self._overwrite((env.owner, name), new, strong=len(values) == 1)
                case Obj(kind="instance"):
                    strong = len(values) == 1 and value not in self.summaries
                    self._overwrite(attribute_cell(value, name), new, strong)
                case _:
                    self._overwrite(attribute_cell(value, name), new, strong=False)

    def _assign_module(self, module: str, name: str, new: Values, strong: bool) -> None:
        loaded = self.load(module)
        if loaded is not None:
            self._overwrite((loaded.env.owner, name), new, strong)

    def _overwrite(self, location: Location, values: Values, strong: bool) -> None:
        (self.write if strong else self.weaken)(location, values)

    # Instances.

    def instantiate(self, cls: ClassRef, arguments: Arguments, point: CallPoint) -> Values:
        """The instance that calling a class makes; its `__init__` runs."""
        if self.is_enum(cls):
            return self._enum_members(cls, point.node)
        task = next((base for base in sorted(self.external_bases(cls)) if flytekit.constructed_kind(base)), None)
        if task is not None:
            return self.made(task, EntityKind.TASK_INSTANCE, arguments, point.node)
        obj = self.allocate("instance", point.node, cls)
        order = self.linearized(cls)
        created = self.class_attribute(order, "__init__")
        if created is not None:
            bound: Values = frozenset(Bound(value, obj) for value in created if isinstance(value, Function))
            self.call(bound, arguments, CallPoint(point.node, point.at, direct=False))
        elif self.is_record(cls):
            self._fill_record(obj, order, arguments, point)
        elif self.external_bases(cls):
            self.handed_over(arguments, point, cls.node.name)
        return only(obj)

    def _enum_members(self, cls: ClassRef, node: ast.expr) -> Values:
        names = [
            target.id
            for statement in cls.node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        ]
        return joined(self._attribute_of_class(cls, name, node) for name in names)

    def _fill_record(self, obj: Obj, order: list[ClassRef], arguments: Arguments, point: CallPoint) -> None:
        fields = list(dict.fromkeys(name for cls in reversed(order) for name in _annotated(cls.node)))
        for index, name in enumerate(fields):
            given = arguments.argument(index, name)
            rest = join(arguments.star or EMPTY, arguments.double_star or EMPTY)
            if not given:
                given = join(rest, self.class_attribute(order, name) or EMPTY)
            self.assign_attribute(only(obj), name, given)
        after = self.class_attribute(order, "__post_init__")
        if after is not None:
            bound: Values = frozenset(Bound(value, obj) for value in after)
            self.call(bound, NO_ARGUMENTS, CallPoint(point.node, point.at, direct=False))

    def call_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
        """`obj.name(...)` where the project's class defines it, else None."""
        if obj.cls is None:
            return None
        found = self.class_attribute(self.linearized(obj.cls), name)
        if found is None:
            return None
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
        if obj.cls is not None and self.is_record(obj.cls):
            fields = [name for cls in self.linearized(obj.cls) for name in _annotated(cls.node)]
            return joined(self.read(attribute_cell(obj, name)) for name in fields)
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
                return self._enum_members(value, site)
            case Pending() | Coroutine():
                return self.forced(only(value), site)
            case Method() | External() | ExternalInstance() | Future():
                return self.opaque("iterated code outside the project")
            case _:
                return PLAIN

    def generated(self, generator: Generator, site: ast.expr) -> Values:
        """What iterating over a generator of the project gives."""
        raise AssertionError("the part that knows calls answers this")

    def handed_over(self, arguments: Arguments, point: CallPoint, receiver: str) -> None:
        """Arguments that go to code that is not seen through."""
        raise AssertionError("the part that knows calls answers this")


def _annotated(node: ast.ClassDef) -> list[str]:
    return [s.target.id for s in node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
