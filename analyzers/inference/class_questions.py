"""Whether a class of the project inherits from another class, one outside the project included."""

from collections.abc import Collection

from analyzers.inference.answers import Answer, any_of, common
from analyzers.inference.calls import VIRTUAL
from analyzers.inference.picking_functions import PickingFunctions
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    PLAIN,
    Arguments,
    ClassRef,
    External,
    Value,
    Values,
    const,
    only,
)
from analyzers.knowledge.libraries import is_standard, is_subclass

_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic"})
_ABSTRACT = only(External("abc.ABCMeta"))
_ASKED_FOR = {
    "AsyncIterable": ("__aiter__",),
    "AsyncIterator": ("__aiter__", "__anext__"),
    "Awaitable": ("__await__",),
    "Callable": ("__call__",),
    "Collection": ("__len__", "__iter__", "__contains__"),
    "Container": ("__contains__",),
    "Iterable": ("__iter__",),
    "Iterator": ("__iter__", "__next__"),
    "Reversible": ("__iter__", "__reversed__"),
    "Sized": ("__len__",),
}
"""Abstract classes that only ask for methods."""
_CONCRETE = frozenset(
    {"asyncio", "collections", "datetime", "decimal", "enum", "fractions", "functools", "logging", "pathlib", "queue"}
    | {"string", "threading", "types", "uuid"}
)
"""Modules of the standard library whose classes a class inherits from if it says so, and not otherwise."""


class ClassQuestions(PickingFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def derives(self, cls: ClassRef, kind: Value) -> bool | None:
        """Whether a class of the project is a subclass of another class; None where that is not known."""
        match kind:
            case ClassRef():
                order, registered = self.linearized(cls), self.read((kind, VIRTUAL))
                if kind in order or not registered.isdisjoint(order):
                    return True
                plain = self.metaclasses.get(kind, _ABSTRACT) == _ABSTRACT
                return False if plain and all(isinstance(each, ClassRef) for each in registered) else None
            case External(name=name):
                return self._derives_from_outside(cls, name)
            case _:
                return None

    def _derives_from_outside(self, cls: ClassRef, name: str) -> bool | None:
        bases = self.external_bases(cls) - _PLAIN_BASES
        module, _, last = name.rpartition(".")
        if name in bases or name == "builtins.object":
            return True
        if module in ("collections.abc", "typing") and last in _ASKED_FOR:
            order = self.linearized(cls)
            has_all = all(self.class_attribute(order, method) for method in _ASKED_FOR[last])
            return True if has_all else None if bases else False
        if module == "builtins":
            return any_of([is_subclass(base, name) for base in sorted(bases)])
        return False if not bases and is_standard(name) and module in _CONCRETE else None

    def _call_is_subclass(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible class is known to be a subclass, or none."""
        if len(arguments.positional) < 2:
            return PLAIN
        kinds = self.classes_in(arguments.positional[1])
        return decided([self._is_subclass(value, kinds) for value in arguments.positional[0]])

    def _is_subclass(self, value: Value, kinds: list[Value]) -> bool | None:
        return any_of([self.derives(value, kind) for kind in kinds]) if isinstance(value, ClassRef) else None

    def classes_in(self, values: Values) -> list[Value]:
        """The classes that the second argument of `isinstance` names."""
        items = self.exact_items(values)
        return [value for item in ([values] if items is None else items) for value in item]


def decided(answers: Collection[Answer]) -> Values:
    """The answer that holds for every possible value, as a constant if there is one."""
    outcome = common(answers)
    return PLAIN if outcome is None else const(outcome)


CLASS_HANDLERS: dict[str, Handler] = {
    "builtins.issubclass": ClassQuestions._call_is_subclass,
}
