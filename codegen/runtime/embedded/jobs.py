"""The processes in which plain tasks run, so that Python computes on several cores at once."""

import asyncio
import atexit
import contextlib
import copy
import functools
import itertools
import os
import pickle
import sys
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from flytekit.core.context_manager import FlyteContext
from flytekit.core.python_auto_container import default_task_resolver
from flytekit.core.python_function_task import (
    AsyncPythonFunctionTask,
    EagerAsyncPythonFunctionTask,
    PythonFunctionTask,
)
from flytekit.core.reference_entity import ReferenceEntity
from flytekit.exceptions.eager import EagerException

from ..exceptions import with_note
from ..frame import Call
from ..threads import Crew
from .coroutines import Stop
from .crossing import Answer, order
from .processes import JOBS, DiedError, Process


class Address(NamedTuple):
    """Where another process finds a task."""

    module: str
    name: str


def address(entity: Any) -> Address | None:
    """Where to find a task that is nothing but a function; None for everything else, which runs in a thread.

    So does a task that its module does not hold under its name: a cluster could not run it either.
    """
    if not isinstance(entity, PythonFunctionTask) or isinstance(entity, ReferenceEntity | EagerAsyncPythonFunctionTask):
        return None
    if entity.execution_mode != PythonFunctionTask.ExecutionBehavior.DEFAULT or "execute" in vars(entity):  # a mock
        return None
    if entity.task_resolver is not default_task_resolver:
        return None
    _, module, _, name = default_task_resolver.loader_args(None, entity)
    found = getattr(sys.modules.get(module), name, None)
    return Address(module, name) if found is entity else None


class Jobs:
    """At most `limit` processes, each started when a task finds none that is idle."""

    def __init__(self, limit: int) -> None:
        self.crew = Crew("eagerc-jobs", limit)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._closed = False

    def sent(self, call: Call, where: Address, stop: Stop) -> Any:
        """A copy of a task that runs in one of the processes.

        Everything that flytekit does around its run stays in this one: it converts values, and looks into its cache.
        """

        def sandbox_execute(context: FlyteContext, inputs: Any) -> Any:
            outputs, error, loss = self._answer(call, order(*where, inputs, context), stop)
            if error is None:
                return outputs
            if loss:
                note = f"eagerc: not all of it could be sent from the process of the task: {loss} ({call.site})"
                with_note(error, note)
            raise error

        task = copy.copy(call.entity)
        task.sandbox_execute = sandbox_execute
        return task

    def close(self) -> None:
        """End all processes: at once those that run something."""
        with self._lock:
            self._closed = True
            idle, busy = tuple(self._idle), tuple(self._busy)
        for process in busy:
            process.kill()
        for process in idle:
            process.close()
        for process in (*idle, *busy):
            process.wait()

    def _answer(self, call: Call, message: bytes, stop: Stop) -> Answer:
        if stop.requested:
            raise asyncio.CancelledError
        try:
            with self._process() as process:
                answer = process.run(message, stop, gently=isinstance(call.entity, AsyncPythonFunctionTask))
        except DiedError as error:
            death = EagerException(f"the process of {call.entity.name} {error} ({call.site})")
        else:
            found: Answer = pickle.loads(answer)
            return found
        if self._closed:  # the program is ending, and nothing of it is to go on because of that
            threading.Event().wait()
        if stop.requested:
            raise asyncio.CancelledError
        raise death

    @contextlib.contextmanager
    def _process(self) -> Iterator[Process]:
        """A process that nobody else uses meanwhile."""
        for stream in (sys.stdout, sys.stderr):  # what was printed before the task is to appear before what it prints
            stream.flush()
        with self._lock:
            alive = [process for process in self._idle if process.is_alive()]
            process = alive.pop() if alive else Process(next(self._numbers))
            self._idle = alive
            self._busy.add(process)
        try:
            yield process
        finally:
            with self._lock:
                self._busy.remove(process)
                if process.is_alive():
                    self._idle.append(process)


@functools.cache
def pool() -> Jobs | None:
    """The processes that the environment asks for: at most N, by `EAGERC_JOBS=N`."""
    limit = int(os.environ.get(JOBS) or 0)
    if limit < 1:
        return None
    jobs = Jobs(limit)
    atexit.register(jobs.close)
    return jobs
