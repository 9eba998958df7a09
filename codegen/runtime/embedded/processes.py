"""One process that runs bodies of tasks, seen from the program that started it."""

import contextlib
import multiprocessing.connection
import os
import signal
import subprocess
import sys
import time
from functools import partial

from ..frame import FIRST_NUMBER
from .coroutines import CLEAN_UP_SECONDS, Stop

JOBS = "EAGERC_JOBS"
# Asks the process to cancel the coroutine that it runs; every other message is an order.
CANCEL = b""

# How often to look whether the process still lives. Its death closes the connection, unless it left a fork behind.
_LOOK_SECONDS = 0.5
# Before anything else is imported, the path becomes that of the program: the working folder may hold modules that go by
# the name of Python's own.
_START = f"""\
import sys
sys.path[:] = sys.argv[2:]
from {__package__}.worker import main
main(int(sys.argv[1]))
"""


class DiedError(Exception):
    """The process ended before it answered; the message says how."""


class Process:
    """Runs one order at a time. `number` tells the processes of a program apart."""

    def __init__(self, number: int) -> None:
        self._connection, theirs = multiprocessing.connection.Pipe()
        self._deadline: float | None = None
        # What is counted there for a trace begins where no other process arrives.
        environment = {**os.environ, FIRST_NUMBER: str((number << 32) + 1)}
        environment.pop(JOBS, None)
        with theirs:
            # In a session of its own, so that Ctrl-C is the program's to handle, and so that it can be killed together
            # with what it starts. Not by `multiprocessing`, whose processes import from the working folder first and
            # whose daemons may start none themselves.
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno()), *map(os.fspath, sys.path)],
                stdin=subprocess.DEVNULL,
                env=environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def run(self, order: bytes, stop: Stop, *, gently: bool) -> bytes:
        """The answer to an order. `gently`: a coroutine is to be cancelled and has some time to clean up."""
        try:
            self._connection.send_bytes(order)
            stop.arm(partial(self._stop, gently=gently))
            while not self._connection.poll(_LOOK_SECONDS):
                if not self.is_alive() and not self._connection.poll(0):
                    raise EOFError
                if self._deadline is not None and time.monotonic() > self._deadline:
                    self.kill()
            return self._connection.recv_bytes()
        except (OSError, EOFError):
            raise DiedError(self._death()) from None
        finally:
            stop.disarm()
            self._deadline = None

    def close(self) -> None:
        """Tell the process that it is not needed any more."""
        self._connection.close()

    def wait(self) -> None:
        """Wait for the end of the process, but not for long."""
        try:
            self._process.wait(CLEAN_UP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def kill(self) -> None:
        """End the process, and what it started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the latter is what macOS says of the dead
            os.killpg(self._process.pid, signal.SIGKILL)

    def _stop(self, *, gently: bool) -> None:
        if not gently:
            self.kill()
            return
        self._deadline = time.monotonic() + CLEAN_UP_SECONDS
        with contextlib.suppress(OSError):  # it has died
            self._connection.send_bytes(CANCEL)

    def _death(self) -> str:
        self.kill()
        code = self._process.wait()
        self._connection.close()
        if code >= 0:
            return f"ended with exit code {code}"
        name = signal.Signals(-code).name
        return f"was killed by {name}" + (", perhaps because memory ran out" if -code == signal.SIGKILL else "")
