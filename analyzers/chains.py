"""Why an eager function depends on an entity: the shortest chain of calls to each call site of it."""

from collections import deque
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from analyzers.analysis import Analysis
from analyzers.model.calls import HelperCall, Invocation
from analyzers.model.facts import EntityFunction
from analyzers.model.places import Place


class Action(StrEnum):
    """What a step of a chain does: call a helper, invoke an entity, or run one as a launch plan runs its workflow."""

    CALLS = "calls"
    INVOKES = "invokes"
    RUNS = "runs"


class Step(NamedTuple):
    """One step of a chain: what is reached, and the place of the call; that of the definition where none is written."""

    action: Action
    name: str
    kind: str
    place: Place


class Chain(NamedTuple):
    """The way from an eager function to one call site: the invocation there, and the steps up to the entity meant."""

    invocation: Invocation
    steps: tuple[Step, ...]


class _Point(NamedTuple):
    """Where a chain has come to: a frame in the body of an entity; 0 is the body itself."""

    entity: str
    frame: int


class _Edge(NamedTuple):
    """A step to another point; `invocation` is None where no entity is invoked."""

    step: Step
    to: _Point
    invocation: Invocation | None


def chains(analysis: Analysis, function: EntityFunction, entity: str) -> tuple[Chain, ...]:
    """The shortest chain from an eager function to each call site of an entity in it or in what it reaches, by place.

    A call site of a launch plan is one of its workflow too, and likewise with other entities that run a target.
    """
    search = _Search(analysis, _Point(function.entity.name, 0))
    found: dict[tuple[str, Place], Chain] = {}
    for point, edge in search.edges():
        invocation = edge.invocation
        run = None if invocation is None else search.run(invocation.entity.name, entity)
        if invocation is not None and run is not None and (invocation.site, invocation.place) not in found:
            steps = (*search.steps_to(point), edge.step, *run)
            found[(invocation.site, invocation.place)] = Chain(invocation, steps)
    return tuple(sorted(found.values(), key=lambda chain: (chain.invocation.place, chain.invocation.entity.name)))


class _Search:
    """Walks outwards from an eager function, nearest points first, over helpers and entities alike."""

    def __init__(self, analysis: Analysis, start: _Point) -> None:
        self._analysis = analysis
        self._start = start
        self._came: dict[_Point, tuple[_Point, Step]] = {}
        self._bodies: dict[str, dict[int, list[_Edge]]] = {}

    def edges(self) -> Iterator[tuple[_Point, _Edge]]:
        """Every edge that can be reached, after the point from which it leads on."""
        waiting = deque([self._start])
        while waiting:
            point = waiting.popleft()
            for edge in self._edges(point):
                yield point, edge
                if edge.to not in self._came and edge.to != self._start:
                    self._came[edge.to] = (point, edge.step)
                    waiting.append(edge.to)

    def steps_to(self, point: _Point) -> list[Step]:
        """The shortest way to a point that was reached."""
        steps: list[Step] = []
        while point in self._came:
            point, step = self._came[point]
            steps.append(step)
        return steps[::-1]

    def run(self, name: str, wanted: str, passed: frozenset[str] = frozenset()) -> tuple[Step, ...] | None:
        """The steps by which an entity runs another one without a call in the source; None where it does not."""
        if name == wanted:
            return ()
        for edge in self._targets(name):
            if edge.to.entity not in passed:
                following = self.run(edge.to.entity, wanted, passed | {name})
                if following is not None:
                    return (edge.step, *following)
        return None

    def _edges(self, point: _Point) -> list[_Edge]:
        if point.entity not in self._bodies:
            self._bodies[point.entity] = self._body(point.entity)
        return self._bodies[point.entity].get(point.frame, [])

    def _body(self, name: str) -> dict[int, list[_Edge]]:
        edges: dict[int, list[_Edge]] = {0: self._targets(name)}
        body = self._analysis.body(name)
        for frame in body.frames if body else ():
            helpers = [event for events in frame.events.values() for event in events if isinstance(event, HelperCall)]
            edges.setdefault(frame.id, []).extend(
                _Edge(Step(Action.CALLS, call.function, "helper", call.place), _Point(name, call.frame), None)
                for call in sorted(helpers, key=lambda call: (call.place, call.frame))
            )
        for invocation in body.invocations if body else ():
            entity = invocation.entity
            step = Step(Action.INVOKES, entity.name, entity.kind.value, invocation.place)
            for number in invocation.frames:
                edges.setdefault(number, []).append(_Edge(step, _Point(entity.name, 0), invocation))
        return edges

    def _targets(self, name: str) -> list[_Edge]:
        entity = self._analysis.entity(name)
        targets = [self._analysis.entity(target) for target in entity.targets] if entity else []
        return [
            _Edge(Step(Action.RUNS, target.name, target.kind.value, target.place), _Point(target.name, 0), None)
            for target in targets
            if target is not None
        ]
