"""Lets a task raise what its own code raised, which flytekit changes on the way out."""

import copy
from collections.abc import Callable
from typing import Any, TypeVar

from flytekit.core.base_task import PythonTask
from flytekit.core.python_function_task import AsyncPythonFunctionTask
from flytekit.core.reference_entity import ReferenceEntity

from ..exceptions import restored, without_prefix
from .coroutines import run_coroutine

T = TypeVar("T")


def as_raised(entity: Any, run: Callable[[Any], T]) -> T:
    """What `run` gives for the entity; what it raises is as it left the code of the entity."""
    failure = _Failure()
    if isinstance(entity, PythonTask) and not isinstance(entity, ReferenceEntity):
        entity = _watched(entity, failure)
    try:
        return run(entity)
    except Exception as error:  # noqa: BLE001 - whatever the entity raises belongs to its caller
        caught = error
    raise failure.original(caught)


class _Failure:
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


def _watched(task: Any, failure: _Failure) -> Any:
    """A copy of a task that records what its `execute` raises; the task itself is shared with other threads."""
    execute = task.execute
    if type(task).execute is AsyncPythonFunctionTask.execute and "execute" not in vars(task):
        # flytekit's way of waiting for a coroutine never ends when the coroutine raises SystemExit.
        def execute(**inputs: Any) -> Any:
            return run_coroutine(task.async_execute(**inputs))

    def watched_execute(**inputs: Any) -> Any:
        try:
            return execute(**inputs)
        except Exception as error:
            failure.record(error)
            raise

    watched = copy.copy(task)
    watched.execute = watched_execute
    return watched
