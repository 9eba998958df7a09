"""Runs coroutines to their end from any thread, so that whoever started them can cancel them."""

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple, TypeVar

from flytekit.utils.asyn import loop_manager

T = TypeVar("T")

# How long a cancelled coroutine may clean up before its caller goes on without it.
CLEAN_UP_SECONDS = 1.0


class Stop:
    """Cancels what runs on behalf of a caller, from the thread of the caller."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._cancel: Callable[[], object] | None = None

    @property
    def requested(self) -> bool:
        return self._requested

    def arm(self, cancel: Callable[[], object]) -> None:
        """Say how to cancel what runs now."""
        with self._lock:
            self._cancel = cancel
            if self._requested:
                cancel()

    def disarm(self) -> None:
        """It has ended: there is nothing left to cancel."""
        with self._lock:
            self._cancel = None

    def request(self) -> bool:
        """Cancel it; false where there is nothing that could be cancelled."""
        with self._lock:
            self._requested = True
            if self._cancel is None:
                return False
            self._cancel()
            return True


class Seat(NamedTuple):
    """Where an entity runs: its level of nesting, and how its caller stops it."""

    level: int
    stop: Stop


seat: contextvars.ContextVar[Seat | None] = contextvars.ContextVar("eagerc_seat", default=None)


def run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, whatever this thread is doing, so that the caller of the entity can cancel it."""

    async def stoppable() -> T:
        present = seat.get()
        if present is not None:
            task = asyncio.current_task()
            assert task is not None
            present.stop.arm(partial(_cancel, asyncio.get_running_loop(), task))
        return await coroutine

    if _in_event_loop():
        value: T = loop_manager.run_sync(stoppable)
        return value
    return asyncio.run(stoppable())


def _cancel(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[Any]") -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
        loop.call_soon_threadsafe(task.cancel)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
