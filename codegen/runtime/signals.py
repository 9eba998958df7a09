"""Keeps the signals by which a container is told to end until somebody can act on them."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGINT)
# By which a container knows the task that it is for.
_TASK = "FLYTE_INTERNAL_TASK_NAME"


class SignalledError(BaseException):
    """Raised by a signal in the thread that waits for the body."""


class Signals:
    """Ends nothing but a wait that listens; what came before is heard when the wait begins."""

    def __init__(self) -> None:
        self._listening = False
        self._missed: int | None = None
        self._before: dict[int, Any] = {}
        self._early = False

    def catch_early(self, task: str) -> None:
        """Catch them from now on, in the container of this task.

        They would kill it otherwise, and Flyte would take that for a failure of the task. Containers of other tasks
        that import the same module keep to what their own code says.
        """
        if os.environ.get(_TASK) == task and not self._early:
            self.__enter__()
            self._early = bool(self._before)

    def __enter__(self) -> "Signals":  # noqa: PYI034 - `Self` is new in Python 3.11
        if not self._early and threading.current_thread() is threading.main_thread():
            self._missed = None
            self._before = {number: signal.signal(number, self._handle) for number in _ENDING}
        return self

    def __exit__(self, *_: object) -> None:
        if not self._early:  # else the results of the task are still to be written
            for number, handler in self._before.items():
                signal.signal(number, handler)
            self._before = {}

    @contextlib.contextmanager
    def heard(self) -> Iterator[None]:
        """Let the first signal, past ones included, come out of the block as an exception."""
        self._listening = True
        try:
            if self._missed is not None:
                self._handle(self._missed, None)
            yield
        finally:
            self._listening = False

    def _handle(self, number: int, _frame: object) -> None:
        if not self._listening:
            self._missed = number
            return
        self._listening = False
        raise SignalledError(signal.Signals(number).name)


SIGNALS = Signals()
