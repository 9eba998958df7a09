"""Loops: turn by turn where it is known how they go on, else until another turn adds nothing."""

import ast
from collections.abc import Callable, Sequence
from functools import partial

from analyzers.inference.domain.records import Loop
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import join, joined
from analyzers.inference.domain.values import Const, Obj, Values
from analyzers.inference.statements.narrowing import Narrowing

_LOOP_LIMIT = 50
_UNROLL_LIMIT = 16
_UNROLL_DEPTH = 2
STEPPED_TURNS = 64
"""How many turns of a `while` are interpreted one by one."""
_STEPS_SHARE = 50
"""The share of all steps that the turns of one such loop may take."""
_SPARE = 4
"""The share of all steps after which no loop is interpreted turn by turn any more."""


class Loops(Narrowing):
    """`for` and `while`."""

    def exec_for(self, node: ast.For | ast.AsyncFor) -> bool:
        method = "__iter__" if isinstance(node, ast.For) else "__aiter__"
        source, items = self.loop_over(self.evaluate(node.iter), node.iter, method)
        self.note_iterated(items)
        goes_on = self._exec_turns(node, source, items)
        if items is None or not _is_at_hand(source):
            self.may_raise()
        return goes_on

    def _exec_turns(self, node: ast.For | ast.AsyncFor, source: Values, items: list[Values] | None) -> bool:
        if items == []:
            return self.execute(node.orelse)
        if items is not None and len(items) <= _UNROLL_LIMIT and len(self.here.loops) < _UNROLL_DEPTH:
            return self._unrolled(node, items, source)
        first = None if items is not None else self.first_of(source, node.iter, _UNROLL_LIMIT)
        if first and len(self.here.loops) < _UNROLL_DEPTH:
            return self._unrolled(node, first, source, whole=len(first) < _UNROLL_LIMIT)
        return self._loop(self._turn_of(node, source, self.going_on(source, node.iter)), node.orelse, endless=False)

    def _turn_of(
        self, node: ast.For | ast.AsyncFor, source: Values, following: Callable[[], Values]
    ) -> Callable[[], bool]:
        """A turn for any element; where these are known apart, for one of several that come in any order."""

        def turn() -> bool:
            parts = self.parted(source) if isinstance(node, ast.For) else None
            if parts:
                return self.alternatives([partial(self._part, node, part) for part in parts])
            element = following()
            return bool(element or not _is_container(source)) and self._part(node, element)

        return turn

    def _part(self, node: ast.For | ast.AsyncFor, part: Values) -> bool:
        self.assign(node.target, part)
        return self.execute(node.body)

    def _unrolled(self, node: ast.For | ast.AsyncFor, items: list[Values], source: Values, whole: bool = True) -> bool:
        """A loop over a few known elements, one turn after the other; an iterator keeps what is left.

        Where these are not the `whole`, any number of turns follows.
        """
        iterators = [value for value in source if isinstance(value, Obj) and value.kind == "iterator" and whole]
        breaks: list[Delta] = []
        alive = True
        start = self.store.mark()
        present: list[Values] | None = items
        number = 0
        while alive and present is not None and number < min(len(present), _UNROLL_LIMIT):
            loop = Loop(start, unrolled=True)
            self.here.loops.append(loop)
            for iterator in iterators:
                self.refill(iterator, present[number + 1 :])
            with self.turn(number):
                falls = self._part(node, present[number])
            self.here.loops.pop()
            breaks += loop.breaks
            ends = [self.store.since(start)] if falls else []
            ends += loop.continues
            self.store.rewind(start)
            alive = bool(ends)
            if alive:
                self.store.merge(ends)
                present = self.refreshed(source, present, node.iter)
            number += 1
        if not alive or (whole and present is not None and number == len(present)):
            return self._ending(breaks, node.orelse, normal=alive, mark=start)
        following = self.going_on(source, node.iter)
        rest = joined(items[number:])
        return self._loop(
            self._turn_of(node, source, lambda: join(rest, following())), node.orelse, False, start, breaks
        )

    def _ending(self, breaks: list[Delta], orelse: list[ast.stmt], normal: bool, mark: int) -> bool:
        """What follows a loop: its `else` after a normal end, and everything that broke out."""
        ends: list[Delta] = []
        if normal and self.execute(orelse):
            ends.append(self.store.since(mark))
        self.store.rewind(mark)
        ends += breaks
        self.store.merge(ends)
        return bool(ends)

    def exec_while(self, node: ast.While) -> bool:
        """Turn by turn as long as the condition is decided; the turns after that are any number of turns.

        The first turn stands alone in any case: what a loop starts with is often nothing that a later turn finds.
        """
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
        breaks: list[Delta] = []
        start, limit = self.store.mark(), self.run.steps + self.run.step_limit // _STEPS_SHARE
        for number in range(STEPPED_TURNS):
            truth = self.truth_of(self.tested(self.evaluate(node.test), node.test))
            if truth is False:
                return self._ending(breaks, node.orelse, normal=True, mark=start)
            if (truth is None and number) or self.run.steps > limit or not self._may_step():
                break
            if truth is None:
                breaks += self._without_turns(node, start)
            jumps = len(breaks) + len(self.here.returns)
            ends = self._one_turn(node, number, start, breaks)
            if not ends:
                return self._ending(breaks, node.orelse, normal=False, mark=start)
            changed = any(self.store.get(location) != values for end in ends for location, values in end.items())
            self.store.merge(ends)
            left = len(breaks) + len(self.here.returns) > jumps
            if (endless and left) or not changed:
                break
        return self._any_number(node, endless, breaks, start)

    def _may_step(self) -> bool:
        """Whether turns may be interpreted one by one: where a run has steps to spare, and nothing is done again.

        A generator is left between two turns, and goes on in a world that may have changed.
        """
        function = self.here.function
        generator = function is not None and scope_of(function.node).generator
        spare = self.run.steps * _SPARE < self.run.step_limit and len(self.here.loops) < _UNROLL_DEPTH
        return spare and not (generator or self.settling)

    def _without_turns(self, node: ast.While, start: int) -> list[Delta]:
        """What has been written from `start` on where the condition is false at once."""
        mark = self.store.mark()
        ends = self.narrowed(node.test, False) and self.execute(node.orelse)
        written = {**self.store.since(start)}
        self.store.rewind(mark)
        return [written] if ends else []

    def _one_turn(self, node: ast.While, number: int, start: int, breaks: list[Delta]) -> list[Delta]:
        """What one turn writes, on each way to its end; what broke out is noted in `breaks`."""
        mark = self.store.mark()
        loop = Loop(mark, unrolled=True, decided=True)
        self.here.loops.append(loop)
        with self.turn(number):
            falls = self.narrowed(node.test, True) and self.execute(node.body)
        self.here.loops.pop()
        delta = self.store.rewind(mark)
        if loop.breaks:
            before = self.store.since(start)
            breaks += [{**before, **each} for each in loop.breaks]
        return ([delta] if falls else []) + loop.continues

    def _any_number(self, node: ast.While, endless: bool, breaks: list[Delta], start: int) -> bool:
        """Any number of turns from here on, after some that may have broken out."""

        def turn() -> bool:
            ends = self.narrowed(node.test, True) and self.execute(node.body)
            if ends and not endless:
                self.tested(self.evaluate(node.test), node.test)
            return ends

        return self._loop(turn, node.orelse, endless, start, breaks)

    def _loop(
        self,
        turn: Callable[[], bool],
        orelse: list[ast.stmt],
        endless: bool,
        start: int | None = None,
        breaks: Sequence[Delta] = (),
    ) -> bool:
        """Interpret turns until another one adds nothing; the first ones may have been, from `start` on."""
        start = self.store.mark() if start is None else start
        breaks = list(breaks)
        for _ in range(_LOOP_LIMIT):
            mark = self.store.mark()
            loop = Loop(mark)
            self.here.loops.append(loop)
            falls = turn()
            self.here.loops.pop()
            delta = self.store.rewind(mark)
            before = self.store.since(start)
            breaks += [{**before, **each} for each in loop.breaks]
            again = ([delta] if falls else []) + loop.continues
            if not self.grows(again):
                break
            self.store.merge([{}, *again])
        else:
            self.run.unsettled = True
        return self._ending(breaks, orelse, normal=not endless, mark=start)


def _is_container(source: Values) -> bool:
    """Whether a loop runs over nothing but containers and iterators, which certainly hold what is known of them."""
    return bool(source) and all(isinstance(value, Obj) and value.kind != "instance" for value in source)


def _is_at_hand(source: Values) -> bool:
    """Whether nothing runs to give the next element."""
    return all(isinstance(v, Const) or (isinstance(v, Obj) and v.kind not in ("instance", "iterator")) for v in source)
