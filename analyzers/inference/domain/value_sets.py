"""Sets of values: what an expression may give, with the sets that have names."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.values import (
    Bound,
    ClassRef,
    Const,
    Constant,
    Coroutine,
    Data,
    Deferred,
    EntityRef,
    External,
    ExternalInstance,
    Function,
    Generator,
    Method,
    ModuleRef,
    Obj,
    Partial,
    Pending,
    Suspended,
    Value,
    Values,
)
from analyzers.model.record import Record

EMPTY: Values = frozenset()
PLAIN: Values = frozenset({Data(frozenset())})


def const(value: Constant) -> Values:
    """Exactly this constant."""
    return frozenset({Const(value, type(value).__name__)})


NONE = const(None)
ANY_EXCEPTION: Values = frozenset({Data(frozenset(), "an exception")})
"""Stands among what may be raised for exceptions of which nothing is known."""
UNSET: Values = frozenset({Const(None, "unset")})
"""What an attribute, or a global, holds that some runs did not set."""
DELETED: Values = frozenset({Const(None, "deleted")})
"""What a deleted name holds: nothing that can be called."""


def only(value: Value) -> Values:
    """Exactly this value."""
    return frozenset({value})


def join(*parts: Values) -> Values:
    """The union, in which plain data are one value."""
    return joined(parts)


def joined(parts: Iterable[Values]) -> Values:
    """The union of many, in which plain data are one value."""
    distinct = [part for part in parts if part]
    if not distinct:
        return EMPTY
    first = distinct[0]
    if all(part is first or part <= first for part in distinct):
        return first
    return _one_data(frozenset().union(*distinct))


def _one_data(values: Values) -> Values:
    data = [value for value in values if isinstance(value, Data)]
    if len(data) < 2:
        return values
    origins = frozenset[str]().union(*(value.origins for value in data))
    opaque = min((value.opaque for value in data if value.opaque), default="")
    kinds = frozenset[str | ClassRef]().union(*(value.kinds for value in data))
    among = frozenset[Const]().union(*(value.among for value in data))
    excluded = frozenset.intersection(*(value.excluded for value in data))
    return values.difference(data) | {
        Data(
            origins,
            opaque,
            kinds if all(value.kinds for value in data) else frozenset(),
            among if all(value.among for value in data) else frozenset(),
            excluded,
        )
    }


def origins(values: Values) -> frozenset[str]:
    """The site ids of the invocations that plain values in `values` come from."""
    return frozenset[str]().union(*(value.origins for value in values if isinstance(value, Data)))


def constants(values: Values) -> tuple[Constant, ...] | None:
    """The possible constants, or None where something else is possible too."""
    if all(isinstance(value, Const) for value in values):
        return tuple(value.value for value in values if isinstance(value, Const))
    return None


def single(values: Values) -> Value | None:
    """The only possible value, if there is just one."""
    return next(iter(values)) if len(values) == 1 else None


def ordered(values: Iterable[Value]) -> list[Value]:
    """The values in an order that the source alone decides."""
    return sorted(values, key=_order)


def _order(value: Value) -> tuple[object, ...]:
    match value:
        case Pending(key=(node, _, number)):
            return _position(value.tag, node, str(number))
        case Function(node=node) | ClassRef(node=node):
            return _position(value.tag, node)
        case Obj(site=node) | Partial(site=node) | Coroutine(call=node) | Generator(call=node) | Deferred(call=node):
            return _position(value.tag, node)
        case Suspended(call=node, turns=turns):
            return _position(value.tag, node, repr(turns))
        case EntityRef(number=number):
            return (value.tag, number, 0, "")
        case Bound(function=function, receiver=receiver):
            return (value.tag, 0, 0, repr((_order(function), _order(receiver))))
        case Const(value=constant):
            return (value.tag, 0, 0, _shown(constant))
        case ExternalInstance(cls=name) | External(name=name) | Method(name=name) | ModuleRef(name=name):
            return (value.tag, 0, 0, name)
        case _:
            return (value.tag, 0, 0, "")


def _shown(constant: object) -> str:
    if not isinstance(constant, tuple):
        return repr(constant)
    parts = [repr(_order(part)) if isinstance(part, Record) else _shown(part) for part in constant]  # type: ignore[arg-type]  # a value
    return f"({', '.join(parts)})"


def _position(tag: str, node: ast.AST, detail: str = "") -> tuple[object, ...]:
    return (tag, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), detail)
