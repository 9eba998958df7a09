"""The embedded engine: entities run in threads of this process.

This module owns what the engine needs of flytekit's insides: the variable that holds its stack of contexts, the handler
of a call, `execute` of a task, and the change that a failing task makes to its exception.
"""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import copy
import os
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, NamedTuple, TypeVar

from flytekit.core.base_task import PythonTask
from flytekit.core.context_manager import ExecutionState, FlyteContext, FlyteContextManager, flyte_context_Var
from flytekit.core.promise import flyte_entity_call_handler
from flytekit.core.python_function_task import AsyncPythonFunctionTask
from flytekit.core.reference_entity import ReferenceEntity
from flytekit.utils.asyn import loop_manager

from . import frame
from .exceptions import restored, too_late, without_prefix
from .frame import Call
from .logs import LOG
from .overrides import NONE
from .threads import crew

T = TypeVar("T")

# How long a cancelled coroutine may clean up before its caller goes on without it.
CLEAN_UP_SECONDS = 1.0

# In these modes a call has to give what flytekit gives: a node, a promise, or an execution on the cluster.
_FLYTEKITS_OWN = (
    ExecutionState.Mode.LOCAL_WORKFLOW_EXECUTION,
    ExecutionState.Mode.LOCAL_DYNAMIC_TASK_EXECUTION,
    ExecutionState.Mode.DYNAMIC_TASK_EXECUTION,
    ExecutionState.Mode.EAGER_EXECUTION,
)


class Stop:
    """Cancels the coroutine of an entity from the thread of its caller."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = False
        self._cancel: Callable[[], object] | None = None

    def arm(self) -> None:
        """Aim at the task of asyncio that calls this."""
        task = asyncio.current_task()
        assert task is not None
        with self._lock:
            self._cancel = partial(asyncio.get_running_loop().call_soon_threadsafe, task.cancel)
            if self._requested:
                task.cancel()

    def request(self) -> bool:
        """Cancel it; false where there is nothing that could be cancelled."""
        with self._lock:
            self._requested = True
            if self._cancel is None:
                return False
            with contextlib.suppress(RuntimeError):  # its loop is closed: it has ended
                self._cancel()
            return True


class Seat(NamedTuple):
    """Where an entity runs: its level of nesting, and how its caller stops it."""

    level: int
    stop: Stop


_seat: contextvars.ContextVar[Seat | None] = contextvars.ContextVar("eagerc_seat", default=None)


class Local:
    """Runs each entity in a thread of its own, with nothing of the caller's context variables, as a pod would."""

    async def run(self, call: Call) -> Any:
        if call.overrides == NONE:
            return await self._run_once(call)
        for _ in range(call.overrides.retries):
            try:
                return await self._run_in_time(call)
            except Exception as error:  # noqa: BLE001 - whatever the entity raises
                LOG.info("%s failed and runs again: %r", call.entity.name, error)
        return await self._run_in_time(call)

    async def _run_in_time(self, call: Call) -> Any:
        seconds = call.overrides.seconds
        try:
            value, error = await asyncio.wait_for(self._outcome(call), seconds)
        except asyncio.TimeoutError:
            raise too_late(call.entity.name, seconds or 0) from None
        if error is not None:
            raise error
        return value

    async def _outcome(self, call: Call) -> tuple[Any, Exception | None]:
        """What the entity gives or raises: its own `TimeoutError` is not that of its caller."""
        try:
            return await self._run_once(call), None
        except Exception as error:  # noqa: BLE001 - whatever the entity raises
            return None, error

    async def _run_once(self, call: Call) -> Any:
        stop = Stop()
        future = _submit(call, stop)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if stop.request():
                ended = asyncio.gather(asyncio.wrap_future(future), return_exceptions=True)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(ended, CLEAN_UP_SECONDS)
            raise

    def run_blocking(self, call: Call) -> Any:
        return _submit(call, Stop()).result()


LOCAL = Local()


def starts_here() -> bool:
    """Whether an eager function that is called now starts as the body of a run in this process."""
    context = FlyteContextManager.current_context()
    state = context.execution_state
    return context.compilation_state is None and (state is None or state.mode not in _FLYTEKITS_OWN)


def is_local() -> bool:
    """Whether flytekit executes the present task in this process instead of in its container."""
    state = FlyteContextManager.current_context().execution_state
    return state is not None and state.is_local_execution()


def run_body(name: str, function: Callable[..., Coroutine[Any, Any, T]], inputs: dict[str, Any]) -> T:
    """Run the body of an eager function to its end, on an event loop of its own."""
    return _run_coroutine(_body(name, function, inputs))


async def _body(name: str, function: Callable[..., Coroutine[Any, Any, T]], inputs: dict[str, Any]) -> T:
    context = FlyteContextManager.current_context()
    state = context.execution_state.with_params(mode=ExecutionState.Mode.EAGER_LOCAL_EXECUTION)
    # A list of its own: flytekit's stack is one list that all copies of a context share, and pushing onto that one
    # here would change what the entities beside this one see.
    flyte_context_Var.set([context.with_execution_state(state).build()])
    frame.enter(name, LOCAL)
    return await function(**inputs)


def _run_coroutine(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, whatever this thread is doing, so that the caller of the entity can cancel it."""

    async def stoppable() -> T:
        seat = _seat.get()
        if seat is not None:
            seat.stop.arm()
        return await coroutine

    if _in_event_loop():
        value: T = loop_manager.run_sync(stoppable)
        return value
    return asyncio.run(stoppable())


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _submit(call: Call, stop: Stop) -> "concurrent.futures.Future[Any]":
    seat = _seat.get()
    level = 0 if seat is None else seat.level + 1
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()
    context = _fresh_context(FlyteContextManager.current_context())
    job = partial(contextvars.Context().run, _execute, call, context, Seat(level, stop))
    crew(level).submit(partial(_settle, future, job))
    return future


def _fresh_context(context: FlyteContext) -> FlyteContext:
    """The context in which an entity starts as if it were called outside of any eager function.

    What the caller configured stays (where files go, settings of serialization); its decks and its folder are its own.
    """
    parameters = context.user_space_params
    state = context.new_execution_state()
    if parameters is not None:
        builder = parameters.builder()
        builder.decks = []
        # flytekit names the folder of a task by adding to this name. Added to the name of its caller's, recursion would
        # make it longer than file systems allow.
        builder.working_dir = os.path.join(context.file_access.local_sandbox_dir, "user_space")
        state = state.with_params(user_space_params=builder.build())
    builder = context.new_builder().with_execution_state(state)
    builder.compilation_state = None
    builder.worker_queue = None
    builder.in_a_condition = False
    return builder.build()


def _settle(future: "concurrent.futures.Future[Any]", job: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        value = job()
    except concurrent.futures.CancelledError:  # what a cancelled coroutine becomes on its way out of another thread
        future.set_exception(asyncio.CancelledError())
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
        future.set_exception(error)
    else:
        future.set_result(value)


def _execute(call: Call, context: FlyteContext, seat: Seat) -> Any:
    flyte_context_Var.set([context])
    _seat.set(seat)
    entity, inputs = call.entity, call.inputs
    failure = Failure()
    if isinstance(entity, PythonTask) and not isinstance(entity, ReferenceEntity):
        entity = _watched(entity, failure)
    try:
        # What an async task's own `__call__` awaits, without a loop around it.
        if isinstance(entity, AsyncPythonFunctionTask):
            return flyte_entity_call_handler(entity, **inputs)
        return entity(**inputs)
    except Exception as error:  # noqa: BLE001 - whatever the entity raises belongs to its caller
        caught = error
    raise failure.original(caught)


class Failure:
    """The exception that left the code of a task, as it was before flytekit put a prefix in place of its arguments."""

    def __init__(self) -> None:
        self._raised: Exception | None = None
        self._args: tuple[Any, ...] = ()

    def record(self, error: Exception) -> None:
        self._raised, self._args = error, error.args

    def original(self, caught: Exception) -> Exception:
        """The exception that the caller of the task is to see, where flytekit lets out the one that was caught."""
        if self._raised is None:
            return without_prefix(caught)
        return without_prefix(restored(self._raised, self._args))


def _watched(task: Any, failure: Failure) -> Any:
    """A copy of a task that records what its `execute` raises; the task itself is shared with other threads."""
    execute = task.execute
    if type(task).execute is AsyncPythonFunctionTask.execute and "execute" not in vars(task):
        # flytekit's way of waiting for a coroutine never ends when the coroutine raises SystemExit.
        def execute(**inputs: Any) -> Any:
            return _run_coroutine(task.async_execute(**inputs))

    def watched_execute(**inputs: Any) -> Any:
        try:
            return execute(**inputs)
        except Exception as error:
            failure.record(error)
            raise

    watched = copy.copy(task)
    watched.execute = watched_execute
    return watched
