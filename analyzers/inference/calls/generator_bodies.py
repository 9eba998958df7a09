"""The bodies of generators: what they yield, in which order, and where they wait."""

import ast

from analyzers.inference.calls.activations import Activations
from analyzers.inference.domain.records import Activation
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import EMPTY, join, joined, only
from analyzers.inference.domain.values import Function, Obj, Values, Yielded
from analyzers.inference.memory.entries import ANY, item
from analyzers.inference.memory.objects import EXACT_LENGTH_LIMIT


def _collected(activation: Activation) -> Obj:
    """Where a body puts what it yields; branches and loops make of it what they make of any list."""
    assert activation.function is not None
    return Obj("list", activation.function.node, activation.home)


class GeneratorBodies(Activations):
    """Running a body to its end, or to some `yield`."""

    def run_generator(self, function: Function, activation: Activation, mark: int) -> Delta:
        """The body of a generator, from `mark` on, to the `yield` that its pace allows."""
        collected = _collected(activation)
        activation.suspensions = []
        if activation.pace.again:
            for location in self.lingering:
                self.read(location)
        self.refill(collected, [])
        with self.store.watch() as written:
            self.run_to_returns(function, activation, mark)
        ways = self.outside(activation, [*activation.returns, *activation.suspensions])
        self.store.merge(ways)
        items = self.items(collected) if ways else None
        if items is not None and activation.pace.limit is None:
            items = _in_every_run(items, collected, written)
        loose = self.items_at_most(collected) if ways and items is None else ()
        activation.result = only(_outcome(activation, items, loose))
        if activation.pace.between:
            self.keep_between_yields(
                activation, {cell: values for cell, values in written.items() if cell[0] != collected}
            )
        return {cell: values for cell, values in self.store.rewind(mark).items() if cell[0] != collected}

    def hand_out(self, items: list[Values] | None, element: Values, node: ast.expr) -> None:
        """A `yield` gives some elements one after the other, or any number of what `element` may be."""
        here = self.here
        here.pauses += 1
        here.yields = join(here.yields, element)
        if here.function is None:
            return
        collected = _collected(here)
        if items is None:
            self.smash(collected, element)
            self._suspend(collected, node)
        for each in items or ():
            self.append(collected, each)
            self._suspend(collected, node)

    def _suspend(self, collected: Obj, node: ast.expr) -> None:
        """Where the pace allows no more, the body waits, or is closed there: what `finally` does comes in between."""
        here = self.here
        length = self.exact(collected)
        if here.pace.limit is None or (length is not None and length < here.pace.limit):
            return
        waiting = self.store.since(here.mark)
        here.suspensions.append(waiting)
        here.returns.append(waiting)
        if length is not None:
            here.stopped = node

    def left_to_yield(self) -> int | None:
        """How many elements the present body may still yield, where its pace says so."""
        limit = self.here.pace.limit
        length = None if limit is None or self.here.function is None else self.exact(_collected(self.here))
        return None if limit is None or length is None else limit - length


def _in_every_run(items: list[Values], collected: Obj, written: Delta) -> list[Values] | None:
    """The elements of a body that may fail on the way; None where what came until then was something else."""
    more = item(collected, len(items)) in written or written.get((collected, ANY), EMPTY)
    return None if more else [written[item(collected, index)] for index in range(len(items))]


def _outcome(activation: Activation, items: list[Values] | None, loose: tuple[Values, ...]) -> Yielded:
    """What the body gave; together with what an earlier interpretation of it gave, where it asks for itself."""
    before = [value for value in activation.result if isinstance(value, Yielded)]
    returned = activation.result.difference(before)
    known = None if items is None or len(items) > EXACT_LENGTH_LIMIT else tuple(items)
    for earlier in before:
        returned = join(returned, earlier.returned)
        known = known if known == earlier.items else None
    elements = joined([activation.yields, *(earlier.elements for earlier in before)])
    return Yielded(known, elements, returned, activation.swallows, () if before else loose)
