"""Kinds: the classes of which one is a plain value's own, where that is known."""

import builtins
from collections.abc import Collection

from analyzers.inference.domain.value_sets import joined, only
from analyzers.inference.domain.values import ClassRef, Const, Data, Value, Values

Kind = str | ClassRef
_NUMBERS = frozenset({"int", "bool"})
_SCALARS = frozenset({"int", "bool", "float", "str", "bytes", "NoneType", "datetime.datetime", "datetime.timedelta"})
_TYPES: dict[str, type] = {"NoneType": type(None)}
_COMPARABLE = frozenset({"int", "bool", "float", "complex"})


def kinds_of(value: Value) -> frozenset[Kind]:
    """The classes of which one is a value's own, the builtin ones by name; empty where that is not known."""
    match value:
        case Const(kind=kind) if kind not in ("unset", "deleted"):
            return frozenset({kind})
        case Data(kinds=kinds):
            return kinds
        case _:
            return frozenset()


def is_scalar(value: Value) -> bool:
    """Whether a value is certainly of a simple builtin type."""
    kinds = kinds_of(value)
    return bool(kinds) and kinds <= _SCALARS


def are_numbers(*parts: Values) -> bool:
    """Whether these are whole numbers, whose sums and products raise nothing."""
    return all(kinds_of(value) and kinds_of(value) <= _NUMBERS for values in parts for value in values)


def are_texts(*parts: Values) -> bool:
    """Whether these are texts, which can be joined and compared."""
    return all(kinds_of(value) == {"str"} for values in parts for value in values)


def never_equal(value: Value, constant: Const) -> bool:
    """Whether a value is known not to equal a constant, or is of a simple type to which none like it is equal."""
    if isinstance(value, Data):
        outside = bool(value.among) and not is_among(constant, value.among)
        if outside or constant in value.excluded:
            return True
    kinds = kinds_of(value)
    if not kinds or not kinds <= _SCALARS or constant.kind not in _SCALARS:
        return False
    return constant.kind not in kinds and not (constant.kind in _COMPARABLE and kinds & _COMPARABLE)


def is_among(constant: Const, constants: Collection[Value]) -> bool:
    """Whether a constant equals one of some others."""
    return any(isinstance(each, Const) and each.value == constant.value for each in constants)


def is_builtin_kind(kind: str, cls: str) -> bool:
    """Whether what is exactly of one builtin class is an instance of another one, both by name."""
    found, ancestor = _TYPES.get(kind, getattr(builtins, kind, None)), getattr(builtins, cls, None)
    if not isinstance(found, type) or not isinstance(ancestor, type):
        return cls in (kind, "object")
    return issubclass(found, ancestor)


def apart(values: Values) -> Values:
    """`values` with data of several kinds as several data."""
    if not any(isinstance(value, Data) and len(value.kinds) > 1 for value in values):
        return values
    return frozenset().union(*map(_by_kind, values))


def _by_kind(value: Value) -> Values:
    if not isinstance(value, Data) or len(value.kinds) < 2:
        return only(value)
    return frozenset(value.replaced(kinds=frozenset({kind})) for kind in value.kinds)


def together(values: Values) -> Values:
    """`values` with all data as one value again."""
    return joined(map(only, values))
