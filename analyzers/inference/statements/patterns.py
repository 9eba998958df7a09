"""Patterns of `match`: which values they take, and what they bind."""

import ast
from collections.abc import Callable, Iterable
from functools import partial

from analyzers.inference.domain.answers import all_of, any_of, common
from analyzers.inference.domain.equality import equal_to, unequal_to
from analyzers.inference.domain.kinds import kinds_of, never_equal
from analyzers.inference.domain.modules import standing_for
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, joined, only, ordered, single
from analyzers.inference.domain.values import ClassRef, Const, Data, EntityRef, Function, Obj, Value, Values
from analyzers.inference.statements.targets import Targets

_NEVER_EQUAL = Obj | EntityRef | Function | ClassRef
"""What is never equal to a literal, unless a class says otherwise."""


class Patterns(Targets):
    """Matching is decided for each value by itself, so that a case binds only what can reach it."""

    def alternatives(self, arms: Iterable[Callable[[], bool]]) -> bool:
        """Interpret arms of which one runs; false where none gets to its end."""
        deltas: list[Delta] = []
        for arm in arms:
            mark = self.store.mark()
            ends = arm()
            delta = self.store.rewind(mark)
            if ends:
                deltas.append(delta)
        self.store.merge(deltas)
        return bool(deltas)

    def taken(self, pattern: ast.pattern, subject: Values) -> Values:
        """The values that a pattern may match."""
        values = frozenset(value for value in ordered(subject) if self._matches(pattern, value) is not False)
        literals = self._literals(pattern)
        return values if literals is None else equal_to(values, literals)

    def left(self, pattern: ast.pattern, subject: Values) -> Values:
        """The values that a pattern may leave to the next case."""
        values = frozenset(value for value in ordered(subject) if self._matches(pattern, value) is not True)
        literals = self._literals(pattern)
        return values if literals is None else unequal_to(values, literals)

    def _literals(self, pattern: ast.pattern) -> Values | None:
        """The constants of which a pattern takes one, and nothing else."""
        match pattern:
            case ast.MatchAs(pattern=inner) if inner is not None:
                return self._literals(inner)
            case ast.MatchOr(patterns=patterns):
                parts = [self._literals(inner) for inner in patterns]
                known = [part for part in parts if part is not None]
                return joined(known) if len(known) == len(parts) else None
            case ast.MatchValue(value=literal):
                values = self.evaluate(literal)
                return values if isinstance(single(values), Const) else None
            case _:
                return None

    def _matches(self, pattern: ast.pattern, value: Value) -> bool | None:
        """Whether a pattern certainly matches a value, or certainly does not."""
        match pattern:
            case ast.MatchAs(pattern=None) | ast.MatchStar():
                return True
            case ast.MatchAs(pattern=inner) if inner is not None:
                return self._matches(inner, value)
            case ast.MatchOr(patterns=patterns):
                found = [self._matches(inner, value) for inner in patterns]
                return any_of(found)
            case ast.MatchValue(value=literal):
                return self._equals(single(self.evaluate(literal)), value)
            case ast.MatchSingleton(value=constant):
                return self._is_singleton(value, constant)
            case ast.MatchSequence(patterns=patterns):
                return self._matches_sequence(patterns, value)
            case ast.MatchMapping(keys=keys, patterns=patterns):
                return self._matches_mapping(keys, patterns, value)
            case ast.MatchClass():
                return self._matches_class(pattern, value)
            case _:
                return None

    def _is_singleton(self, value: Value, constant: bool | None) -> bool | None:
        """Whether a value is None, or True, or False."""
        if isinstance(value, Const):
            return value.value is constant
        kinds, kind = kinds_of(value), type(constant).__name__
        if kinds and kind not in kinds:
            return False
        return True if constant is None and kinds == {kind} else _unlike(value)

    def _equals(self, literal: Value | None, value: Value) -> bool | None:
        if not isinstance(literal, Const):
            return self.identical(literal, value)
        if isinstance(value, Const):
            return value.value == literal.value
        return False if never_equal(value, literal) else _unlike(value)

    def _matches_sequence(self, patterns: list[ast.pattern], value: Value) -> bool | None:
        if self._is_another(value, ("list", "tuple")):
            return False
        items = self.parts_of(value) if isinstance(value, Obj | Const) else None
        if items is None:
            whole = len(patterns) == 1 and isinstance(patterns[0], ast.MatchStar)
            return True if whole and self._is_sequence(value) else None
        parts = _aligned(patterns, items, lambda _: PLAIN)
        return False if parts is None else self._match_all(zip(patterns, parts, strict=True))

    def _is_sequence(self, value: Value) -> bool:
        """Whether a value certainly is a list or a tuple."""
        return kinds_of(value) == {"list"} or (isinstance(value, Obj) and value.kind in ("list", "tuple"))

    def _is_another(self, value: Value, kinds: tuple[str, ...]) -> bool:
        """Whether a value is known to be no object of these kinds, nor of a class that is like them."""
        if isinstance(value, Data) and value.kinds:
            return all(isinstance(kind, str) and kind not in kinds for kind in value.kinds)
        if isinstance(value, Const):
            return value.kind not in kinds
        if not isinstance(value, Obj):
            return isinstance(value, EntityRef | Function)
        if value.kind != "instance" or value.cls is None:
            return value.kind not in kinds
        content, bases = self.content(value), self.external_bases(value.cls)
        if content is not None:
            return content.kind not in kinds
        return not bases - {"typing.Generic", "abc.ABC", "typing.Protocol"}

    def _matches_mapping(self, keys: list[ast.expr], patterns: list[ast.pattern], value: Value) -> bool | None:
        if self._is_another(value, ("dict",)):
            return False
        if not (isinstance(value, Obj) and value.kind == "dict"):
            return None
        names = [self.evaluate(key) for key in keys]
        held = all_of([self.holds(value, name) for name in names])
        if held is False:
            return False
        inside = self._match_all((inner, self.load_item(value, n)) for inner, n in zip(patterns, names, strict=True))
        return all_of([held, inside])

    def _matches_class(self, pattern: ast.MatchClass, value: Value) -> bool | None:
        fits = self._is_instance(value, ordered(self.evaluate(pattern.cls)))
        if fits is False:
            return False
        return all_of([fits, self._match_all(self._compared_fields(pattern, value))])

    def _match_all(self, parts: Iterable[tuple[ast.pattern, Values]]) -> bool | None:
        """Whether each part matches whatever its values are."""
        return all_of([common([self._matches(inner, value) for value in values]) for inner, values in parts])

    def _compared_fields(self, pattern: ast.MatchClass, value: Value) -> list[tuple[ast.pattern, Values]]:
        """The patterns inside a class pattern, each with what it is compared with."""
        node = pattern.cls
        names = self._match_names(value, node)
        positional = [
            (inner, self.attribute(only(value), names[index], node) if index < len(names) else self._whole(value))
            for index, inner in enumerate(pattern.patterns)
        ]
        named = zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)
        return [*positional, *((inner, self.attribute(only(value), name, node)) for name, inner in named)]

    def _match_names(self, value: Value, node: ast.expr) -> list[str]:
        """The attributes that positional patterns stand for."""
        if not (isinstance(value, Obj) and value.cls is not None):
            return []
        listed = self.class_attribute(self.linearized(value.cls), "__match_args__")
        items = self.exact_items(listed) if listed else None
        if items is not None:
            return [str(name.value) for name in map(single, items) if isinstance(name, Const)]
        return self.record_fields(value.cls) if self.is_record(value.cls) else []

    def _whole(self, value: Value) -> Values:
        """What the single position of `str(x)` or `list(x)` is compared with."""
        return PLAIN if isinstance(value, Obj) and value.kind == "instance" else only(value)

    # Binding.

    def bind_pattern(self, pattern: ast.pattern, subject: Values) -> None:
        """Bind the names in a pattern that has matched."""
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    self.bind_pattern(inner, self.taken(inner, subject))
                if name is not None:
                    self.bind(name, subject)
            case ast.MatchStar(name=str(name)):
                self.bind(name, subject)
            case ast.MatchOr(patterns=patterns):
                self._bind_alternatives(patterns, subject)
            case ast.MatchSequence(patterns=patterns):
                self._bind_sequence(patterns, subject)
            case ast.MatchMapping():
                self._bind_mapping(pattern, subject)
            case ast.MatchClass():
                self._bind_parts([self._compared_fields(pattern, value) for value in ordered(subject)])
            case _:
                pass

    def _bind_alternatives(self, patterns: list[ast.pattern], subject: Values) -> None:
        arms: list[Callable[[], bool]] = []
        for inner in patterns:
            values = self.taken(inner, subject)
            if values:
                arms.append(partial(self._bound, inner, values))
            subject = self.left(inner, subject)
        self.alternatives(arms)

    def _bound(self, pattern: ast.pattern, subject: Values) -> bool:
        self.bind_pattern(pattern, subject)
        return True

    def _bind_sequence(self, patterns: list[ast.pattern], subject: Values) -> None:
        rows = []
        for value in ordered(subject):
            items = self.parts_of(value) if isinstance(value, Obj | Const) else None
            parts = None if items is None else _aligned(patterns, items, partial(self._starred, patterns))
            if parts is None:
                element = self.iterated(only(value), standing_for(patterns[0])) if patterns else EMPTY
                parts = [self.many("list", p, element) if isinstance(p, ast.MatchStar) else element for p in patterns]
            rows.append(list(zip(patterns, parts, strict=True)))
        self._bind_parts(rows)

    def _starred(self, patterns: list[ast.pattern], items: list[Values]) -> Values:
        star = next(inner for inner in patterns if isinstance(inner, ast.MatchStar))
        return self.sequence("list", star, items)

    def _bind_mapping(self, pattern: ast.MatchMapping, subject: Values) -> None:
        names = [self.evaluate(key) for key in pattern.keys]
        rows = [
            [
                (inner, self.subscripted(value, name, key))
                for key, name, inner in zip(pattern.keys, names, pattern.patterns, strict=True)
            ]
            for value in ordered(subject)
        ]
        self._bind_parts(rows)
        if pattern.rest is not None:
            self.bind(pattern.rest, joined(self._rest_of(value, names, pattern) for value in ordered(subject)))

    def _rest_of(self, value: Value, names: list[Values], pattern: ast.MatchMapping) -> Values:
        """The entries of a dict that a mapping pattern does not name."""
        if not (isinstance(value, Obj) and value.kind == "dict"):
            return only(value)
        rest = self.copied(
            value, ast.copy_location(ast.Name("rest"), pattern.keys[0]) if pattern.keys else ast.Name("_")
        )
        for copy in rest:
            for name in names:
                if isinstance(copy, Obj):
                    self.remove_item(copy, name)
        return rest

    def _bind_parts(self, rows: list[list[tuple[ast.pattern, Values]]]) -> None:
        """Bind the parts of a pattern, each to what it may be in any of the subjects."""
        for column in zip(*rows, strict=True):
            inner = column[0][0]
            self.bind_pattern(inner, self.taken(inner, joined(values for _, values in column)))


def _unlike(value: Value) -> bool | None:
    """False for what no literal is equal to."""
    known = isinstance(value, _NEVER_EQUAL) and not (isinstance(value, Obj) and value.kind == "instance")
    return False if known else None


def _aligned(
    patterns: list[ast.pattern], items: list[Values], collect: Callable[[list[Values]], Values]
) -> list[Values] | None:
    """What each part of a sequence pattern is compared with; None where the lengths do not fit."""
    star = next((i for i, inner in enumerate(patterns) if isinstance(inner, ast.MatchStar)), None)
    if star is None:
        return items if len(items) == len(patterns) else None
    end = len(items) - (len(patterns) - star - 1)
    return [*items[:star], collect(items[star:end]), *items[end:]] if star <= end else None
