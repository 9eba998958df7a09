"""Where awaitables are made, compared with where they are consumed: how many there may be."""

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from analyzers.flow.syntax import Body, Context
from analyzers.model.calls import HelperCall
from analyzers.model.facts import EntityFunction, Frame
from analyzers.model.flow import Origin
from analyzers.model.places import Place

_PATHS_TRIED = 100


class Step(NamedTuple):
    """An expression or statement in one frame: a helper call on the way, or the place where the way ends."""

    frame: int
    node: ast.AST


Way = tuple[Step, ...]


class Origins:
    """The frames of one function, searched for the places where awaitables are made."""

    def __init__(self, function: EntityFunction) -> None:
        self.frames: Mapping[int, Frame] = {frame.id: frame for frame in function.frames}
        self._bodies: dict[int, Body] = {}

    def body(self, frame: int) -> Body:
        """The syntax of a frame's function."""
        if frame not in self._bodies:
            self._bodies[frame] = Body(self.frames[frame].node)
        return self._bodies[frame]

    def origin(self, consumed: Way, call: ast.expr, chain: tuple[Place, ...] = ()) -> Origin:
        """How many awaitables of `call` are consumed at the end of the way `consumed`; `chain` leads to the call."""
        made = self._made(consumed, call, chain)
        around = set(self._contexts(consumed))
        beyond = [context for context in self._contexts(made) if context not in around]
        headers = tuple(context.header for _, context in beyond if context.header)
        return Origin(headers, any(not context.header for _, context in beyond))

    def inside(self, frame: int) -> tuple[str, ...]:
        """The site ids of all that a frame and the helpers that it enters may invoke."""
        sites: set[str] = set()
        for reached in self._reachable(frame):
            for events in self.frames[reached].events.values():
                sites.update(event.site for event in events if not isinstance(event, HelperCall))
        return tuple(sorted(sites))

    def _contexts(self, way: Way) -> list[tuple[int, Context]]:
        return [(step.frame, context) for step in way for context in self.body(step.frame).contexts(step.node)]

    def _made(self, consumed: Way, call: ast.expr, chain: tuple[Place, ...]) -> Way:
        """The way to the call: in the frame of the consumption, in a helper below, or in a caller above."""
        lines = tuple(place.line for place in chain)
        ways = list(islice(self._ways(consumed, call), _PATHS_TRIED))
        fitting = [way for way in ways if tuple(getattr(step.node, "lineno", 0) for step in way[:-1]) == lines]
        return next(iter([*fitting, *ways]), consumed)

    def _ways(self, consumed: Way, call: ast.expr) -> Iterator[Way]:
        for depth in range(len(consumed) - 1, -1, -1):
            yield from self._below(consumed[:depth], consumed[depth].frame, call)

    def _below(self, way: Way, frame: int, call: ast.expr) -> Iterator[Way]:
        if call in self.body(frame):
            yield (*way, Step(frame, call))
        for node, entered in self._entered[frame]:
            if all(step.frame != entered for step in way) and entered != frame:
                yield from self._below((*way, Step(frame, node)), entered, call)

    @cached_property
    def _entered(self) -> Mapping[int, tuple[tuple[ast.AST, int], ...]]:
        """The helpers that each frame enters, and the calls that enter them."""
        return {
            frame.id: tuple(
                (event.call if event.call in self.body(frame.id) else node, event.frame)
                for node, events in frame.events.items()
                for event in events
                if isinstance(event, HelperCall)
            )
            for frame in self.frames.values()
        }

    def _reachable(self, frame: int) -> frozenset[int]:
        found: set[int] = set()
        pending = [frame]
        while pending:
            current = pending.pop()
            if current not in found:
                found.add(current)
                pending.extend(entered for _, entered in self._entered[current])
        return frozenset(found)
