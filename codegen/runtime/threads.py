"""Threads for calls that block: reused, created when needed, and never in the way of the end of the process."""

import contextvars
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

# Each thread costs up to six file descriptors (the loop of a coroutine, and flytekit's loop that converts values), so
# that three full crews stay below the usual limit of 1024.
LIMIT = 64


class Crew:
    """Runs jobs in at most `limit` daemon threads; further jobs wait for a free one."""

    def __init__(self, name: str, limit: int = LIMIT) -> None:
        self._name = name
        self._limit = limit
        self._jobs: deque[Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._idle = 0
        self._size = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Run a job that raises nothing."""
        with self._wake:
            self._jobs.append(job)
            if len(self._jobs) > self._idle and self._size < self._limit:
                self._size += 1
                threading.Thread(target=self._work, name=f"{self._name}-{self._size}", daemon=True).start()
            self._wake.notify()

    def _work(self) -> None:
        while True:
            with self._wake:
                self._idle += 1
                self._wake.wait_for(lambda: self._jobs)
                self._idle -= 1
                job = self._jobs.popleft()
            job()
            del job  # what it holds is not to live until the next one


_crews: dict[int, Crew] = {}
_lock = threading.Lock()


def crew(level: int) -> Crew:
    """The crew for one level of nesting.

    What runs on a level may wait for the level below it, and nothing waits for its own: however many eager functions
    block at once, those that they wait for find a free thread.
    """
    with _lock:
        if level not in _crews:
            _crews[level] = Crew(f"eagerc-{level}")
        return _crews[level]


class Carrying(ThreadPoolExecutor):
    """Runs what it is given in the context of whoever gives it, as `asyncio.to_thread` does.

    As the executor of an event loop it lets what `run_in_executor` calls find the eager function that it works for.
    """

    def __init__(self) -> None:
        super().__init__(LIMIT, thread_name_prefix="eagerc-executor")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Hand in a call, whose outcome comes with the future."""
        return super().submit(contextvars.copy_context().run, fn, *args, **kwargs)
