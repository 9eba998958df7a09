"""Runs entities as executions of their own, on an event loop of its own, for one run of an eager function."""

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any, NamedTuple

from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution
from flytekit.core.context_manager import FlyteContext, flyte_context_Var
from flytekit.core.python_function_task import EagerAsyncPythonFunctionTask
from flytekit.exceptions.eager import EagerException
from flytekit.remote import FlyteRemote

from ..frame import Call
from ..logs import LOG, about
from .batching import BatchingSelector
from .bridge import Bridge
from .invocations import Invocations
from .launching import Launcher, Place, Settings
from .limits import Limits
from .naming import Identity, Names, Parent
from .outcomes import STOPPED, Story, failure, is_abort, late, may_run_again, stopped
from .polling import BrokenError, Child, VanishedError, Watch
from .recovering import Past, Predecessors
from .stopping import identifier, stop, sweep
from .transport import RefusedError, Transport
from .values import Values

# How long what was cut short may take to take note of it.
_LAST_SECONDS = 1.0
# With so many calls under way a few milliseconds more for each are no delay of the whole.
_MANY_CALLS = 50


class Setting(NamedTuple):
    """What a controller needs to know about the eager function that it works for."""

    context: FlyteContext
    remote: FlyteRemote
    parent: Parent
    attempt: int
    settings: Settings
    limits: Limits = Limits()
    child_seconds: float | None = None
    longest_pause: float | None = None
    recovers: tuple[str, ...] = ()


class _Run(NamedTuple):
    """One execution on behalf of a call, and whether an earlier attempt of the parent had started it."""

    child: Child
    call: Call
    found: bool


class _Ended(NamedTuple):
    """What a run came to: a value, or the closure of an execution that did not succeed."""

    run: _Run
    value: Any = None
    failed: Any = None


class Controller:
    """The engine on a cluster; flytekit's own calls reach it through `add`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._values = Values(setting.context)
        self._names = Names(setting.parent)
        self.invocations = Invocations(setting.remote.generate_console_http_domain())
        self._calls: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.SelectorEventLoop(BatchingSelector(lambda: len(self._calls) >= _MANY_CALLS))
        self._bridge = Bridge(self._loop)
        self._stopping = False
        self._cleaning: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._serve, name="eagerc-controller", daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def close(self) -> None:
        """Stop what still runs, and wait until Flyte has taken note of it, but not for ever."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            closing.result(self._setting.limits.grace + 2 * _LAST_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1)

    async def run(self, call: Call) -> Any:
        return await self._bridge.run(partial(self._tracked, call))

    def run_blocking(self, call: Call) -> Any:
        future = asyncio.run_coroutine_threadsafe(self._tracked(call), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def add(self, entity: Any, input_kwargs: dict[str, Any]) -> Any:
        """Run an entity that flytekit itself was asked to call."""
        return await self.run(Call(entity, input_kwargs))

    def _serve(self) -> None:
        flyte_context_Var.set([self._setting.context])
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    async def _open(self) -> None:
        setting = self._setting
        self._transport = Transport(setting.remote.config.platform)
        launches = setting.limits.launches
        self._launcher = Launcher(self._transport, self._values, setting.remote, setting.settings, launches)
        self._watch = Watch(self._transport, setting.longest_pause)
        self._predecessors = Predecessors(self._transport, setting.parent, setting.recovers)
        self._fetches = asyncio.Semaphore(setting.limits.fetches)
        self._watching = asyncio.ensure_future(self._watch.run())
        self._watching.add_done_callback(self._watch_ended)

    def _watch_ended(self, watching: "asyncio.Task[None]") -> None:
        """A watch that ends by itself has a bug; nobody is to wait for it for ever."""
        error = None if watching.cancelled() else watching.exception()
        if error is not None:
            LOG.error("the controller of the eager function failed", exc_info=error)
            self._watch.fail(error)

    async def _close(self) -> None:
        """Stop what still runs; what takes longer than the grace period is let go."""
        self._stopping = True
        deadline = time.monotonic() + self._setting.limits.grace
        await _wait(self._calls, deadline, cancelled=True)
        if self._setting.attempt > 0:  # an earlier attempt may have left what this one did not ask for
            self._clean_up(sweep(self._transport, self._setting.parent))
        await _wait(self._cleaning, deadline, cancelled=False)
        rest = {self._watching, *self._calls, *self._cleaning}
        await _wait(rest, time.monotonic() + _LAST_SECONDS, cancelled=True)
        await self._transport.close()

    async def _tracked(self, call: Call) -> Any:
        task = asyncio.current_task()
        assert task is not None
        if self._stopping:
            raise asyncio.CancelledError
        # In the context of a caller flytekit would hand whatever is called here to this controller.
        flyte_context_Var.set([self._setting.context])
        self._calls.add(task)
        try:
            return await self._invoke(call)
        finally:
            self._calls.discard(task)

    async def _invoke(self, call: Call) -> Any:
        entity = call.entity
        self._launcher.target(entity)
        inputs = await self._values.to_literals(call)
        identity = self._names.identity(call.site, entity.name, await self._values.by_content(inputs))
        row = self.invocations.begin(call.site, entity.name)
        began = time.monotonic()
        state = "failed"
        try:
            value = await self._run(call, identity, inputs, row)
            state = "succeeded"
            return value
        except asyncio.CancelledError:
            state = "cancelled"
            raise
        finally:
            self.invocations.end(row, state, time.monotonic() - began)

    async def _run(self, call: Call, identity: Identity, inputs: literals_pb2.LiteralMap, row: int) -> Any:
        """Run until an execution succeeds or no retries are left; which one that is does not depend on the attempt."""
        target = self._launcher.target(call.entity)
        past = await self._predecessors.past(identity, Place(target.project, target.domain))
        if past.succeeded is not None:
            self.invocations.launched(row, past.succeeded)
            call.launched(past.succeeded.name)
            return await self._value(_Run(past.succeeded, call, found=True))
        run = failures = 0
        while True:
            ended = await self._run_once(call, identity.name(run), inputs, row, past)
            if ended.failed is None:
                return ended.value
            if self._stands(ended):
                failures += 1
                if failures > call.overrides.retries or is_abort(ended.failed):
                    raise failure(Story(call.entity.name, self.invocations.link(ended.run.child), ended.failed))
            run += 1

    def _stands(self, ended: _Ended) -> bool:
        """Whether a failure counts: not what an earlier attempt has left, which may be stopping it only now."""
        inherited = ended.run.found or (self._setting.attempt > 0 and is_abort(ended.failed))
        return not (inherited and may_run_again(ended.failed))

    async def _run_once(self, call: Call, name: str, inputs: literals_pb2.LiteralMap, row: int, past: Past) -> _Ended:
        started = await self._launch(call, name, inputs, past)
        self.invocations.launched(row, started.child)
        call.launched(name)
        began = time.monotonic()
        try:
            execution = await self._ended(started)
            told = about(call.site, call.entity.name, name) | {"seconds": round(time.monotonic() - began, 3)}
            LOG.info("%s", WorkflowExecution.Phase.Name(execution.closure.phase).lower(), extra=told)
            if execution.closure.phase == WorkflowExecution.SUCCEEDED:
                return _Ended(started, await self._value(started))
        except asyncio.CancelledError:
            self._clean_up(self._stop(started.child))
            raise
        if isinstance(call.entity, EagerAsyncPythonFunctionTask):
            self._clean_up(sweep(self._transport, Parent(*started.child.place, started.child.name)))
        return _Ended(started, failed=execution.closure)

    async def _launch(self, call: Call, name: str, inputs: literals_pb2.LiteralMap, past: Past) -> _Run:
        target = self._launcher.target(call.entity)
        child = Child(Place(target.project, target.domain), name)
        launch = asyncio.ensure_future(self._launcher.launch(call, name, inputs, past.environment))
        try:
            created = await asyncio.shield(launch)
        except asyncio.CancelledError:
            self._clean_up(self._undo(launch, child))
            raise
        except RefusedError as error:
            raise EagerException(f"{call.entity.name} could not be launched: {error}") from error
        LOG.info("launched" if created else "found", extra=about(call.site, call.entity.name, name))
        return _Run(child, call, found=not created and self._setting.attempt > 0)

    async def _undo(self, launch: "asyncio.Task[bool]", child: Child) -> None:
        """Take back a launch: it may be waiting for its turn, or have reached Flyte."""
        if not self._launcher.is_sent(child.name):
            launch.cancel()
        try:
            await launch
        except (asyncio.CancelledError, RefusedError):
            return
        await self._stop(child)

    async def _ended(self, started: _Run) -> Any:
        """The execution as it ended, or as it will have when it takes longer than it may."""
        seconds = started.call.overrides.seconds or self._setting.child_seconds
        try:
            execution = await asyncio.wait_for(self._watch.ended(started.child), seconds)
            if execution.closure.phase != WorkflowExecution.FAILED:
                return execution
            # Lists cut the message of an error.
            request = execution_pb2.WorkflowExecutionGetRequest(id=identifier(started.child))
            return await self._transport.call(self._transport.admin.GetExecution, request)
        except asyncio.TimeoutError:
            cause = late(seconds or 0)
            self._clean_up(self._stop(started.child, cause))
            return stopped(cause)
        except (RefusedError, VanishedError, BrokenError) as error:
            link = self.invocations.link(started.child)
            raise EagerException(f"the state of {started.call.entity.name} is not known: {error} ({link})") from error

    async def _value(self, started: _Run) -> Any:
        entity = started.call.entity
        if not entity.interface.outputs:
            return None
        request = execution_pb2.WorkflowExecutionGetDataRequest(id=identifier(started.child))
        async with self._fetches:
            try:
                data = await self._transport.call(self._transport.admin.GetExecutionData, request)
            except RefusedError as error:
                raise EagerException(f"the outputs of {entity.name} cannot be read: {error}") from error
            outputs = await self._values.outputs(data)
        return await self._values.to_python(entity, outputs)

    def _clean_up(self, job: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(job)
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)

    async def _stop(self, child: Child, cause: str = "") -> None:
        await stop(self._transport, child, cause or f"{STOPPED} {self._setting.parent.execution}")


async def _wait(tasks: "set[asyncio.Task[Any]]", deadline: float, *, cancelled: bool) -> None:
    """Wait for tasks, the cancelled ones to take note of it."""
    waiting = set(tasks)
    for task in waiting if cancelled else ():
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=max(0.0, deadline - time.monotonic()))
