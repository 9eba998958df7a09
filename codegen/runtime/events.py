"""Tells whoever listens when an invocation starts and ends."""

import contextlib
import functools
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from .frame import Frame, numbers
from .logs import LOG

# Calls that take longer than this are worth a line to the person who waits.
LONG_SECONDS = 1.0

_ids = numbers()


class Invocation(NamedTuple):
    """One run of a call site. `parent` is the eager function and `run` the number of its run in this process."""

    id: int
    site: str
    entity: str
    parent: str
    run: int


class Ending(NamedTuple):
    """How an invocation ended; `execution` is the last one that was started for it, where a cluster did it."""

    seconds: float
    error: BaseException | None
    execution: str


class Observer(Protocol):
    """Is told of each invocation, in the thread of the eager function; it raises nothing."""

    def started(self, invocation: Invocation) -> None: ...

    def ended(self, invocation: Invocation, ending: "Ending", /) -> None: ...


class Observed:
    """Reports a `with` block as one invocation.

    A class, because a context manager made of a generator assigns to the exceptions that pass, and some refuse it.
    """

    def __init__(self, frame: Frame, site: str, entity: str) -> None:
        self._invocation = Invocation(next(_ids), site, entity, frame.name, frame.run)
        self._observers = observers()
        self._execution = ""

    def launched(self, execution: str) -> None:
        self._execution = execution

    def __enter__(self) -> None:
        self._began = time.monotonic()
        for observer in self._observers:
            observer.started(self._invocation)

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        ending = Ending(time.monotonic() - self._began, error, self._execution)
        for observer in self._observers:
            observer.ended(self._invocation, ending)


@functools.cache
def observers() -> tuple[Observer, ...]:
    """Those that the environment asks for: `EAGERC_TRACE=FILE` and `EAGERC_PROGRESS=1`."""
    found: list[Observer] = []
    if os.environ.get("EAGERC_TRACE"):
        found.append(Trace(os.environ["EAGERC_TRACE"]))
    if os.environ.get("EAGERC_PROGRESS") == "1":
        found.append(Progress())
    return tuple(found)


class Trace:
    """Appends a line of JSON to a file for each event, in one write, so that processes can share the file.

    Without the file the run goes on as it would without a trace.
    """

    def __init__(self, path: str) -> None:
        self._file: int | None = None
        with self._tolerant():
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def started(self, invocation: Invocation) -> None:
        self._write("start", invocation, {})

    def ended(self, invocation: Invocation, ending: Ending) -> None:
        execution = {"execution": ending.execution} if ending.execution else {}
        self._write("end" if ending.error is None else "error", invocation, execution)

    def _write(self, event: str, invocation: Invocation, execution: dict[str, str]) -> None:
        if self._file is not None:
            line = json.dumps({"event": event, **invocation._asdict(), **execution, "time": time.time()})
            with self._tolerant():
                os.write(self._file, f"{line}\n".encode())

    @contextlib.contextmanager
    def _tolerant(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._file = None
            LOG.warning("the trace ends here: %s", error)


class Progress:
    """Writes a line for an invocation that takes long, when that is known and when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: dict[Invocation, float] = {}
        threading.Thread(target=self._watch, name="eagerc-progress", daemon=True).start()

    def started(self, invocation: Invocation) -> None:
        with self._lock:
            self._began[invocation] = time.monotonic()

    def ended(self, invocation: Invocation, ending: Ending) -> None:
        with self._lock:
            self._began.pop(invocation, None)
        if ending.seconds >= LONG_SECONDS:
            outcome = "finished" if ending.error is None else f"failed with {type(ending.error).__name__}"
            _say(invocation, f"{outcome} after {ending.seconds:.1f} s")

    def _watch(self) -> None:
        while True:
            time.sleep(LONG_SECONDS / 4)
            with self._lock:
                limit = time.monotonic() - LONG_SECONDS
                late = [invocation for invocation, began in self._began.items() if began <= limit]
                for invocation in late:
                    del self._began[invocation]
            for invocation in late:
                _say(invocation, "is still running")


def _say(invocation: Invocation, what: str) -> None:
    sys.stderr.write(f"eagerc: {invocation.entity} {what} ({invocation.site})\n")
