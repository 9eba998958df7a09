"""An invocation that has not begun, to which options of its own can be given."""

import inspect
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from .overrides import NONE, Overrides, overridden


class Overridable(Coroutine[Any, Any, Any]):
    """A coroutine with the method `with_overrides`, which flytekit's own awaitables and promises have in workflows."""

    def __init__(self, site: str, start: Callable[[Overrides], Coroutine[Any, Any, Any]]) -> None:
        self._site = site
        self._start = start
        self._overrides = NONE
        self._coroutine = start(NONE)

    def with_overrides(self, **options: Any) -> "Overridable":
        """Give this one invocation options of its own."""
        if inspect.getcoroutinestate(self._coroutine) != inspect.CORO_CREATED:
            raise RuntimeError(f"{self._site}: with_overrides comes too late: the invocation has begun")
        self._coroutine.close()  # it has not begun, and Python is not to warn about it
        self._overrides = overridden(self._site, self._overrides, options)
        self._coroutine = self._start(self._overrides)
        return self

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()

    def __getattr__(self, name: str) -> Any:
        """What `asyncio` and `inspect` ask a coroutine for: its name, frame and code."""
        return getattr(self._coroutine, name)

    def send(self, value: Any) -> Any:
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()
