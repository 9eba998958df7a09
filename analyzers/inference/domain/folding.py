"""What Python computes from constants: operators, builtins and methods of texts, within limits on what they make.

What may be large while it is computed is `UNDECIDED` at once; `attempt` looks at the result, and at what Python raises.
"""

import ast
import operator
from collections.abc import Callable, Iterable
from typing import Any

Act = Callable[..., object]

UNDECIDED = object()
"""The result where Python raises, or makes something too large to be kept."""

_NUMBER_LIMIT = 2**32
_TEXT_LIMIT = 200
_LENGTH_LIMIT = 64
_FACTOR_LIMIT = 64
_OPERAND_LIMIT = 10_000

_OPERATORS: dict[type[ast.operator], Act] = {
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
    ast.BitXor: operator.xor,
    ast.BitAnd: operator.and_,
}
_GROWING = ast.Mult | ast.Pow | ast.LShift

_WIDENING = frozenset({"center", "expandtabs", "ljust", "rjust", "zfill"})
_FORMATTING = frozenset({"format", "format_map"})
_TEXT_METHODS = (
    _WIDENING
    | _FORMATTING
    | {"capitalize", "casefold", "count", "encode", "endswith", "find", "index", "isalnum", "isalpha", "isascii"}
    | {"isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper"}
    | {"join", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex"}
    | {"rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper"}
)

BUILTINS: dict[str, Act] = {
    f"builtins.{act.__name__}": act for act in (abs, chr, divmod, float, int, ord, repr, round, str)
}
"""Builtins that give the same for the same constants."""


def attempt(act: Act, *operands: object) -> object:
    """What `act` gives, or `UNDECIDED`."""
    try:
        result = act(*operands)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError):
        return UNDECIDED
    return result if _is_small(result) else UNDECIDED


def operated(op: ast.operator, left: object, right: object) -> object:
    """`left op right`."""
    act = _OPERATORS.get(type(op))
    too_wide = isinstance(op, ast.Mod) and isinstance(left, str) and _is_wide(left)
    too_large = isinstance(op, _GROWING) and any(map(_is_large_factor, (right, left)))
    return UNDECIDED if act is None or too_wide or too_large else act(left, right)


def text_method(keywords: tuple[str, ...], name: str, text: str, *arguments: object) -> object:
    """`text.name(...)`, the last arguments under the names `keywords`."""
    if name not in _TEXT_METHODS or len(text) > _OPERAND_LIMIT:
        return UNDECIDED
    if name in _WIDENING and any(map(_is_large_factor, arguments)):
        return UNDECIDED
    if name in _FORMATTING and _is_wide(text):
        return UNDECIDED
    split = len(arguments) - len(keywords)
    given = dict(zip(keywords, arguments[split:], strict=True))
    result: object = getattr(text, name)(*arguments[:split], **given)
    return result


def formatted(conversion: int, value: object, spec: str) -> object:
    """What `{value!r:spec}` stands for in a formatted text."""
    if _is_wide(spec):
        return UNDECIDED
    convert: dict[int, Act] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}
    return format(convert[conversion](value) if conversion > 0 else value, spec)


def put_together(*parts: object) -> object:
    """The parts of a formatted text as one."""
    return "".join(map(str, parts))


def decoded(text: object) -> object:
    """What `json.loads` makes of a text."""
    import json

    return json.loads(text) if isinstance(text, str | bytes) and len(text) <= _OPERAND_LIMIT else UNDECIDED


def subscripted(container: Any, key: Any) -> object:
    """`container[key]`."""
    return container[key]


def _is_large_factor(value: object) -> bool:
    return isinstance(value, int) and abs(value) > _FACTOR_LIMIT


def _is_wide(template: str) -> bool:
    """Whether a template may ask for a width that is large, or that comes from elsewhere."""
    digits = "".join(character if character.isdigit() else " " for character in template).split()
    nested = any("}" not in opened for opened in template.replace("{{", "").split("{")[1:])
    return any(len(number) > 2 for number in digits) or "*" in template or nested


def _is_small(value: object) -> bool:
    match value:
        case None | bool():
            return True
        case int():
            return abs(value) <= _NUMBER_LIMIT
        case float():
            return value == value  # a NaN is not even itself
        case str() | bytes():
            return len(value) < _TEXT_LIMIT
        case list() | tuple():
            return _are_small(value)
        case dict():
            return all(isinstance(key, str) for key in value) and _are_small(value.values())
        case _:
            return False


def _are_small(values: Iterable[object]) -> bool:
    found = list(values)
    return len(found) <= _LENGTH_LIMIT and all(map(_is_small, found))
