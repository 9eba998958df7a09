"""Operators: arithmetic on constants, on containers and on the project's own classes."""

import ast
import operator
from collections.abc import Callable
from functools import partial

from analyzers.inference.domain.folding import operated
from analyzers.inference.domain.kinds import are_numbers
from analyzers.inference.domain.value_sets import const, join, joined, only, single
from analyzers.inference.domain.values import Arguments, Const, Obj, Value, Values
from analyzers.inference.expressions.comparisons import Comparisons
from analyzers.inference.memory.sets import Sets

_REPEAT_LIMIT = 16

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.MatMult: "matmul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.BitAnd: "and",
}
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}

_SETS: dict[type[ast.operator], Callable[[Sets, Obj, Arguments, ast.expr], Values]] = {
    ast.BitOr: Sets.set_union,
    ast.BitAnd: Sets.set_intersection,
    ast.Sub: Sets.set_difference,
    ast.BitXor: Sets.set_symmetric_difference,
}

_FLAGS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}


class Operators(Comparisons):
    """What an operator gives."""

    def operated(self, node: ast.expr, *parts: Values) -> Values:
        """A plain value computed from `parts`, each of which is used as a value."""
        return self.mixed([self.forced(part, node) for part in parts])

    def binary(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values:
        """`left op right`."""
        name = _BINARY[type(op)]
        called = self.by_method((f"__{name}__", f"__r{name}__"), left, right, node)
        if called is not None:
            others = frozenset(value for value in left if not _is_instance(value))
            return join(called, (self._combined(op, others, right, node) if others else None) or called)
        combined = self._combined(op, left, right, node)
        if combined is not None:
            return combined
        counted = isinstance(op, ast.Add | ast.Sub | ast.Mult) and are_numbers(left, right)
        return self.of_kind("int" if counted else None, self.operated(node, left, right))

    def augmented(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values:
        """`left op= right` for what is not changed in place."""
        called = self.by_method((f"__i{_BINARY[type(op)]}__", ""), left, right, node)
        return self.binary(op, left, right, node) if called is None else called

    def unary(self, op: ast.unaryop, operand: Values, node: ast.expr) -> Values:
        """`op operand`."""
        if isinstance(op, ast.Not):
            truth = self.truth_of(self.tested(operand, node, force=False))
            return self.operated(node, operand) if truth is None else const(not truth)
        value = single(operand)
        if isinstance(value, Const) and isinstance(value.value, int | float):
            return const(_signed(op, value.value))
        called = self.by_method((f"__{_UNARY[type(op)]}__",), operand, None, node)
        if called is None and isinstance(op, ast.Invert):
            called = self.flag_inverted(operand)
        return self.operated(node, operand) if called is None else called

    def _combined(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values | None:
        """Constants computed, containers put together; None where the operands are neither."""
        computed = self._computed(op, left, right, node)
        if computed is None:
            computed = self.counters_combined(op, left, right, node)
        if computed is None and type(op) in _FLAGS:
            computed = self.flags_combined(_FLAGS[type(op)], left, right)
        if computed is not None:
            return computed
        match op:
            case ast.Add():
                return self._concatenated(left, right, node)
            case ast.Mult():
                return self._repeated(left, right, node)
            case ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor():
                return self._merged(op, left, right, node)
            case _:
                return None

    def _computed(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values | None:
        """Arithmetic, and what operators do to texts."""
        first, second = single(left), single(right)
        if not isinstance(first, Const) or second is None or self.settling:
            return None
        counting = isinstance(first.value, int | float) and not all(loop.unrolled for loop in self.here.loops)
        fills_in = isinstance(first.value, str) and isinstance(op, ast.Mod)
        return None if counting else self.folded(partial(operated, op), [left, right], node, depth=int(fills_in))

    def _concatenated(self, left: Values, right: Values, node: ast.expr) -> Values | None:
        first, second = single(left), single(right)
        kinds = _kinds(join(left, right), "list", "tuple")
        if not kinds:
            return None
        if isinstance(first, Obj) and isinstance(second, Obj):
            front, back = self.items(first), self.items(second)
            if front is not None and back is not None:
                return self.sequence(kinds[0], node, front + back)
        return self.many(kinds[0], node, joined(self.iterated(part, node) for part in (left, right)))

    def _repeated(self, left: Values, right: Values, node: ast.expr) -> Values | None:
        if _kinds(right, "list", "tuple"):
            left, right = right, left
        kinds = _kinds(left, "list", "tuple")
        if not kinds:
            return None
        items, times = self.exact_items(left), single(right)
        count = times.value if isinstance(times, Const) and isinstance(times.value, int) else None
        if items is not None and count is not None and count * len(items) <= _REPEAT_LIMIT:
            return self.sequence(kinds[0], node, items * count)
        return self.many(kinds[0], node, self.iterated(left, node))

    def _merged(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values | None:
        if _kinds(left, "dict"):
            obj = self.new_dict(node)
            self.update_from(obj, left, node)
            self.update_from(obj, right, node)
            return only(obj)
        first = self.keyed(left)
        if first is not None:
            return _SETS[type(op)](self, self.current(first, node), Arguments((right,)), node)
        if _kinds(join(left, right), "set"):
            return self.many("set", node, joined(self.iterated(part, node) for part in (left, right)))
        return None


def _signed(op: ast.unaryop, number: float) -> float:
    match op:
        case ast.USub():
            return -number
        case ast.Invert() if isinstance(number, int):
            return ~number
        case _:
            return +number


def _kinds(values: Values, *kinds: str) -> list[str]:
    return sorted({value.kind for value in values if isinstance(value, Obj) and value.kind in kinds})


def _is_instance(value: Value) -> bool:
    return isinstance(value, Obj) and value.kind == "instance"
