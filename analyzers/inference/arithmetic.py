"""Arithmetic on constants: what an operator gives where its operands are known numbers."""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from analyzers.inference.values import Const, Value, Values, const

_NUMBER_LIMIT = 2**32
_SMALL = 64
"""How large the exponent of a power, or the width of a shift, may be."""
_SCALING = (ast.Pow, ast.LShift, ast.RShift)

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}

_BUILTINS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "float": float,
    "int": int,
    "repr": repr,
    "round": round,
    "str": str,
}
_READING = frozenset({"int", "float", "str", "repr"})
"""Those that take texts too."""


def calculated(op: ast.operator, left: Value | None, right: Value | None) -> Values | None:
    """`left op right` for two numbers; None for anything else, and where the result is none or out of bounds."""
    act, first, second = _BINARY.get(type(op)), number(left), number(right)
    if act is None or first is None or second is None or max(abs(first), abs(second)) > _NUMBER_LIMIT:
        return None
    if isinstance(op, _SCALING) and abs(second) > _SMALL:
        return None
    return _result(act, first, second)


def negated(op: ast.unaryop, operand: Value | None) -> Values | None:
    """`op operand` for a number."""
    act, known = _UNARY.get(type(op)), number(operand)
    return None if act is None or known is None else _result(act, known)


def folded(name: str, arguments: Sequence[Value | None]) -> Values | None:
    """What a builtin of numbers gives for constants; None where it gives none, or where one is not known."""
    act = _BUILTINS.get(name)
    known = [value.value for value in arguments if isinstance(value, Const)]
    if act is None or not known or len(known) < len(arguments):
        return None
    if not all((isinstance(value, str) and name in _READING) or _is_small(value) for value in known):
        return None
    return _result(act, *known)


def _is_small(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) <= _NUMBER_LIMIT


def number(value: Value | None) -> int | float | None:
    """The number that a value is known to be."""
    return value.value if isinstance(value, Const) and isinstance(value.value, int | float) else None


def _result(act: Callable[..., Any], *operands: object) -> Values | None:
    try:
        found = act(*operands)
    except (ArithmeticError, TypeError, ValueError):
        return None
    return const(found) if isinstance(found, int | float | str) else None
