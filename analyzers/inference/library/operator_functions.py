"""Functions of the module `operator`: getters and callers that are made first and applied later."""

import ast

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, constants, joined, only, ordered
from analyzers.inference.domain.values import Arguments, External, Partial, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.library.builtin_functions import dynamic_attribute

_ARITHMETIC: dict[str, ast.operator] = {
    "add": ast.Add(),
    "sub": ast.Sub(),
    "mul": ast.Mult(),
    "floordiv": ast.FloorDiv(),
    "mod": ast.Mod(),
    "pow": ast.Pow(),
    "and_": ast.BitAnd(),
    "or_": ast.BitOr(),
    "xor": ast.BitXor(),
}
APPLIED = " applied"
"""What a getter is named once it is made: it is a partial call of that, still without its object."""


def getter(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`itemgetter("fit")`, `attrgetter("run")`, `methodcaller("start", 1)`: they wait for an object."""
    return only(Partial(only(External(f"{name}{APPLIED}")), arguments, point.node))


def _apply_item_getter(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    *keys, target = arguments.positional or (EMPTY,)
    found = [joined(interpreter.subscripted(value, key, point.node) for value in ordered(target)) for key in keys]
    return _one_or_tuple(interpreter, found, point)


def _apply_attribute_getter(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    *paths, target = arguments.positional or (EMPTY,)
    return _one_or_tuple(interpreter, [_attribute_path(interpreter, target, path, point) for path in paths], point)


def _attribute_path(interpreter: Interpreter, target: Values, path: Values, point: CallPoint) -> Values:
    known = constants(path)
    if known is None:
        return dynamic_attribute(interpreter, target, point)
    found = []
    for dotted in known:
        values = target
        for part in str(dotted).split("."):
            values = interpreter.attribute(values, part, point.node)
        found.append(values)
    return joined(found)


def _one_or_tuple(interpreter: Interpreter, found: list[Values], point: CallPoint) -> Values:
    return found[0] if len(found) == 1 else interpreter.tuple_at(point.node, 0, found)


def _apply_method_caller(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    if len(arguments.positional) < 2:
        return PLAIN
    method, *given, target = arguments.positional
    found = _attribute_path(interpreter, target, method, point)
    return interpreter.call(
        found, arguments.replaced(positional=tuple(given)), CallPoint(point.node, point.at, direct=False)
    )


def _get_item(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    keys = arguments.argument(1, "b")
    return joined(interpreter.subscripted(value, keys, point.node) for value in ordered(arguments.argument(0, "a")))


def _call(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`operator.call(fit, x=1)`."""
    rest = arguments.replaced(positional=arguments.positional[1:])
    return interpreter.call(joined(arguments.positional[:1]), rest, CallPoint(point.node, point.at, direct=False))


def _arithmetic(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`operator.add` and its like, and `pow` of two numbers."""
    if len(arguments.positional) != 2 or arguments.star is not None:
        return interpreter.computed(name, arguments, point)
    left, right = arguments.positional
    return interpreter.binary(_ARITHMETIC[name.rpartition(".")[2]], left, right, point.node)


def _looking(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return PLAIN


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("operator.itemgetter", "operator.attrgetter", "operator.methodcaller"), getter),
    f"operator.itemgetter{APPLIED}": _apply_item_getter,
    f"operator.attrgetter{APPLIED}": _apply_attribute_getter,
    f"operator.methodcaller{APPLIED}": _apply_method_caller,
    **dict.fromkeys((f"operator.{name}" for name in _ARITHMETIC), _arithmetic),
    "builtins.pow": _arithmetic,
    "operator.getitem": _get_item,
    "operator.call": _call,
    **dict.fromkeys((f"operator.{name}" for name in ("is_", "is_not", "not_", "truth", "contains")), _looking),
}
