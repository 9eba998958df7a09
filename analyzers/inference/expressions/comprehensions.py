"""Comprehensions: loops that are expressions, unrolled where their elements are known.

A generator expression is one that is evaluated when somebody takes elements of its iterator.
"""

import ast
from collections.abc import Callable
from functools import partial

from analyzers.inference.calls.lazy_iterators import EXPRESSION
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.scopes import Comprehension, scope_of
from analyzers.inference.domain.value_sets import EMPTY, joined, only
from analyzers.inference.domain.values import Arguments, Elements, Env, Suspended, Values
from analyzers.inference.expressions.subscripts import Subscripts
from analyzers.model.record import Record

_UNROLL_LIMIT = 16


class _Turn(Record):
    """One turn of a comprehension: whether its conditions hold (None: unknown), its key (of a dict) and its value."""

    reached: bool | None
    key: Values
    value: Values


class Comprehensions(Subscripts):
    """Each turn is evaluated on its own."""

    def evaluate_comprehension(self, node: Comprehension) -> Values:
        source = self.evaluate(node.generators[0].iter)
        if isinstance(node, ast.GeneratorExp):
            point = CallPoint(node, node)
            self.asked_for_iterators(source, point)
            return self.lazy(EXPRESSION, Arguments((source,)), point)
        turns, certain = self._all_turns(node, source)
        values = [turn.value for turn in turns]
        match node:
            case ast.DictComp():
                obj = self.new_dict(node)
                for turn in turns:
                    sure = certain and turn.reached is True
                    self.keep_entry(obj, self.hashed(turn.key), turn.value, certain=sure)
                return only(obj)
            case ast.SetComp():
                return self.sequence("set", node, values) if certain else self.many("set", node, joined(values))
            case _:
                return self.sequence("list", node, values) if certain else self.many("list", node, joined(values))

    def produced(self, suspended: Suspended, point: CallPoint) -> Elements:
        if not isinstance(suspended.call, ast.GeneratorExp):
            return self.drawn_from(suspended.name, suspended.arguments, point)
        turns, certain = self._all_turns(suspended.call, suspended.arguments.positional[0])
        values = [turn.value for turn in turns]
        return values if certain else joined(values)

    def _all_turns(self, node: Comprehension, source: Values) -> tuple[list[_Turn], bool]:
        """The turns in the comprehension's own scope, and whether there are just these."""
        outer = self.here.env
        owner = self.owners.setdefault((node, outer.owner), ("comprehension", len(self.owners)))
        env = Env(owner, outer.module, outer.qualname, scope_of(node).names, outer)
        self.here.env = env
        mark = self.store.mark()
        try:
            turns, exact = self._turns(node, 0, source)
        finally:
            self.here.env = outer
        self.store.merge([{}, self.store.rewind(mark)])
        certain = exact and all(turn.reached is not None for turn in turns)
        return [turn for turn in turns if turn.reached is not False], certain

    def _turns(self, node: Comprehension, depth: int, source: Values) -> tuple[list[_Turn], bool]:
        """The turns of the loops from `depth` on, and whether they are all there are."""
        generator = node.generators[depth]
        method = "__aiter__" if generator.is_async else "__iter__"
        source, items = self.loop_over(source, generator.iter, method)
        exact = items is not None and len(items) <= _UNROLL_LIMIT >> depth
        if items is None or not exact:
            turns = self._any_turns(node, depth, source, self.going_on(source, generator.iter))
            return turns, not turns
        turns = []
        present: list[Values] | None = items
        number = 0
        while present is not None and number < min(len(present), _UNROLL_LIMIT):
            with self.turn(number):
                inner, known = self._turn(node, depth, present[number])
            turns += inner
            exact = exact and known
            number += 1
            present = self.refreshed(source, present, generator.iter)
        if present is not None and number == len(present):
            return turns, exact
        rest = joined([*items[number:], self.iterated(source, generator.iter)])
        return turns + self._any_turns(node, depth, source, partial(joined, [rest])), False

    def _any_turns(
        self, node: Comprehension, depth: int, source: Values, following: Callable[[], Values]
    ) -> list[_Turn]:
        """The turns for any number of elements, in any order: each may find what another one left."""
        turns: list[_Turn] = []

        def turn() -> Values:
            with self.turn(0):
                for element in self.parted(source) or [following()]:
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
            return [turn.replaced(reached=turn.reached and reached) for turn in inner], exact
        if isinstance(node, ast.DictComp):
            return [_Turn(reached, self.evaluate(node.key), self.evaluate(node.value))], True
        return [_Turn(reached, EMPTY, self.evaluate(node.elt))], True
