"""Coroutines that run side by side: what one of them writes while another waits, that one sees when it goes on.

The body of a coroutine is interpreted where it begins to run. Where another one changed afterwards what it had read,
as a producer does that fills the queue of a worker, it is interpreted again.
"""

import ast
from collections.abc import Callable

from analyzers.inference.calls.cut_iterators import CutIterators
from analyzers.inference.domain.records import TO_THE_END, CallPoint, Pace, Started
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import EMPTY, join
from analyzers.inference.domain.values import Arguments, Coroutine, Function, Generator, Obj, Value, Values

_ROUNDS = 4
"""How often everything that runs is looked at again: what one passes on to the next may go so far at once."""


class Interleaving(CutIterators):
    """What becomes of coroutines after their start."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.resuming = False

    def note_started(self, value: Coroutine, node: ast.expr) -> None:
        self.run.started[value] = Started(node, self.here.frame, self.here.chain, self._seen(value, node))

    def _seen(self, value: Coroutine, node: ast.expr) -> Delta:
        """The shared cells that a coroutine's body read, with what they hold now."""
        memos = self.run.memos.get(self._key_of(value, node), ())
        return {location: self.store.get(location) for memo in memos for location in memo.reads}

    def _key_of(self, value: Coroutine, node: ast.expr) -> tuple[object, Function, Arguments, Pace]:
        """What the activation of its body is remembered under."""
        point = CallPoint(value.call, node, module=value.module)
        activation_key, arguments = self._context(value.function, value.arguments, point)
        return activation_key, value.function, arguments, TO_THE_END

    def resumed(self, value: Value) -> Values:
        """What a coroutine gives that may go on in a world that has changed, or has ended before that."""
        started = self.run.started.get(value) if isinstance(value, Coroutine) else None
        if started is None or not isinstance(value, Coroutine) or self.resuming or not self._outdated(started):
            return EMPTY
        if self._key_of(value, started.node)[0] in self.active:
            return EMPTY
        here = self.here
        frame, chain = here.frame, here.chain
        here.frame, here.chain = started.frame, started.chain
        self.resuming, settling = True, self.settling
        self.settling = True
        mark = self.store.mark()
        try:
            point = CallPoint(value.call, started.node, module=value.module)
            return self.enter(value.function, value.arguments, point)
        finally:
            self.store.merge([{}, self.store.rewind(mark)])
            self.resuming, self.settling = False, settling
            here.frame, here.chain = frame, chain
            self.run.started[value] = started.replaced(seen=self._seen(value, started.node))

    def _outdated(self, started: Started) -> bool:
        return self.changed(started.seen)

    def going_on(self, source: Values, site: ast.expr) -> Callable[[], Values]:
        """What a loop over `source` binds in its next turn, whenever that is asked."""
        element = self.iterated(source, site)
        going_on = frozenset(
            value
            for value in source
            if isinstance(value, Generator) or (isinstance(value, Obj) and value.kind != "instance")
        )

        def following() -> Values:
            nonlocal element
            element = join(element, self.iterated(going_on, site))
            return element

        return following

    def resume_all(self) -> None:
        """Let everything that runs beside others run on, until nothing changes for any of it."""
        if self.resuming or not self.run.started:
            return
        for _ in range(_ROUNDS):
            waiting = [value for value, started in self.run.started.items() if self._outdated(started)]
            if not waiting:
                return
            for value in waiting:
                self.resumed(value)
