"""From the interpreted frames of an eager function to its flow tree."""

import ast
from collections.abc import Iterable, Mapping

from analyzers.flow import shape
from analyzers.flow.expressions import Expressions
from analyzers.flow.origins import Origins, Step, Way
from analyzers.flow.shape import NOTHING
from analyzers.flow.statements import Statements
from analyzers.model.calls import Consumption, Event, HelperCall, Invocation, UnresolvedCall
from analyzers.model.facts import EntityFunction, Frame
from analyzers.model.flow import Arm, Flow, Helper, Invoke, Origin, Parallel, Unresolved

# Helpers are drawn once for each call that enters them, so that a tree can be larger than its source.
_HELPERS_DRAWN = 300
_DEPTH_DRAWN = 40


def flow_of(function: EntityFunction) -> Flow:
    """The flow tree of a function; an empty sequence where it invokes nothing."""
    return _Builder(function).frame(function.frames[0], ())


class _Builder:
    """Builds the trees of the frames of one function; counts helpers, so that the tree stays bounded."""

    def __init__(self, function: EntityFunction) -> None:
        self._origins = Origins(function)
        self._helpers = 0

    def frame(self, frame: Frame, way: Way) -> Flow:
        """The tree of one frame, entered along `way`."""
        events = _where_consumed(frame)
        live = self._origins.body(frame.id).around(events)
        expressions = Expressions(live, lambda node, parts: self._events(frame, way, node, events.get(node, ()), parts))
        node = frame.node
        if isinstance(node, ast.Lambda):
            tree = expressions.flow(node.body)
        else:
            tree = Statements(expressions, frame.reached, frame.groups).block(node.body)
        return tree if shape.invokes(tree) else NOTHING

    def _events(self, frame: Frame, way: Way, node: ast.AST, events: tuple[Event, ...], parts: Flow) -> Flow:
        """What a node starts, behind what its parts do."""
        here = (*way, Step(frame.id, node))
        how = frame.groups.get(node)
        if how is not None:
            members = [self._event(event, here) for event in events]
            return shape.group(parts, members, how, self._joins(frame, node, how))
        started = self._candidates(events, here)
        if started != NOTHING and self._schedules(frame, node, events):
            started = shape.scheduled(started)
        return shape.sequence((parts, started))

    def _candidates(self, events: tuple[Event, ...], here: Way) -> Flow:
        """What one place starts: an `await` or a call starts one thing, so that several events are a choice."""
        if len(events) == 1:
            return self._event(events[0], here)
        return shape.branch("", (Arm(_name(event), self._event(event, here)) for event in events))

    def _event(self, event: Event, here: Way) -> Flow:
        match event:
            case Invocation():
                origin = self._origins.origin(here, event.call, event.chain)
                return Invoke(event, Origin(origin.over, origin.optional or not event.certain))
            case UnresolvedCall():
                return Unresolved(event, self._origins.origin(here, event.call, event.chain))
            case HelperCall():
                return self._helper(event, here)

    def _helper(self, event: HelperCall, here: Way) -> Flow:
        origin = self._origins.origin(here, event.call)
        entered = {step.frame for step in here}
        if event.frame in entered or len(here) > _DEPTH_DRAWN or self._helpers >= _HELPERS_DRAWN:
            inside = self._origins.inside(event.frame)
            return Helper(event.function, None, origin, inside) if inside else NOTHING
        self._helpers += 1
        body = self.frame(self._origins.frames[event.frame], here)
        if body == NOTHING:
            return NOTHING
        helper = Helper(event.function, body, origin)
        generates = self._origins.body(event.frame).generates
        return Parallel((helper,), "generator", joined=False) if generates else helper

    def _schedules(self, frame: Frame, node: ast.AST, events: Iterable[Event]) -> bool:
        """Whether the events of a node only start there, as in `create_task(helper(x))`.

        An invocation says so itself; a coroutine that is handed to a call without an `await` is scheduled by it.
        """
        invocations = [event for event in events if isinstance(event, Invocation)]
        if invocations:
            return all(event.consumed is Consumption.SCHEDULED for event in invocations)
        awaited = isinstance(self._origins.body(frame.id).parent(node), ast.Await)
        return isinstance(node, ast.Call) and not awaited and all(event.call is not node for event in events)

    def _joins(self, frame: Frame, node: ast.AST, how: str) -> bool:
        """Whether the control waits for a group right where it starts."""
        around = self._origins.body(frame.id).ancestors(node)
        return how == "gather" and any(isinstance(outer, ast.Await) for outer in around)


def _where_consumed(frame: Frame) -> Mapping[ast.AST, tuple[Event, ...]]:
    """The events of a frame; what may be called instead of something that is awaited stands where that is awaited.

    An unresolved call stands at itself, because nobody knows what becomes of its result.
    """
    consumed: dict[ast.AST, ast.AST] = {
        event.call: node for node, events in frame.events.items() for event in events if event.call is not node
    }
    merged: dict[ast.AST, tuple[Event, ...]] = {}
    for node, events in frame.events.items():
        for event in events:
            place = consumed.get(node, node) if isinstance(event, UnresolvedCall) else node
            merged[place] = (*merged.get(place, ()), event)
    return merged


def _name(event: Event) -> str:
    match event:
        case Invocation():
            return event.entity.name.rpartition(".")[2]
        case HelperCall():
            return event.function.rpartition(".")[2]
        case UnresolvedCall():
            return event.text
