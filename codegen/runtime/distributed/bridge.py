"""Hands jobs from the event loops of others to one of our own, and their outcomes back, many at a time."""

import asyncio
import contextlib
import contextvars
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from .futures import settle


class Bridge:
    """Runs coroutines on another event loop, for awaiters on theirs.

    `asyncio.run_coroutine_threadsafe` wakes the other loop for each of them and makes objects with locks, which are a
    fifth of the memory that a child takes.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._there = _Side(loop)
        self._sides: dict[asyncio.AbstractEventLoop, _Side] = {}

    async def run(self, job: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """The outcome of a job; whoever cancels this cancels the job, and does not wait until it has ended."""
        here = asyncio.get_running_loop()
        crossed = _Crossed(job, here.create_future())
        self._there.soon(partial(self._start, crossed, self._side(here)))
        try:
            return await crossed.outcome
        except asyncio.CancelledError:
            with contextlib.suppress(RuntimeError):  # the other loop is closed: nothing runs there
                self._there.soon(crossed.cancel)
            raise

    def _side(self, loop: asyncio.AbstractEventLoop) -> "_Side":
        return self._sides.setdefault(loop, _Side(loop))

    def _start(self, crossed: "_Crossed", side: "_Side") -> None:
        if not crossed.cancelled:
            crossed.task = self._loop.create_task(crossed.job())
            crossed.task.add_done_callback(partial(_bring_back, side, crossed.outcome))


class _Crossed:
    """One job on its way."""

    __slots__ = ("cancelled", "job", "outcome", "task")

    def __init__(self, job: Callable[[], Coroutine[Any, Any, Any]], outcome: "asyncio.Future[Any]") -> None:
        self.job, self.outcome = job, outcome
        self.task: asyncio.Task[Any] | None = None
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True
        if self.task is not None:
            self.task.cancel()


class _Side:
    """Callbacks for an event loop, which is woken once for all that come before it looks."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def soon(self, callback: Callable[[], None]) -> None:
        """Have it called; raises `RuntimeError` once the loop is closed."""
        with self._lock:
            first = not self._waiting
            self._waiting.append(callback)
        if first or self._loop.is_closed():
            # The callers' context variables are nothing to what runs there.
            self._loop.call_soon_threadsafe(self._work, context=contextvars.Context())

    def _work(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, deque()
        for callback in waiting:
            callback()


def _bring_back(side: _Side, outcome: "asyncio.Future[Any]", task: "asyncio.Task[Any]") -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        side.soon(partial(_settle, outcome, task))


def _settle(outcome: "asyncio.Future[Any]", task: "asyncio.Task[Any]") -> None:
    if task.cancelled():
        outcome.cancel()
        return
    error = task.exception()  # which also counts as having looked at it
    settle(outcome, task.result() if error is None else None, error)
