"""Waits for executions: one question about many of them, asked as often as the youngest deserves."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from flyteidl.admin import common_pb2, execution_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution

from .futures import settle
from .launching import Place
from .transport import RefusedError, Transport

# How many names one question holds.
CHUNK = 500
# The pause between two questions is this share of the age of the youngest child, and at most so many seconds.
SHARE, LONGEST = 0.04, 1.0
# How many questions a second there are in the long run, and how many in a row: together, those within any one second.
RATE, BURST = 7.0, 2
# A child that was started just now is asked after this soon, as long as there were few questions lately.
EAGERNESS = 0.002
# After so long without news a question is about existence, not about the end.
AUDIT_SECONDS = 60.0

_ENDED = (
    WorkflowExecution.SUCCEEDED,
    WorkflowExecution.FAILED,
    WorkflowExecution.ABORTED,
    WorkflowExecution.TIMED_OUT,
)
_ENDED_NAMES = ";".join(WorkflowExecution.Phase.Name(phase) for phase in _ENDED)


class Child(NamedTuple):
    """An execution that is waited for."""

    place: Place
    name: str


class VanishedError(Exception):
    """Flyte does not know an execution that it started."""


class BrokenError(Exception):
    """The watch itself failed."""


class _Waiting(NamedTuple):
    since: float
    ended: "asyncio.Future[Any]"


class Watch:
    """Tells each awaiter of the end of its own execution."""

    def __init__(self, transport: Transport, longest: float | None = None) -> None:
        self._transport = transport
        self._longest = LONGEST if longest is None else longest
        self._waiting: dict[Child, _Waiting] = {}
        self._news = asyncio.Event()
        self._tokens, self._filled = float(BURST), time.monotonic()
        self._audited = time.monotonic()
        self._broken: BrokenError | None = None

    async def ended(self, child: Child) -> Any:
        """The execution once it has ended."""
        if self._broken is not None:
            raise self._broken
        waiting = _Waiting(time.monotonic(), asyncio.get_running_loop().create_future())
        self._waiting[child] = waiting
        self._news.set()
        try:
            return await waiting.ended
        finally:
            del self._waiting[child]

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
                continue  # whoever came may have gone
            await self._pause()
            chunks = list(self._chunks())
            self._tokens -= len(chunks)
            audit = time.monotonic() - self._audited > AUDIT_SECONDS
            if audit:
                self._audited = time.monotonic()
            await asyncio.gather(*(self._ask(place, names, audit=audit) for place, names in chunks))

    def fail(self, error: BaseException) -> None:
        """Tell all who wait, and who ever will, that nobody asks any more."""
        self._broken = BrokenError(f"{type(error).__name__}: {error}")
        for child in list(self._waiting):
            self._settle(child, None, self._broken)

    async def _pause(self) -> None:
        """Wait until it is time: a while after the last question, or soon after a child was started."""
        age = time.monotonic() - next(reversed(self._waiting.values())).since
        pause = max(1 / RATE, min(SHARE * age, self._longest))
        missing = self._missing()
        if missing > 0:
            await asyncio.sleep(max(pause, missing / RATE))
            return
        try:
            await asyncio.wait_for(self._news.wait(), pause)
        except asyncio.TimeoutError:
            return
        self._news.clear()
        await asyncio.sleep(EAGERNESS)

    def _missing(self) -> float:
        """How many questions too many were asked lately; several that are asked at once are made up for afterwards."""
        now = time.monotonic()
        self._tokens = min(float(BURST), self._tokens + (now - self._filled) * RATE)
        self._filled = now
        return 1 - self._tokens

    def _chunks(self) -> Iterator[tuple[Place, list[str]]]:
        places: dict[Place, list[str]] = {}
        for child in self._waiting:
            places.setdefault(child.place, []).append(child.name)
        for place, names in places.items():
            for start in range(0, len(names), CHUNK):
                yield place, names[start : start + CHUNK]

    async def _ask(self, place: Place, names: list[str], *, audit: bool) -> None:
        filters = f"value_in(execution_name,{';'.join(names)})"
        if not audit:
            filters += f"+value_in(phase,{_ENDED_NAMES})"
        identifier = common_pb2.NamedEntityIdentifier(project=place.project, domain=place.domain)
        request = common_pb2.ResourceListRequest(id=identifier, limit=len(names), filters=filters)
        try:
            answer = await self._transport.call(self._transport.admin.ListExecutions, request)
        except RefusedError as error:
            for name in names:
                self._settle(Child(place, name), None, error)
            return
        found = {execution.id.name: execution for execution in answer.executions}
        for name, execution in found.items():
            if execution.closure.phase in _ENDED:
                self._settle(Child(place, name), execution, None)
        for name in names if audit else ():
            if name not in found:
                self._settle(Child(place, name), None, VanishedError(f"Flyte does not know {name} any more"))

    def _settle(self, child: Child, execution: execution_pb2.Execution | None, error: Exception | None) -> None:
        waiting = self._waiting.get(child)
        if waiting is not None:
            settle(waiting.ended, execution, error)
