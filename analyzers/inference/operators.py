"""Operators: arithmetic on containers and on the project's own classes, comparisons, and what conditions decide."""

import ast
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from analyzers.inference.declared_types import DeclaredTypes
from analyzers.inference.folding import UNDECIDED, attempt, operated
from analyzers.inference.kinds import are_numbers, is_scalar, kinds_of
from analyzers.inference.objects import attribute_cell
from analyzers.inference.raising import is_builtin_class
from analyzers.inference.records import CallPoint
from analyzers.inference.values import (
    NONE,
    Arguments,
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
    const,
    join,
    joined,
    only,
    ordered,
    single,
)

_REPEAT_LIMIT = 16
_COMPARED_LIMIT = 64
_PYTHONS = ((3, 10), (3, 11), (3, 12))
"""The versions that flytekit runs on: a condition on `sys.version_info` is decided where they agree."""

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
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}


class Operators(DeclaredTypes):
    """What an operator gives, and whether a condition is known to be true or false."""

    def operated(self, node: ast.expr, *parts: Values) -> Values:
        """A plain value computed from `parts`, each of which is used as a value."""
        return self.mixed([self.forced(part, node) for part in parts])

    def binary(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values:
        """`left op right`."""
        name = _BINARY[type(op)]
        called = self._by_method((f"__{name}__", f"__r{name}__"), left, right, node)
        if called is not None:
            return called
        combined = self._combined(op, left, right, node)
        if combined is not None:
            return combined
        counted = isinstance(op, ast.Add | ast.Sub | ast.Mult) and are_numbers(left, right)
        return self._of_kind("int" if counted else None, self.operated(node, left, right))

    def _of_kind(self, kind: str | None, values: Values) -> Values:
        """Plain data of a kind that is known now."""
        if kind is None:
            return values
        return frozenset(v.replaced(kinds=frozenset({kind})) if isinstance(v, Data) else v for v in values)

    def augmented(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values:
        """`left op= right` for what is not changed in place."""
        called = self._by_method((f"__i{_BINARY[type(op)]}__", ""), left, right, node)
        return self.binary(op, left, right, node) if called is None else called

    def unary(self, op: ast.unaryop, operand: Values, node: ast.expr) -> Values:
        """`op operand`."""
        value = single(operand)
        if isinstance(op, ast.Not):
            truth = self.truth_of(self.tested(operand, node, force=False))
            return self.operated(node, operand) if truth is None else const(not truth)
        if isinstance(value, Const) and isinstance(value.value, int | float):
            return const(_signed(op, value.value))
        called = self._by_method((f"__{_UNARY[type(op)]}__",), operand, None, node)
        return self.operated(node, operand) if called is None else called

    def _by_method(self, names: tuple[str, ...], left: Values, right: Values | None, node: ast.expr) -> Values | None:
        """What the project's classes make of an operator; None where they define none of `names` (left, then right)."""
        results: list[Values] = []
        sides = [(names[0], left, right)]
        if len(names) > 1 and names[1] and right is not None:
            sides.append((names[1], right, left))
        for name, receivers, argument in sides:
            given = Arguments() if argument is None else Arguments((argument,))
            for value in ordered(receivers):
                if isinstance(value, Obj) and value.kind == "instance":
                    found = self.call_method(value, name, given, CallPoint(node, node, direct=False))
                    results += [] if found is None else [found]
            if results:
                return joined(results)
        return None

    def _combined(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values | None:
        """Constants computed, containers put together; None where the operands are neither."""
        computed = self._computed(op, left, right, node)
        if computed is None:
            computed = self.counters_combined(op, left, right, node)
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
        if not isinstance(first, Const) or second is None:
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
        first = single(left)
        if isinstance(first, Obj) and first.kind == "set" and not isinstance(op, ast.BitXor):
            acts = {ast.Sub: self.set_difference, ast.BitAnd: self.set_intersection}
            return acts.get(type(op), self.set_union)(first, Arguments((right,)), node)
        if _kinds(join(left, right), "set"):
            return self.many("set", node, joined(self.iterated(part, node) for part in (left, right)))
        return None

    # Comparisons and conditions.

    def tested(self, values: Values, node: ast.expr, force: bool = True) -> Values:
        """`values` as a condition: `__bool__` or `__len__` of the project's classes decides about their instances."""
        point = CallPoint(node, node, direct=False)
        results = [self._truth_by_method(value, point) for value in ordered(values) if isinstance(value, Obj)]
        asked = [result for result in results if result is not None]
        self.note_truth(values)
        rest = self.forced(values, node) if force else values
        return join(rest, *asked)

    def _truth_by_method(self, value: Obj, point: CallPoint) -> Values | None:
        if value.kind != "instance" or value.cls is None:
            return None
        order = self.linearized(value.cls)
        name = next((name for name in ("__bool__", "__len__") if self.class_attribute(order, name)), None)
        return None if name is None else self.call_method(value, name, Arguments(), point)

    def compared(self, parts: list[Values], ops: list[ast.cmpop], node: ast.expr) -> Values:
        """A chain of comparisons: a constant where it is decided."""
        pairs = list(zip(parts, ops, parts[1:], strict=False))
        outcomes = [self.outcome(left, op, right) for left, op, right in pairs]
        undecided = [pair for pair, outcome in zip(pairs, outcomes, strict=True) if outcome is None]
        called = [self._compared_by_method(left, op, right, node) for left, op, right in undecided]
        if False in outcomes or None not in outcomes:
            return const(False not in outcomes)
        if len(ops) == 1 and called[0] is not None:
            return called[0]
        if all(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in ops):
            return self._of_kind("bool", self.mixed([]))
        plain = all(map(is_scalar, frozenset().union(*parts)))
        return self._of_kind("bool" if plain else None, self.operated(node, *parts))

    def _compared_by_method(self, left: Values, op: ast.cmpop, right: Values, node: ast.expr) -> Values | None:
        match op:
            case ast.In() | ast.NotIn():
                self.iterated(frozenset(v for v in right if isinstance(v, Obj) and v.kind == "iterator"), node)
                return self._by_method(("__contains__",), right, left, node)
            case ast.Is() | ast.IsNot():
                return None
            case _:
                return self._by_method((f"__{_COMPARISONS[type(op)]}__",), left, right, node)

    def outcome(self, left: Values, op: ast.cmpop, right: Values) -> bool | None:
        """Whether a comparison is known to be true or false."""
        match op:
            case ast.Is() | ast.IsNot():
                same = self._same(left, right)
                return None if same is None else same is isinstance(op, ast.Is)
            case ast.In() | ast.NotIn():
                inside = self._contained(left, right)
                return None if inside is None else inside is isinstance(op, ast.In)
            case _:
                return self._ordered_outcome(left, op, right)

    def _same(self, left: Values, right: Values) -> bool | None:
        """Whether two values are one object."""
        if NONE in (left, right):
            return self._is_none(left) if right == NONE else self._is_none(right)
        return self.identical(single(left), single(right))

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
            case EntityRef() | Function() | Bound() | Partial() | ClassRef() | ModuleRef() | Obj() | Generator():
                return True
            case _:
                kinds = kinds_of(value)
                return bool(kinds and "NoneType" not in kinds) or self.is_awaitable(value) is True

    def identical(self, first: Value | None, second: Value | None) -> bool | None:
        """Whether two values are the same entity, class or member of an enum, or certainly are different ones."""
        if first is None or second is None:
            return None
        if isinstance(first, EntityRef | ClassRef) and isinstance(second, EntityRef | ClassRef):
            return first == second
        if is_builtin_class(first) and is_builtin_class(second):
            return first == second
        if isinstance(first, Obj) and isinstance(second, Obj) and first.cls is not None and first.cls == second.cls:
            if not self.is_enum(first.cls) or {first, second} & self.summaries:
                return None
            own, other = (self.read(attribute_cell(member, "value")) for member in (first, second))
            return first == second if first == second or own != other else None
        return None

    def _contained(self, left: Values, right: Values) -> bool | None:
        needle, container = single(left), single(right)
        if isinstance(container, Const):
            return self._agreed(_is_inside, left, right)
        if needle is None or not isinstance(container, Obj) or container.kind == "instance":
            return None
        if container.kind == "dict":
            self.current(container, ast.Constant(None))
            held = self.holds(container, left)
            return held if held is None or isinstance(needle, Const) or self.distinct(needle) else None
        if container.kind == "set":
            return self.has_member(container, left)
        items = None if container in self.summaries else self.items(container)
        if items is None:
            return None
        outcomes = [self._equal(needle, single(item)) for item in items]
        return True if True in outcomes else None if None in outcomes else False

    def _equal(self, first: Value, second: Value | None) -> bool | None:
        if isinstance(first, Const) and isinstance(second, Const):
            return first.value == second.value
        return self.identical(first, second)

    def _ordered_outcome(self, left: Values, op: ast.cmpop, right: Values) -> bool | None:
        first, second = single(left), single(right)
        if first == External("sys.version_info"):
            limit = self._constant_tuple(second)
            outcomes = {_holds(python[: len(limit)], op, limit) for python in _PYTHONS} if limit else {None}
            return outcomes.pop() if len(outcomes) == 1 else None
        same = self.identical(first, second) if isinstance(op, ast.Eq | ast.NotEq) else None
        if same is not None:
            return same is isinstance(op, ast.Eq)
        return self._agreed(lambda one, other: _holds(one, op, other), left, right)

    def _agreed(self, holds: Callable[[Any, Any], bool | None], left: Values, right: Values) -> bool | None:
        """Whether something holds for all pairs of possible constants, or for none; tuples of constants count."""
        if len(left) * len(right) > _COMPARED_LIMIT:
            return None
        columns = [[self.known(only(value), _comparable(value)) for value in part] for part in (left, right)]
        if any(UNDECIDED in column for column in columns):
            return None
        outcomes = {holds(one, other) for one in columns[0] for other in columns[1]}
        return outcomes.pop() if len(outcomes) == 1 else None

    def _constant_tuple(self, value: Value | None) -> tuple[object, ...]:
        items = self.items(value) if isinstance(value, Obj) else None
        found = [single(item) for item in items or []]
        return tuple(item.value for item in found if isinstance(item, Const))[:2]


def _comparable(value: Value) -> int:
    """How deep a value is looked into where it is compared: what is a list here may be a deque, which equals none."""
    return 2 if isinstance(value, Obj) and value.kind == "tuple" else 0


def _is_inside(part: object, whole: object) -> bool | None:
    outcome = attempt(operator.contains, whole, part)
    return None if outcome is UNDECIDED else bool(outcome)


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


def _holds(left: object, op: ast.cmpop, right: object) -> bool | None:
    try:
        match op:
            case ast.Eq():
                return left == right
            case ast.NotEq():
                return left != right
            case ast.Lt():
                return bool(left < right)  # type: ignore[operator]  # what cannot be compared raises, see below
            case ast.LtE():
                return bool(left <= right)  # type: ignore[operator]  # the same
            case ast.Gt():
                return bool(left > right)  # type: ignore[operator]  # the same
            case ast.GtE():
                return bool(left >= right)  # type: ignore[operator]  # the same
            case _:
                return None
    except TypeError:
        return None
