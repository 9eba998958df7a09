"""The embedded engine: entities run in threads of this process, and plain tasks in processes where there are some.

This module owns what the engine needs of flytekit's insides: the variable that holds its stack of contexts, and the
handler of a call.
"""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import os
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from flytekit.core.context_manager import ExecutionState, FlyteContext, FlyteContextManager, flyte_context_Var
from flytekit.core.promise import flyte_entity_call_handler
from flytekit.core.python_function_task import AsyncPythonFunctionTask

from .. import frame
from ..exceptions import as_eager_exception, too_late
from ..frame import Call
from ..logs import LOG
from ..overrides import NONE
from ..threads import crew
from . import jobs
from .coroutines import CLEAN_UP_SECONDS, Seat, Stop, run_coroutine, seat
from .originals import as_raised

T = TypeVar("T")

# In these modes a call has to give what flytekit gives: a node, a promise, or an execution on the cluster.
_FLYTEKITS_OWN = (
    ExecutionState.Mode.LOCAL_WORKFLOW_EXECUTION,
    ExecutionState.Mode.LOCAL_DYNAMIC_TASK_EXECUTION,
    ExecutionState.Mode.DYNAMIC_TASK_EXECUTION,
    ExecutionState.Mode.EAGER_EXECUTION,
)


class Local:
    """Runs each entity in a thread or a process of its own, with nothing of the caller's context variables."""

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
    return run_coroutine(_body(name, function, inputs))


async def _body(name: str, function: Callable[..., Coroutine[Any, Any, T]], inputs: dict[str, Any]) -> T:
    context = FlyteContextManager.current_context()
    state = context.execution_state.with_params(mode=ExecutionState.Mode.EAGER_LOCAL_EXECUTION)
    # A list of its own: flytekit's stack is one list that all copies of a context share, and pushing onto that one
    # here would change what the entities beside this one see.
    flyte_context_Var.set([context.with_execution_state(state).build()])
    frame.enter(name, LOCAL)
    return await function(**inputs)


def _submit(call: Call, stop: Stop) -> "concurrent.futures.Future[Any]":
    present = seat.get()
    level = 0 if present is None else present.level + 1
    place = crew(level)
    pool = jobs.pool()
    where = None if pool is None else jobs.address(call.entity)
    if pool is not None and where is not None:
        place, call = pool.crew, call._replace(entity=pool.sent(call, where, stop))
    future: concurrent.futures.Future[Any] = concurrent.futures.Future()
    context = fresh_context(FlyteContextManager.current_context())
    job = partial(contextvars.Context().run, _execute, call, context, Seat(level, stop))
    place.submit(partial(_settle, future, job))
    return future


def fresh_context(context: FlyteContext) -> FlyteContext:
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
    except StopIteration as error:  # the one that no future of asyncio takes: who awaits it would wait for ever
        future.set_exception(as_eager_exception(error))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
        future.set_exception(error)
    else:
        future.set_result(value)


def _execute(call: Call, context: FlyteContext, place: Seat) -> Any:
    flyte_context_Var.set([context])
    seat.set(place)

    def run(entity: Any) -> Any:
        # What an async task's own `__call__` awaits, without a loop around it.
        if isinstance(entity, AsyncPythonFunctionTask):
            return flyte_entity_call_handler(entity, **call.inputs)
        return entity(**call.inputs)

    return as_raised(call.entity, run)
