"""Runs entities as executions of their own, on an event loop of its own, for one run of an eager function."""

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import Coroutine
from typing import Any, NamedTuple

from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution
from flytekit.core.context_manager import FlyteContext, flyte_context_Var
from flytekit.core.python_function_task import EagerAsyncPythonFunctionTask
from flytekit.exceptions.eager import EagerException
from flytekit.remote import FlyteRemote

from .exceptions import remote_exception
from .frame import Call
from .invocations import Invocations
from .launching import Launcher, Place, Settings
from .naming import Identity, Names, Parent
from .outcomes import Story, failure, may_run_again
from .polling import Child, VanishedError, Watch
from .recovering import Predecessors
from .stopping import identifier, stop, sweep
from .transport import RefusedError, Transport
from .values import Values

# How many outputs are fetched at a time.
FETCHES = 100
# How long the end of an eager function waits for Flyte to take note of what is to be stopped.
GRACE_SECONDS = 10.0

_log = logging.getLogger("eagerc")


class Setting(NamedTuple):
    """What a controller needs to know about the eager function that it works for."""

    context: FlyteContext
    remote: FlyteRemote
    parent: Parent
    attempt: int
    settings: Settings
    child_seconds: float | None = None
    longest_pause: float | None = None
    recovers: tuple[str, ...] = ()


class _Run(NamedTuple):
    """One execution on behalf of a call, and whether an earlier attempt of the parent had started it."""

    child: Child
    entity: Any
    found: bool


class Controller:
    """The engine on a cluster; flytekit's own calls reach it through `add`."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._values = Values(setting.context)
        self._names = Names(setting.parent)
        self.invocations = Invocations(setting.remote.generate_console_http_domain())
        self._loop = asyncio.new_event_loop()
        self._stopping = False
        self._calls: set[asyncio.Task[Any]] = set()
        self._cleaning: set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._serve, name="eagerc-controller", daemon=True)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def close(self) -> None:
        """Stop what still runs, and wait until Flyte has taken note of it, but not for ever."""
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            closing.result(GRACE_SECONDS + 1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1)

    async def run(self, call: Call) -> Any:
        return await asyncio.wrap_future(self._submit(call))

    def run_blocking(self, call: Call) -> Any:
        future = self._submit(call)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def add(self, entity: Any, input_kwargs: dict[str, Any]) -> Any:
        """Run an entity that flytekit itself was asked to call."""
        return await self.run(Call(entity, input_kwargs))

    def _submit(self, call: Call) -> "concurrent.futures.Future[Any]":
        return asyncio.run_coroutine_threadsafe(self._tracked(call), self._loop)

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
        self._launcher = Launcher(self._transport, self._values, setting.remote, setting.settings)
        self._watch = Watch(self._transport, setting.longest_pause)
        self._predecessors = Predecessors(self._transport, setting.parent, setting.recovers)
        self._fetches = asyncio.Semaphore(FETCHES)
        self._watching = asyncio.ensure_future(self._watch.run())
        self._watching.add_done_callback(self._watch_ended)

    def _watch_ended(self, watching: "asyncio.Task[None]") -> None:
        """A watch that ends by itself has a bug; nobody is to wait for it for ever."""
        if not watching.cancelled() and watching.exception() is not None:
            _log.error("the controller of the eager function failed", exc_info=watching.exception())
            for call in self._calls:
                call.cancel()

    async def _close(self) -> None:
        self._stopping = True
        for call in self._calls:
            call.cancel()
        if self._calls:
            await asyncio.wait(self._calls, timeout=GRACE_SECONDS)
        if self._setting.attempt > 0:  # an earlier attempt may have left what this one did not ask for
            self._clean_up(sweep(self._transport, self._setting.parent))
        if self._cleaning:
            await asyncio.wait(self._cleaning, timeout=GRACE_SECONDS)
        self._watching.cancel()
        await self._transport.close()

    async def _tracked(self, call: Call) -> Any:
        task = asyncio.current_task()
        assert task is not None
        if self._stopping:
            raise asyncio.CancelledError
        # The caller's context came along, in which flytekit would hand whatever is called here to this controller.
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
        identity = self._names.identity(call.site, entity.name, inputs)
        row = self.invocations.begin(call.site, entity.name)
        began = time.monotonic()
        state = "failed"
        try:
            value = await self._run(entity, identity, inputs, row)
            state = "succeeded"
            return value
        except asyncio.CancelledError:
            state = "cancelled"
            raise
        finally:
            self.invocations.end(row, state, time.monotonic() - began)

    async def _run(self, entity: Any, identity: Identity, inputs: literals_pb2.LiteralMap, row: int) -> Any:
        target = self._launcher.target(entity)
        past = await self._predecessors.past(identity, Place(target.project, target.domain))
        if past.succeeded is not None:
            self.invocations.launched(row, past.succeeded)
            return await self._value(_Run(past.succeeded, entity, found=True))
        run = 0
        while True:
            started = await self._launch(entity, identity.name(run), inputs, past.environment)
            self.invocations.launched(row, started.child)
            try:
                execution = await self._ended(started)
                if execution.closure.phase == WorkflowExecution.SUCCEEDED:
                    return await self._value(started)
                if isinstance(entity, EagerAsyncPythonFunctionTask):
                    self._clean_up(sweep(self._transport, Parent(*started.child.place, started.child.name)))
                if not (started.found and may_run_again(execution.closure)):
                    break
            except asyncio.CancelledError:
                self._clean_up(self._stop(started.child))
                raise
            run += 1
        raise failure(Story(entity.name, self.invocations.link(started.child), execution.closure))

    async def _launch(
        self, entity: Any, name: str, inputs: literals_pb2.LiteralMap, environment: dict[str, str]
    ) -> _Run:
        target = self._launcher.target(entity)
        child = Child(Place(target.project, target.domain), name)
        launch = asyncio.ensure_future(self._launcher.launch(entity, name, inputs, environment))
        try:
            created = await asyncio.shield(launch)
        except asyncio.CancelledError:
            self._clean_up(self._undo(launch, child))
            raise
        except RefusedError as error:
            raise EagerException(f"{entity.name} could not be launched: {error}") from error
        _log.info("launched %s as %s", entity.name, name)
        return _Run(child, entity, found=not created and self._setting.attempt > 0)

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
        try:
            waiting = self._watch.ended(started.child)
            execution = await asyncio.wait_for(waiting, self._setting.child_seconds)
            if execution.closure.phase != WorkflowExecution.FAILED:
                return execution
            # Lists cut the message of an error.
            request = execution_pb2.WorkflowExecutionGetRequest(id=identifier(started.child))
            return await self._transport.call(self._transport.admin.GetExecution, request)
        except asyncio.TimeoutError:
            self._clean_up(self._stop(started.child))
            message = f"{started.entity.name} took longer than {self._setting.child_seconds:g} s"
            raise remote_exception(TimeoutError, (message,)) from None
        except (RefusedError, VanishedError) as error:
            link = self.invocations.link(started.child)
            raise EagerException(f"the state of {started.entity.name} is not known: {error} ({link})") from error

    async def _value(self, started: _Run) -> Any:
        if not started.entity.interface.outputs:
            return None
        request = execution_pb2.WorkflowExecutionGetDataRequest(id=identifier(started.child))
        async with self._fetches:
            try:
                data = await self._transport.call(self._transport.admin.GetExecutionData, request)
            except RefusedError as error:
                raise EagerException(f"the outputs of {started.entity.name} cannot be read: {error}") from error
            outputs = data.full_outputs
            if not outputs.literals and data.outputs.url:
                outputs = await self._values.download(data.outputs.url)
        return await self._values.to_python(started.entity, outputs)

    def _clean_up(self, job: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(job)
        self._cleaning.add(task)
        task.add_done_callback(self._cleaning.discard)

    async def _stop(self, child: Child) -> None:
        await stop(self._transport, child, self._setting.parent.execution)
