"""The classes of the project: their bases, their order in method resolution, and what kind of class they are."""

from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import ordered
from analyzers.inference.domain.values import ClassRef, External, Obj, Value, Values
from analyzers.inference.objects.function_attributes import FunctionAttributes
from analyzers.knowledge.libraries import is_exception

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
_RECORDS = frozenset({"typing.NamedTuple", "pydantic.BaseModel", "typing.TypedDict"})
PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})
"""Bases that add nothing to what instances do by themselves."""
THREADS = frozenset({"threading.Thread", "multiprocessing.Process"})
_CONTAINERS = {
    "builtins.dict": "dict",
    "collections.OrderedDict": "dict",
    "collections.UserDict": "dict",
    "builtins.list": "list",
    "collections.UserList": "list",
    "collections.deque": "list",
    "builtins.set": "set",
}


class ClassOrders(FunctionAttributes):
    """What follows from the bases of a class."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]  # handed through to Core as they came
        self.bases: dict[ClassRef, list[Values]] = {}
        self.record_classes: set[ClassRef] = set()
        self.attribute_names: dict[ClassRef, dict[str, None]] = {}

    # The method resolution order.

    def linearized(self, cls: ClassRef) -> list[ClassRef]:
        """The project's classes in method resolution order (C3); a base that may be several classes contributes all."""
        bases = [base for base in self._base_values(cls) if isinstance(base, ClassRef) and base is not cls]
        lines = [*(self.linearized(base) for base in bases), bases]
        order = [cls]
        while lines := [line for line in lines if line]:
            heads = (line[0] for line in lines if not any(line[0] in other[1:] for other in lines))
            head = next(heads, lines[0][0])
            order.append(head)
            lines = [[ancestor for ancestor in line if ancestor != head] for line in lines]
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

    def is_exception(self, cls: ClassRef) -> bool:
        """Whether a class inherits from a builtin exception."""
        return any(map(is_exception, self.external_bases(cls)))

    def is_like_no_other(self, cls: ClassRef) -> bool:
        """Whether an instance equals itself alone, as far as the bases of its class tell."""
        return all(base in PLAIN_BASES or is_exception(base) for base in self.external_bases(cls))

    def answers(self, obj: Obj, method: str) -> bool:
        """Whether the project's class of an instance defines a method."""
        return obj.cls is not None and self.class_attribute(self.linearized(obj.cls), method) is not None

    def is_thread(self, cls: ClassRef) -> bool:
        """Whether the `start` of instances runs their `run`."""
        return bool(self.external_bases(cls) & THREADS)

    def is_abstract_collection(self, obj: Obj) -> bool:
        """Whether a class inherits methods from `collections.abc`."""
        bases = self.external_bases(obj.cls) if obj.cls is not None else set()
        return any(base.rpartition(".")[0] in ("collections.abc", "typing") for base in bases)

    def content(self, obj: Obj) -> Obj | None:
        """The container that an instance is too, if its class inherits from one."""
        bases = self.external_bases(obj.cls) if obj.cls is not None else set()
        kind = next((_CONTAINERS[base] for base in sorted(bases) if base in _CONTAINERS), None)
        return None if kind is None else Obj(kind, obj.site, obj.owner)
