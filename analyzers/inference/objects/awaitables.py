"""Awaitables: what awaiting, gathering, scheduling, or using one as a value does to an invocation."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.records import CallPoint, PendingRecord
from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, joined, only, ordered
from analyzers.inference.domain.values import (
    Const,
    Coroutine,
    Data,
    Deferred,
    Future,
    Method,
    Obj,
    Pending,
    Value,
    Values,
)
from analyzers.inference.memory.constants import Constants
from analyzers.inference.memory.core import qualified
from analyzers.model.calls import Consumption
from analyzers.model.facts import Dialect, ObservationKind

_BESIDE: Location = (("beside", ""), "")
"""The cell that is written where something begins to run beside others."""


class Awaitables(Constants):
    """The life of an awaitable, from the call that makes it to what consumes it."""

    def awaited(self, values: Values, node: ast.expr, how: Consumption = Consumption.AWAITED) -> Values:
        """What awaiting gives; `node` is where the content begins to run: an `await`, a `gather` call, ..."""
        return joined(self._await_one(value, node, how) for value in ordered(values))

    def _await_one(self, value: Value, node: ast.expr, how: Consumption) -> Values:
        match value:
            case Pending():
                return self._await_pending(value, node, how)
            case Coroutine():
                self.run.consumed.add(value)
                if how is not Consumption.AWAITED:
                    self.note_beside()
                result = self.enter(value.function, value.arguments, CallPoint(value.call, node, module=value.module))
                if how is not Consumption.AWAITED:
                    self.note_started(value, node)
                return result
            case Future(result=result, running=running):
                return joined([result, *(self.resumed(each) for each in ordered(running))])
            case Deferred(function=function, arguments=arguments, call=call, module=module):
                if how is not Consumption.AWAITED:
                    self.note_beside()
                point = CallPoint(call, node, direct=False, module=module)
                result = self.call(function, arguments, point)
                passed_on = all(isinstance(each, Method) for each in function)
                return result if passed_on else self.finished(result, node)
            case Obj(kind="instance"):
                return self.awaited_instance(value, node)
            case Obj(kind="future"):
                return self.elements(value)
            case Const():
                return EMPTY
            case _:
                return only(value)

    def note_beside(self) -> None:
        """From now on something runs beside what is interpreted here: nobody knows who comes first."""
        self.write(_BESIDE, PLAIN)

    def is_alone(self) -> bool:
        """Whether nothing of the project runs beside what is interpreted here."""
        return not self.read(_BESIDE)

    def _await_pending(self, value: Pending, node: ast.expr, how: Consumption) -> Values:
        record = self.record_of(value)
        if record is None:
            return self.opaque("a call at import")
        record.uses.add(how)
        record.elsewhere = record.elsewhere or (node is not record.call and record.frame is self.here.frame)
        if record.entity is None:
            self.event(node, value.key, record)
            return self.opaque(f"`{record.site}`, which is unresolved")
        self.event(node, value.key, record)
        if record.blocks and self.run.dialect is Dialect.MODERN and record.direct:
            self.observe(ObservationKind.AWAITED_VALUE, node, record.call, record.entity.name)
        return only(Data(frozenset({record.site}), "", record.kinds))

    def forced(self, values: Values, node: ast.expr) -> Values:
        """`values` used as plain values: a sync entity has blocked by then, anything else was not awaited."""
        if not any(isinstance(value, Pending | Coroutine) for value in values):
            return values
        return joined(self._force(value, node) for value in ordered(values))

    def finished(self, values: Values, node: ast.expr) -> Values:
        """What a call in a thread gave: a sync entity has blocked there, an awaitable is still to be awaited."""
        return joined(only(v) if self.is_awaitable(v) else self.forced(only(v), node) for v in ordered(values))

    def _force(self, value: Value, node: ast.expr) -> Values:
        match value:
            case Pending():
                return self._force_pending(value, node)
            case Coroutine():
                self.observe(ObservationKind.USED_AS_VALUE, node, value.call, qualified(value.function))
                return only(Data(frozenset()))
            case _:
                return only(value)

    def _force_pending(self, value: Pending, node: ast.expr) -> Values:
        record = self.record_of(value)
        if record is None:
            return self.opaque("a call at import")
        if record.entity is None:
            record.uses.add(Consumption.BLOCKING)
            return self.opaque(f"`{record.site}`, which is unresolved")
        if record.uses & {Consumption.GATHERED, Consumption.SCHEDULED, Consumption.AWAITED} and not self.blocks(record):
            return only(Data(frozenset({record.site}), "", record.kinds))
        if self.blocks(record):
            self.block(record, value)
        else:
            self.observe(ObservationKind.USED_AS_VALUE, node, record.call, record.entity.name)
        return only(Data(frozenset({record.site}), "", record.kinds))

    def blocks(self, record: PendingRecord) -> bool:
        """Whether using the result as a value is what the author meant."""
        return record.blocks and self.run.dialect is Dialect.MODERN

    def is_awaitable(self, value: Value) -> bool | None:
        """Whether a value is an awaitable in the author's eyes; None where that is not known."""
        match value:
            case Pending():
                record = self.record_of(value)
                return None if record is None or record.entity is None else not self.blocks(record)
            case Coroutine() | Future() | Deferred():
                return True
            case Const():
                return False
            case _:
                return None

    def _truth(self, value: Value) -> bool | None:
        return True if self.is_awaitable(value) else super()._truth(value)

    def block(self, record: PendingRecord, value: Pending) -> None:
        record.uses.add(Consumption.BLOCKING)
        record.frame.note(record.call, value.key, record)

    def scheduled(self, values: Values, node: ast.expr) -> Values:
        """`create_task(values)`: it runs from now on; awaiting the result waits for it.

        How far it has got is not known until then: what it writes may be written already, in part, or not yet.
        """
        running = frozenset(value for value in values if isinstance(value, Coroutine))
        mark = self.store.mark()
        with self.store.watch() as written:
            result = self.awaited(values, node, Consumption.SCHEDULED)
        self.store.merge([{}, self.store.rewind(mark)])
        for location, meanwhile in written.items():
            if (location[0], "born") not in written:
                self.store.add(location, meanwhile)
        for value in ordered(running):
            if isinstance(value, Coroutine):
                self.note_started(value, node)
        return only(Future(result, running))

    def gathered(self, groups: Iterable[Values], node: ast.expr, how: str) -> list[Values]:
        """Run awaitables side by side as `how`; gives their results in the same order."""
        self.here.frame.groups[node] = how
        results = [self.awaited(values, node, Consumption.GATHERED) for values in groups]
        self.resume_all()
        return results

    def escaped(self, values: Values, node: ast.expr) -> None:
        """Awaitables handed to code that is not seen through: it is taken to await them."""
        self.begin_inside(values)
        for value in ordered(self.contents(values)):
            match value:
                case Pending():
                    record = self.record_of(value)
                    if record is not None and self.blocks(record):
                        self.block(record, value)
                    else:
                        self._await_pending(value, node, Consumption.AWAITED)
                case Coroutine() | Deferred():
                    self._await_one(value, node, Consumption.AWAITED)
                case _:
                    pass

    def returned(self, values: Values) -> None:
        """Awaitables that an entity's body returns."""
        for value in ordered(self.contents(values)):
            record = self.record_of(value) if isinstance(value, Pending) else None
            if isinstance(value, Pending) and record is not None:
                record.uses.add(Consumption.RETURNED)
                record.frame.note(record.call, value.key, record)
