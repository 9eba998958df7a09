"""Runs the body of an eager function in its container, with a controller beside it."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import os
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from flytekit.configuration import ImageConfig, SerializationSettings
from flytekit.core.constants import EAGER_ROOT_ENV_NAME, EAGER_TAG_KEY, EAGER_TAG_ROOT_KEY
from flytekit.core.context_manager import ExecutionState, FlyteContext, FlyteContextManager, flyte_context_Var
from flytekit.deck import Deck
from flytekit.exceptions.system import FlyteSystemException

from .. import frame, logs
from ..signals import SIGNALS, SignalledError
from ..threads import Carrying
from .classic import Classic, remote_for, seconds
from .controller import Controller, Setting
from .launching import Place, Settings
from .limits import limits
from .naming import Parent
from .recovering import recovered

T = TypeVar("T")


class Interrupted(FlyteSystemException):  # type: ignore[misc]  # flytekit is not typed
    """The container is told to end. It is not the user's fault, so that Flyte starts it again if it may."""


def run_body(name: str, function: Callable[..., Coroutine[Any, Any, T]], inputs: dict[str, Any], classic: Classic) -> T:
    """Run the body to its end, with whatever it invokes."""
    context = FlyteContextManager.current_context()
    logs.show(os.environ)
    setting = _setting(context, classic)
    with SIGNALS:
        _end_if_told(name)
        controller = Controller(setting)
        controller.start()
        try:
            body = _Body(name, partial(function, **inputs), context, controller)
            result: T = body.run(setting.limits.grace / 4)
            return result
        finally:
            controller.close()
            _publish(controller)


def _end_if_told(name: str) -> None:
    """Let a signal that came while the container started end it before anything is launched."""
    try:
        with SIGNALS.heard():
            return
    except SignalledError as error:
        reason = str(error)
    raise Interrupted(f"{name} was stopped by {reason}")


def _publish(controller: Controller) -> None:
    """Show what ran; the result of the function does not depend on it."""
    try:
        Deck("Eager Executions", controller.invocations.page())
    except Exception:  # noqa: BLE001 - flytekit's decks and what is plugged into them may fail in any way
        logs.LOG.warning("the deck could not be written", exc_info=True)


class _Body:
    """The body on an event loop in a thread of its own, so that signals reach the main thread whatever it does."""

    def __init__(
        self, name: str, start: Callable[[], Coroutine[Any, Any, Any]], context: FlyteContext, controller: Controller
    ) -> None:
        self._name = name
        self._start = start
        self._context = context
        self._controller = controller
        self._ended: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self._cancel: Callable[[], object] = lambda: None

    def run(self, grace: float) -> Any:
        """The result of the body, which is given so many seconds to clean up when a signal ends it."""
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._serve,), name="eagerc-body", daemon=True).start()
        try:
            with SIGNALS.heard():
                return self._ended.result()
        except SignalledError as error:
            reason = str(error)
        with contextlib.suppress(RuntimeError):  # it has ended at the same moment
            self._cancel()
        concurrent.futures.wait([self._ended], grace)
        raise Interrupted(f"{self._name} was stopped by {reason}")

    def _serve(self) -> None:
        try:
            self._ended.set_result(asyncio.run(self._main()))
        except asyncio.CancelledError:
            self._ended.set_exception(RuntimeError(f"{self._name} was cancelled"))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to whoever waits
            self._ended.set_exception(error)

    async def _main(self) -> Any:
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Carrying())
        self._cancel = partial(loop.call_soon_threadsafe, task.cancel)
        state = self._context.execution_state.with_params(mode=ExecutionState.Mode.EAGER_EXECUTION)
        inner = self._context.with_execution_state(state).with_worker_queue(self._controller).build()
        # A list of its own: flytekit's stack is one list that all copies of a context share.
        flyte_context_Var.set([inner])
        frame.enter(self._name, self._controller)
        return await self._start()


def _setting(context: FlyteContext, classic: Classic) -> Setting:
    parameters = context.user_space_params
    execution = parameters.execution_id
    place = Place(execution.project, execution.domain)
    serialization = context.serialization_settings or SerializationSettings(
        image_config=ImageConfig.auto_default_image()
    )
    version = serialization.version or parameters.task_id.version
    root = os.environ.get(EAGER_ROOT_ENV_NAME, execution.name)
    labels = {EAGER_TAG_KEY: execution.name, EAGER_TAG_ROOT_KEY: root}
    return Setting(
        context,
        remote_for(classic, parameters),
        Parent(place.project, place.domain, execution.name, _node(parameters.output_metadata_prefix, execution.name)),
        int(os.environ.get("FLYTE_ATTEMPT_NUMBER") or 0),
        Settings(place, version, serialization, labels, {EAGER_ROOT_ENV_NAME: root}),
        limits(os.environ),
        seconds(classic.timeout),
        seconds(classic.poll_interval),
        recovered(),
    )


def _node(prefix: str | None, execution: str) -> str:
    """Where in an execution the outputs of the task go, without the number of the attempt: it tells its nodes apart.

    It is the same in each execution of an entity, so that one can recover what another left behind.
    """
    folder, _, last = (prefix or "").rstrip("/").rpartition("/")
    return folder.rpartition(execution)[2] if last.isdigit() else ""
