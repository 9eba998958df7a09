"""Identity: whether two values are one object, or certainly are two."""

import itertools

from analyzers.inference.domain.answers import all_of, common
from analyzers.inference.domain.equality import differ
from analyzers.inference.domain.kinds import kinds_of
from analyzers.inference.domain.value_sets import NONE, only, single
from analyzers.inference.domain.values import (
    Bound,
    ClassRef,
    Const,
    Data,
    EntityRef,
    External,
    Function,
    Generator,
    ModuleRef,
    Obj,
    Partial,
    Value,
    Values,
)
from analyzers.inference.expressions.declared_types import DeclaredTypes
from analyzers.inference.expressions.raising import is_builtin_class
from analyzers.inference.memory.objects import attribute_cell

_SINGLE = frozenset({"NoneType", "bool", "ellipsis"})
"""The types of constants of which there is one object each."""
_MADE = frozenset({"instance", "list", "dict"})
"""Kinds of objects of which each evaluation makes another one; a tuple or frozen set may be shared."""
_PAIRS_LIMIT = 64
_KNOWN = Const | EntityRef | ClassRef | Function | ModuleRef | Obj | External
_MARKS = "inspect.Parameter."
_OTHER_NAMES = {f"inspect.{name}": f"{_MARKS}empty" for name in ("_empty", "Signature.empty")}
"""What `inspect` says of parameters are objects of which there is one each; one of them has several names."""


class Identities(DeclaredTypes):
    """What `is` says, as far as it is known."""

    def same_object(self, left: Values, right: Values) -> bool | None:
        """Whether two values are one object."""
        none = self._is_none(left if right == NONE else right) if NONE in (left, right) else None
        if none is not None:
            return none
        if len(left) * len(right) > _PAIRS_LIMIT:
            return None
        return common([self._is_same(one, other) for one, other in itertools.product(left, right)])

    def _is_none(self, values: Values) -> bool | None:
        """Whether the value is None, where that is certain."""
        if values and all(kinds_of(value) == {"NoneType"} for value in values):
            return True
        return False if values and all(map(self._is_something, values)) else None

    def _is_something(self, value: Value) -> bool:
        """Whether a value certainly is not None."""
        match value:
            case Const():
                return value not in NONE
            case Data(excluded=excluded) if excluded.issuperset(NONE):
                return True
            case External():
                return is_builtin_class(value)
            case EntityRef() | Function() | Bound() | Partial() | ClassRef() | ModuleRef() | Obj() | Generator():
                return True
            case _:
                kinds = kinds_of(value)
                return bool(kinds and "NoneType" not in kinds) or self.is_awaitable(value) is True

    def _is_same(self, first: Value, second: Value) -> bool | None:
        """Whether two values are one object; equal numbers and texts may be one or two."""
        marks = _mark(first), _mark(second)
        if any(marks):
            return marks[0] == marks[1] if all(isinstance(each, _KNOWN) for each in (first, second)) else None
        match first, second:
            case Const(), Const():
                single_ones = first.kind in _SINGLE or second.kind in _SINGLE
                return first == second if single_ones or first != second else None
            case (Const(), other) | (other, Const()) | (Data(), other) | (other, Data()):
                plain = first if isinstance(first, Const | Data) else second
                return self._is_plain_data(plain, other)
            case Obj(), Obj() if not (self._is_member(first) or self._is_member(second)):
                return self._is_same_made(first, second)
            case (Obj(), other) | (other, Obj()) if isinstance(other, EntityRef | ClassRef | Function | ModuleRef):
                return False
            case Function(), Function():
                return self._is_same_function(first, second)
            case _:
                return self.identical(first, second)

    def _is_plain_data(self, plain: Value, other: Value) -> bool | None:
        """No for a constant, or data of builtin types, and something of the project."""
        kinds = kinds_of(plain)
        made = isinstance(other, EntityRef | ClassRef | Function | ModuleRef) or (
            isinstance(other, Obj) and other.kind == "instance"
        )
        return False if made and kinds and all(isinstance(kind, str) for kind in kinds) else None

    def _is_member(self, obj: Obj) -> bool:
        return obj.cls is not None and self.is_enum(obj.cls)

    def _is_same_made(self, first: Obj, second: Obj) -> bool | None:
        """Whether two objects are one, named as they are after the place where they were made."""
        if first != second:
            return False if {first.kind, second.kind} <= _MADE else None
        return None if first in self.summaries else True

    def _is_same_function(self, first: Function, second: Function) -> bool | None:
        if first.node is not second.node:
            return False
        return True if first == second and self.is_one_function(first) else None

    def identical(self, first: Value | None, second: Value | None) -> bool | None:
        """Whether two values are the same entity, class or member of an enum, or certainly are different ones."""
        if first is None or second is None:
            return None
        if isinstance(first, EntityRef | ClassRef) and isinstance(second, EntityRef | ClassRef):
            return first == second
        if is_builtin_class(first) and is_builtin_class(second):
            return first == second
        if isinstance(first, Obj) and isinstance(second, Obj) and first.cls is not None and first.cls == second.cls:
            return self._is_same_member(first, second) if self.is_enum(first.cls) else None
        return None

    def _is_same_member(self, first: Obj, second: Obj) -> bool | None:
        """Members of one enum are different where their values are; else one may be another name of the other."""
        values = [single(self.hashed(self.read(attribute_cell(member, "value")))) for member in (first, second)]
        if None in values or any(_is_open(value) for value in values):
            return None
        return first == second or (None if values[0] == values[1] else False)

    def equals(self, first: Value | None, second: Value | None) -> bool | None:
        if first is None or second is None:
            return None
        if isinstance(first, Bound) and isinstance(second, Bound):
            parts = [self.equals(first.function, second.function), self._is_same(first.receiver, second.receiver)]
            return all_of(parts)
        if _mark(first) or _mark(second):
            return self._is_same(first, second)
        if differ(only(first), only(second)) or differ(only(second), only(first)):
            return False
        one, other = self.compared_as(first), self.compared_as(second)
        if one is not None and other is not None:
            return one == other
        asked = any(isinstance(value, Obj) and self.answers(value, "__eq__") for value in (first, second))
        return None if asked else self.identical(first, second)


def _is_open(value: Value | None) -> bool:
    """Whether the value of a member is not known; that of inverted flags differs between versions of Python."""
    return isinstance(value, Data) or (isinstance(value, Const) and isinstance(value.value, int) and value.value < 0)


def _mark(value: Value) -> str:
    """The name of an object by which `inspect` marks something."""
    name = _OTHER_NAMES.get(value.name, value.name) if isinstance(value, External) else ""
    return name if name.startswith(_MARKS) else ""
