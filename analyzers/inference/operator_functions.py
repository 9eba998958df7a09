"""Functions of the module `operator`: getters and callers that are made first and applied later."""

import ast

from analyzers.inference.combining_functions import CombiningFunctions
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    EMPTY,
    PLAIN,
    Arguments,
    External,
    Partial,
    Values,
    constants,
    joined,
    only,
    ordered,
)

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


class OperatorFunctions(CombiningFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_getter(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`itemgetter("fit")`, `attrgetter("run")`, `methodcaller("start", 1)`: they wait for an object."""
        return only(Partial(only(External(f"{name}{APPLIED}")), arguments, point.node))

    def _apply_item_getter(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        *keys, target = arguments.positional or (EMPTY,)
        found = [joined(self.subscripted(value, key, point.node) for value in ordered(target)) for key in keys]
        return self._one_or_tuple(found, point)

    def _apply_attribute_getter(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        *paths, target = arguments.positional or (EMPTY,)
        return self._one_or_tuple([self._attribute_path(target, path, point) for path in paths], point)

    def _attribute_path(self, target: Values, path: Values, point: CallPoint) -> Values:
        known = constants(path)
        if known is None:
            return self._dynamic_attribute(target, point)
        found = []
        for dotted in known:
            values = target
            for part in str(dotted).split("."):
                values = self.attribute(values, part, point.node)
            found.append(values)
        return joined(found)

    def _one_or_tuple(self, found: list[Values], point: CallPoint) -> Values:
        return found[0] if len(found) == 1 else self.tuple_at(point.node, 0, found)

    def _apply_method_caller(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if len(arguments.positional) < 2:
            return PLAIN
        method, *given, target = arguments.positional
        found = self._attribute_path(target, method, point)
        return self.call(
            found, arguments.replaced(positional=tuple(given)), CallPoint(point.node, point.at, direct=False)
        )

    def _call_get_item(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        keys = arguments.argument(1, "b")
        return joined(self.subscripted(value, keys, point.node) for value in ordered(arguments.argument(0, "a")))

    def _call_call(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`operator.call(fit, x=1)`."""
        rest = arguments.replaced(positional=arguments.positional[1:])
        return self.call(joined(arguments.positional[:1]), rest, CallPoint(point.node, point.at, direct=False))

    def _call_arithmetic(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`operator.add` and its like, and `pow` of two numbers."""
        if len(arguments.positional) != 2 or arguments.star is not None:
            return self.computed(name, arguments, point)
        left, right = arguments.positional
        return self.binary(_ARITHMETIC[name.rpartition(".")[2]], left, right, point.node)

    def binary(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values:
        """`left op right`."""
        raise AssertionError("the part that knows operators answers this")

    def _call_looking(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return PLAIN

    def _dynamic_attribute(self, target: Values, point: CallPoint) -> Values:
        """An attribute whose name is not known."""
        raise AssertionError("the part that looks things up by name answers this")

    def subscripted(self, value: object, keys: Values, node: ast.expr) -> Values:
        """`value[key]`."""
        raise AssertionError("the part that knows subscripts answers this")


OPERATOR_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        ("operator.itemgetter", "operator.attrgetter", "operator.methodcaller"), OperatorFunctions._call_getter
    ),
    f"operator.itemgetter{APPLIED}": OperatorFunctions._apply_item_getter,
    f"operator.attrgetter{APPLIED}": OperatorFunctions._apply_attribute_getter,
    f"operator.methodcaller{APPLIED}": OperatorFunctions._apply_method_caller,
    **dict.fromkeys((f"operator.{name}" for name in _ARITHMETIC), OperatorFunctions._call_arithmetic),
    "builtins.pow": OperatorFunctions._call_arithmetic,
    "operator.getitem": OperatorFunctions._call_get_item,
    "operator.call": OperatorFunctions._call_call,
    **dict.fromkeys(
        (f"operator.{name}" for name in ("is_", "is_not", "not_", "truth", "contains")), OperatorFunctions._call_looking
    ),
}
