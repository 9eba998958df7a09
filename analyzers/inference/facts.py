"""From the records of a run to the immutable facts that the rest of eagerc reads."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.records import EntityRecord, FrameRecord, HelperRecord, PendingRecord, Run
from analyzers.inference.objects.entities import merged_flows
from analyzers.model.calls import Consumption, Event, HelperCall, Invocation, UnresolvedCall
from analyzers.model.facts import EntityFunction, Frame
from analyzers.model.places import Place

_STRENGTH = tuple(Consumption)


def entity_function(record: EntityRecord, run: Run, texts: dict[PendingRecord, str]) -> EntityFunction:
    """The facts about one entity's body; `texts` has the source of the unresolved calls."""
    node = record.function.node if record.function else None
    assert node is not None
    pending = list(run.pending.values())
    invocations = _merged_invocations(p for p in pending if p.entity is not None)
    unresolved = _merged_unresolved((p, texts[p]) for p in pending if p.unresolvable is not None)
    observations = tuple(sorted(run.observations.values(), key=lambda o: (_position(o.place), o.kind, o.name)))
    frames = tuple(_frame(frame, texts) for frame in run.frames)
    return EntityFunction(
        record.entity,
        run.dialect,
        record.module,
        node,  # type: ignore[arg-type]  # an entity is never made of a lambda
        frames,
        invocations,
        unresolved,
        observations,
        run.steps,
        run.step_limit,
    )


def _frame(frame: FrameRecord, texts: dict[PendingRecord, str]) -> Frame:
    events: dict[ast.AST, tuple[Event, ...]] = {}
    for node, found in frame.events.items():
        here = tuple(_event(record, texts) for record in found.values() if not _shows_elsewhere(record, node))
        if here:
            events[node] = here
    return Frame(
        frame.number,
        frame.function,
        frame.module,
        frame.node,
        frame.place,
        events,
        dict(frame.groups),
        frozenset(frame.reached),
        frame.entered,
        frame.reused,
    )


def _shows_elsewhere(record: PendingRecord | HelperRecord, node: ast.AST) -> bool:
    """Whether an unresolved call that was noted at the call is also noted where its result is consumed."""
    return isinstance(record, PendingRecord) and record.entity is None and record.elsewhere and node is record.call


def _event(record: PendingRecord | HelperRecord, texts: dict[PendingRecord, str]) -> Event:
    if isinstance(record, HelperRecord):
        return HelperCall(record.function, record.frame, record.call, record.place)
    if record.entity is None:
        return _unresolved(record, texts[record])
    return _invocation(record)


def _invocation(record: PendingRecord) -> Invocation:
    assert record.entity is not None
    return Invocation(
        record.entity,
        record.site,
        record.place,
        strongest(record.uses),
        record.certain,
        record.call,
        record.chain,
        record.supplied,
        record.flows,
        (record.frame.number,),
    )


def _unresolved(record: PendingRecord, text: str) -> UnresolvedCall:
    why = record.unresolvable
    assert why is not None
    return UnresolvedCall(
        record.site,
        record.place,
        text,
        why.category,
        why.reason,
        why.hint,
        record.call,
        record.chain,
        strongest(record.uses),
    )


def strongest(uses: Iterable[Consumption]) -> Consumption:
    """The use that says most about a call; a call of which no use is known was dropped."""
    return min(uses, key=_STRENGTH.index, default=Consumption.DROPPED)


def _merged_invocations(records: Iterable[PendingRecord]) -> tuple[Invocation, ...]:
    """One invocation for each site and entity, with the shortest way that leads there."""
    merged: dict[tuple[str, str, Place], Invocation] = {}
    for record in records:
        new = _invocation(record)
        key = (new.site, new.entity.name, new.place)
        old = merged.get(key)
        merged[key] = new if old is None else _both(old, new)
    return tuple(sorted(merged.values(), key=lambda i: (_position(i.place), i.entity.name)))


def _both(old: Invocation, new: Invocation) -> Invocation:
    return old.replaced(
        consumed=strongest((old.consumed, new.consumed)),
        certain=old.certain or new.certain,
        chain=min(old.chain, new.chain, key=len),
        flows=merged_flows((*old.flows, *new.flows)),
        frames=tuple(sorted({*old.frames, *new.frames})),
    )


def _merged_unresolved(records: Iterable[tuple[PendingRecord, str]]) -> tuple[UnresolvedCall, ...]:
    merged: dict[tuple[str, Place], UnresolvedCall] = {}
    for record, text in records:
        new = _unresolved(record, text)
        merged.setdefault((new.site, new.place), new)
    return tuple(sorted(merged.values(), key=lambda u: (_position(u.place), u.site)))


def _position(place: Place) -> tuple[str, int, int]:
    return (place.path, place.line, place.column)
