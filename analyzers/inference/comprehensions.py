"""Comprehensions: loops that are expressions, unrolled where their elements are known."""

import ast
from collections.abc import Callable
from typing import NamedTuple

from analyzers.inference.scopes import Comprehension, scope_of
from analyzers.inference.subscripts import Subscripts
from analyzers.inference.values import (
    EMPTY,
    Env,
    Values,
    joined,
    only,
)

_UNROLL_LIMIT = 16


class _Turn(NamedTuple):
    """One turn of a comprehension: whether its conditions hold (None: unknown), its key (of a dict) and its value."""

    reached: bool | None
    key: Values
    value: Values


class Comprehensions(Subscripts):
    """Each turn is evaluated on its own."""

    def evaluate_comprehension(self, node: Comprehension) -> Values:
        generators = node.generators
        source = self.evaluate(generators[0].iter)
        outer = self.here.env
        owner = self.owners.setdefault((node, outer.owner), ("comprehension", len(self.owners)))
        env = Env(owner, outer.module, outer.qualname, scope_of(node).names, outer)
        self.here.env = env
        try:
            return self._comprehended(node, source)
        finally:
            self.here.env = outer

    def _comprehended(self, node: Comprehension, source: Values) -> Values:
        mark = self.store.mark()
        turns, exact = self._turns(node, 0, source)
        self.store.merge([{}, self.store.rewind(mark)])
        certain = exact and all(turn.reached is not None for turn in turns)
        return self._collected(node, [turn for turn in turns if turn.reached is not False], certain)

    def _turns(self, node: Comprehension, depth: int, source: Values) -> tuple[list[_Turn], bool]:
        """The turns of the loops from `depth` on, and whether they are all there are."""
        generator = node.generators[depth]
        items = None if generator.is_async else self.exact_items(source)
        exact = items is not None and len(items) <= _UNROLL_LIMIT >> depth
        if items is None or not exact:
            parts = None if generator.is_async else self.parted(source)
            each = self.going_on(source, generator.iter) if parts is None else None
            return self._any_turns(node, depth, each, parts or []), False
        turns: list[_Turn] = []
        for number, element in enumerate(items):
            with self.turn(number):
                inner, known = self._turn(node, depth, element)
            turns += inner
            exact = exact and known
        return turns, exact

    def _any_turns(
        self, node: Comprehension, depth: int, following: Callable[[], Values] | None, parts: list[Values]
    ) -> list[_Turn]:
        """The turns for any number of elements, or for `parts` in any order: each may find what another one left."""
        turns: list[_Turn] = []

        def turn() -> Values:
            with self.turn(0):
                for element in parts if following is None else [following()]:
                    mark = self.store.mark()
                    turns.extend(self._turn(node, depth, element)[0])
                    self.store.merge([{}, self.store.rewind(mark)])
            return EMPTY

        self.repeated(turn)
        return turns

    def _turn(self, node: Comprehension, depth: int, element: Values) -> tuple[list[_Turn], bool]:
        generator = node.generators[depth]
        self.assign(generator.target, element)
        reached: bool | None = True
        for condition in generator.ifs:
            truth = self.truth_of(self.tested(self.evaluate(condition), condition))
            if truth is False or not self.narrowed(condition, True):
                return [_Turn(False, EMPTY, EMPTY)], True
            reached = reached and truth
        if depth + 1 < len(node.generators):
            source = self.evaluate(node.generators[depth + 1].iter)
            inner, exact = self._turns(node, depth + 1, source)
            return [turn._replace(reached=turn.reached and reached) for turn in inner], exact
        if isinstance(node, ast.DictComp):
            return [_Turn(reached, self.evaluate(node.key), self.evaluate(node.value))], True
        return [_Turn(reached, EMPTY, self.evaluate(node.elt))], True

    def narrowed(self, test: ast.expr, outcome: bool) -> bool:
        """Keep of a name what a condition allows; false where nothing is left."""
        raise AssertionError("the part that knows statements answers this")

    def _collected(self, node: Comprehension, turns: list[_Turn], exact: bool) -> Values:
        values = [turn.value for turn in turns]
        match node:
            case ast.DictComp():
                obj = self.new_dict(node)
                for turn in turns:
                    self.keep_entry(obj, self.hashed(turn.key), turn.value, certain=exact and turn.reached is True)
                return only(obj)
            case ast.SetComp():
                return self.sequence("set", node, values) if exact else self.many("set", node, joined(values))
            case _:
                kind = "list" if isinstance(node, ast.ListComp) else "iterator"
                return self.sequence(kind, node, values) if exact else self.many(kind, node, joined(values))
