"""The process that runs the bodies of tasks for a program, one after another, for as long as the program lives."""

import contextvars
import importlib
import os
import pickle
import queue
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from flytekit.core.context_manager import FlyteContext, FlyteContextManager, OutputMetadataTracker, flyte_context_Var
from flytekit.exceptions.eager import EagerException

from .coroutines import CLEAN_UP_SECONDS, Seat, Stop, seat
from .crossing import Answer, Order, failed
from .engine import fresh_context
from .originals import as_raised
from .processes import CANCEL


class _Turn(NamedTuple):
    """An order, still packed, and what cancels it."""

    order: bytes
    stop: Stop


def main(descriptor: int) -> None:
    """Answer what arrives on the connection until it is closed."""
    os.set_inheritable(descriptor, False)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # the interpreter's own: text to a file
    with Connection(descriptor) as connection:
        post = _Post(connection)
        while (turn := post.turns.get()) is not None:
            answer = _answer(turn)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            post.answer(answer)


class _Post:
    """Listens beside the task that runs, so that an order can be cancelled, and the end of the program be heard."""

    def __init__(self, connection: "Connection[Any, Any]") -> None:
        self.turns: queue.SimpleQueue[_Turn | None] = queue.SimpleQueue()
        self._connection = connection
        self._busy = False
        threading.Thread(target=self._listen, name="eagerc-post", daemon=True).start()

    def answer(self, message: bytes) -> None:
        self._busy = False
        self._connection.send_bytes(message)

    def _listen(self) -> None:
        stop = Stop()
        while True:
            try:
                message = self._connection.recv_bytes()
            except (EOFError, OSError):
                break
            if message == CANCEL:
                stop.request()
            else:
                self._busy, stop = True, Stop()
                self.turns.put(_Turn(message, stop))
        self._end()

    def _end(self) -> None:
        """The program has ended, or needs this process no more: end as a program does, unless that takes long."""
        if not self._busy:
            self.turns.put(None)
            time.sleep(CLEAN_UP_SECONDS)
        os.killpg(os.getpgrp(), signal.SIGKILL)


def _answer(turn: _Turn) -> bytes:
    try:
        order: Order = pickle.loads(turn.order)
        outputs = contextvars.Context().run(_run, order, turn.stop)
        return pickle.dumps(Answer(outputs))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the caller
        failure = error
    try:
        return failed(failure)
    except Exception as error:  # noqa: BLE001 - there is always an answer
        text = f"{type(failure).__name__} cannot be sent from the process of the task: {type(error).__name__}: {error}"
        return failed(EagerException(text))


def _run(order: Order, stop: Stop) -> Any:
    flyte_context_Var.set([FlyteContextManager.current_context()])
    task = getattr(importlib.import_module(order.module), order.name)
    context = _context(order, task)
    flyte_context_Var.set([context])
    seat.set(Seat(0, stop))
    return as_raised(task, lambda watched: watched.sandbox_execute(context, order.inputs))


def _context(order: Order, task: Any) -> FlyteContext:
    """The context that flytekit gives to the run of a task, with what the program has configured."""
    given = FlyteContextManager.current_context().new_builder()
    given.file_access = order.file_access
    given.serialization_settings = order.serialization_settings
    context = fresh_context(given.build())
    parameters = context.user_space_params.builder()
    parameters.execution_id, parameters.execution_date = order.execution_id, order.execution_date
    parameters.raw_output_prefix = order.file_access.raw_output_prefix
    state = context.execution_state.with_params(mode=task.local_execution_mode(), user_space_params=parameters.build())
    return context.with_execution_state(state).with_output_metadata_tracker(OutputMetadataTracker()).build()
