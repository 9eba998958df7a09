"""Comparisons: what they ask of the project's classes, and which of them are decided."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from analyzers.inference.domain.answers import any_of, common
from analyzers.inference.domain.equality import differ
from analyzers.inference.domain.folding import UNDECIDED, attempt
from analyzers.inference.domain.kinds import is_scalar
from analyzers.inference.domain.value_sets import PLAIN, const, only, single
from analyzers.inference.domain.values import Const, Data, External, Method, ModuleRef, Obj, Value, Values
from analyzers.inference.expressions.identities import Identities

_PYTHONS = ((3, 10), (3, 11), (3, 12))
"""The versions that flytekit runs on: a condition on `sys.version_info` is decided where they agree."""
_COMPARED_LIMIT = 64

_METHODS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
"""The method of the left operand, and that of the right one, which is asked where the left one does not answer."""


class Comparisons(Identities):
    """Whether a comparison is known to be true or false."""

    def compared(self, parts: list[Values], ops: list[ast.cmpop], node: ast.expr) -> Values:
        """A chain of comparisons: a constant where it is decided."""
        pairs = list(zip(parts, ops, parts[1:], strict=False))
        outcomes = [self.outcome(left, op, right) for left, op, right in pairs]
        reached = outcomes[: outcomes.index(False)] if False in outcomes else outcomes
        asked = zip(pairs, reached, strict=False)
        answers = [const(True) if holds else self._answered(*pair, node) for pair, holds in asked]
        if False in outcomes or None not in outcomes:
            return const(False not in outcomes)
        if None not in answers:
            known = [self.truth_of(answer) for answer in answers if answer is not None]
            return PLAIN if None in known and False not in known else const(False not in known)
        if all(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in ops):
            return self.of_kind("bool", self.mixed([]))
        plain = all(map(is_scalar, frozenset().union(*parts)))
        return self.of_kind("bool" if plain else None, self.operated(node, *parts))

    def of_kind(self, kind: str | None, values: Values) -> Values:
        """Plain data of a kind that is known now."""
        if kind is None:
            return values
        return frozenset(v.replaced(kinds=frozenset({kind})) if isinstance(v, Data) else v for v in values)

    def _answered(self, left: Values, op: ast.cmpop, right: Values, node: ast.expr) -> Values | None:
        """What the project's classes answer; None where they define nothing that is asked."""
        match op:
            case ast.In() | ast.NotIn():
                return self._answered_inside(left, right, isinstance(op, ast.In), node)
            case ast.Is() | ast.IsNot():
                return None
            case _:
                found = self.by_method(_METHODS[type(op)], left, right, node)
                if found is not None:
                    return self.tested(found, node)
                if not isinstance(op, ast.NotEq):
                    return self._answered_by_others(op, left, right, node)
                same = self.by_method(_METHODS[ast.Eq], left, right, node)
                return None if same is None else self._turned(same, node)

    def _answered_by_others(self, op: ast.cmpop, left: Values, right: Values, node: ast.expr) -> Values | None:
        """What `functools.total_ordering` makes of the comparisons that a class does define."""
        if isinstance(op, ast.Eq):
            return None
        found = [self.by_method((method, ""), left, right, node) for method, _ in _METHODS.values()]
        return None if all(answer is None for answer in found) else PLAIN

    def _answered_inside(self, left: Values, right: Values, wanted: bool, node: ast.expr) -> Values | None:
        found = self.by_method(("__contains__",), right, left, node)
        if found is not None:
            return self.tested(found, node) if wanted else self._turned(found, node)
        inside = frozenset(value for value in right if isinstance(value, Obj) or _is_tuple(value))
        elements = self.iterated(inside, node)
        if elements != left:
            self.by_method(_METHODS[ast.Eq], elements, left, node)
        return None

    def _turned(self, values: Values, node: ast.expr) -> Values:
        """The opposite of a condition."""
        truth = self.truth_of(self.tested(values, node))
        return PLAIN if truth is None else const(not truth)

    def outcome(self, left: Values, op: ast.cmpop, right: Values) -> bool | None:
        """Whether a comparison is known to be true or false."""
        match op:
            case ast.Is() | ast.IsNot():
                same = self.same_object(left, right)
                return None if same is None else same is isinstance(op, ast.Is)
            case ast.In() | ast.NotIn():
                inside = self._contained(left, right)
                return None if inside is None else inside is isinstance(op, ast.In)
            case _:
                return self._ordered_outcome(left, op, right)

    def _contained(self, left: Values, right: Values) -> bool | None:
        needle, container = single(left), single(right)
        if isinstance(container, Const):
            return self._agreed(_is_inside, left, right)
        if isinstance(container, Method) and isinstance(container.receiver, ModuleRef) and isinstance(needle, Const):
            return self.offers(container.receiver.name, str(needle.value)) if container.name == "__dict__" else None
        if isinstance(container, Obj) and container.kind == "instance":
            return None if self.answers(container, "__contains__") else self.has_flags(container, needle)
        if needle is None or not isinstance(container, Obj):
            return None
        keyed = self.keyed(right)
        if keyed is not None:
            return self.holds(self.current(keyed, ast.Constant(None)), left)
        items = None if container in self.summaries else self.items(container)
        if items is None:
            return None
        return any_of([self.equals(needle, single(item)) for item in items])

    def _ordered_outcome(self, left: Values, op: ast.cmpop, right: Values) -> bool | None:
        first, second = single(self.hashed(left)), single(self.hashed(right))
        if first == External("sys.version_info"):
            limit = second.value[:2] if isinstance(second, Const) and isinstance(second.value, tuple) else ()
            return common([_holds(python[: len(limit)], op, limit) for python in _PYTHONS]) if limit else None
        one, other = self.keyed(left), self.keyed(right)
        if (
            one is not None
            and other is not None
            and "dict" not in {value.kind for value in left | right if isinstance(value, Obj)}
        ):
            return self._set_outcome(one, op, other)
        if isinstance(op, ast.Eq | ast.NotEq):
            same = False if differ(left, right) or differ(right, left) else self.equals(first, second)
            if same is not None:
                return same is isinstance(op, ast.Eq)
        return self._agreed(lambda one, other: _holds(one, op, other), left, right)

    def _agreed(self, holds: Callable[[Any, Any], bool | None], left: Values, right: Values) -> bool | None:
        """Whether something holds for all pairs of possible constants, or for none; tuples of constants count."""
        if len(left) * len(right) > _COMPARED_LIMIT:
            return None
        columns = [[self._compared_value(value) for value in part] for part in (left, right)]
        if any(UNDECIDED in column for column in columns):
            return None
        return common([holds(one, other) for one in columns[0] for other in columns[1]])

    def _compared_value(self, value: Value) -> object:
        """A value as Python compares it; a member of an enum may be a number or a text."""
        member = isinstance(value, Obj) and value.cls is not None and self.is_enum(value.cls)
        plain = self.plain_member(value) if isinstance(value, Obj) and member else value
        return UNDECIDED if plain is None else self.known(only(plain), _comparable(plain))

    def _set_outcome(self, first: Obj, op: ast.cmpop, second: Obj) -> bool | None:
        parts = self.compared_sets(first, second)
        if parts is None:
            return None
        inside, around = parts
        match op:
            case ast.Eq() | ast.NotEq():
                return (inside and around) is isinstance(op, ast.Eq)
            case ast.LtE():
                return inside
            case ast.Lt():
                return inside and not around
            case ast.GtE():
                return around
            case ast.Gt():
                return around and not inside
            case _:
                return None


def _is_tuple(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, tuple)


def _comparable(value: Value) -> int:
    """How deep a value is looked into where it is compared: what is a list here may be a deque, which equals none."""
    return 2 if isinstance(value, Obj) and value.kind == "tuple" else 0


def _is_inside(part: object, whole: object) -> bool | None:
    outcome = attempt(operator.contains, whole, part)
    return None if outcome is UNDECIDED else bool(outcome)


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
