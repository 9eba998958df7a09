"""Handlers of exceptions: which of those that may be raised one takes, and which it leaves to the next."""

from analyzers.inference.domain.answers import any_of
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, PLAIN, joined, only, single
from analyzers.inference.domain.values import ClassRef, External, Obj, Value, Values
from analyzers.inference.statements.definitions import Definitions
from analyzers.knowledge.libraries import is_subclass

_ROOT = External("builtins.BaseException")
EVERYTHING: Values = only(_ROOT)
"""The classes of a handler that names none."""


class Catching(Definitions):
    """A handler takes what is not certainly of another class, and leaves what is not certainly of one of its own."""

    def listed_classes(self, kinds: Values) -> tuple[Values, bool]:
        """The classes that a handler names, and whether it is for each of them in every run."""
        value = single(kinds)
        items = self.exact_items(kinds) if isinstance(value, Obj) else None
        if items is not None:
            parts = [self.listed_classes(item) for item in items]
            return joined(classes for classes, _ in parts), all(exact for _, exact in parts)
        listed = joined(self.elements(kind) if isinstance(kind, Obj) else only(kind) for kind in kinds)
        return listed or PLAIN, len(kinds) == 1 and not isinstance(value, Obj)

    def taken_by(self, listed: Values, thrown: Values, covered: Values) -> Values:
        """The exceptions that a handler may take, where those of the classes `covered` have found theirs before."""
        open_kinds = [kind for kind in listed if not any(self._is_below(kind, other) for other in covered)]
        return frozenset(value for value in thrown if self._may_take(value, listed, open_kinds))

    def _may_take(self, value: Value, listed: Values, open_kinds: list[Value]) -> bool:
        if value in ANY_EXCEPTION:
            return bool(open_kinds)
        return any(self._is_kind(value, kind) is not False for kind in listed)

    def left_by(self, listed: Values, thrown: Values) -> Values:
        """The exceptions that a handler may leave."""
        if _ROOT in listed:
            return frozenset()
        return frozenset(value for value in thrown if not any(self._is_kind(value, kind) is True for kind in listed))

    def is_a(self, value: Value, kind: Value) -> bool:
        """Whether an exception is certainly one of a class."""
        return self._is_kind(value, kind) is True

    def _is_kind(self, value: Value, kind: Value) -> bool | None:
        """Whether an exception is certainly of a class, or certainly not."""
        match value, kind:
            case Obj(cls=ClassRef() as cls) | (ClassRef() as cls), ClassRef():
                return True if kind in self.linearized(cls) else None if "" in self.external_bases(cls) else False
            case Obj(cls=ClassRef() as cls) | (ClassRef() as cls), External(name=name):
                outcomes = [is_subclass(base, name) for base in self.external_bases(cls)]
                return any_of(outcomes)
            case External(), ClassRef():
                return False
            case External(name=name), External(name=base):
                return is_subclass(name, base)
            case _:
                return None

    def _is_below(self, kind: Value, other: Value) -> bool:
        """Whether every exception of a class is one of another class."""
        match kind, other:
            case ClassRef(), ClassRef():
                return other in self.linearized(kind)
            case ClassRef(), External(name=name):
                return any(is_subclass(base, name) for base in self.external_bases(kind))
            case External(name=name), External(name=base):
                return kind == other or is_subclass(name, base) is True
            case _:
                return False
