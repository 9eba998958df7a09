"""Recording on flytekit itself, for the programs that it runs alone: what the stand-in is compared with.

Calls of entities are noted where flytekit's classes take them; everything else is flytekit's own local execution.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from flytekit import LaunchPlan
from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.base_task import PythonTask
from flytekit.core.python_function_task import (
    AsyncPythonFunctionTask,
    EagerAsyncPythonFunctionTask,
    PythonFunctionTask,
    PythonInstanceTask,
)
from flytekit.core.workflow import ImperativeWorkflow, PythonFunctionWorkflow, WorkflowBase

from tests.inference.recording.naming import name_here
from tests.inference.recording.recorder import RUNNING, Body, record

_LABEL = "_recorded_as"


def _function_name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _in_body(function: Callable[..., Any], body: Body) -> Callable[..., Any]:
    """`function`, during which `body` is what runs."""

    @functools.wraps(function)
    async def asynchronous(*args: Any, **kwargs: Any) -> Any:
        token = RUNNING.set(body)
        try:
            return await function(*args, **kwargs)
        finally:
            RUNNING.reset(token)

    @functools.wraps(function)
    def synchronous(*args: Any, **kwargs: Any) -> Any:
        token = RUNNING.set(body)
        try:
            return function(*args, **kwargs)
        finally:
            RUNNING.reset(token)

    return asynchronous if inspect.iscoroutinefunction(function) else synchronous


def _labelling(cls: type, label: Callable[[Any], str]) -> None:
    """Let instances of `cls` know the name that eagerc gives them."""
    make = cls.__init__  # type: ignore[misc]  # it is replaced, not called

    @functools.wraps(make)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if isinstance(self, EagerAsyncPythonFunctionTask):
            kwargs["deck_fields"] = []  # a deck of dependencies starts pip
        make(self, *args, **kwargs)
        setattr(self, _LABEL, label(self))

    cls.__init__ = init  # type: ignore[misc]  # the point of it


def _task(task: PythonFunctionTask[Any]) -> str:
    function = task.task_function
    eager = isinstance(task, EagerAsyncPythonFunctionTask)
    task._task_function = _in_body(function, Body(_function_name(function), eager, classic=False))
    return _function_name(function)


def _workflow(workflow: PythonFunctionWorkflow) -> str:
    function = workflow._workflow_function
    workflow._workflow_function = _in_body(function, Body(_function_name(function), eager=False, classic=False))
    return _function_name(function)


def _noting(cls: type) -> None:
    """Record the calls of instances of `cls`."""
    call = cls.__call__

    @functools.wraps(call)
    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        caller = RUNNING.get()
        if caller is None or not caller.eager or not hasattr(self, _LABEL):
            return call(self, *args, **kwargs)
        label = getattr(self, _LABEL)
        record(caller, label)
        token = RUNNING.set(Body(label, eager=False, classic=False))
        try:
            return call(self, *args, **kwargs)
        finally:
            RUNNING.reset(token)

    cls.__call__ = noted  # type: ignore[method-assign]  # the point of it


def install() -> None:
    """Change flytekit's classes for the rest of the process."""
    _labelling(PythonFunctionTask, _task)
    _labelling(PythonFunctionWorkflow, _workflow)
    for cls in (ArrayNodeMapTask, LaunchPlan, ImperativeWorkflow, PythonInstanceTask):
        _labelling(cls, lambda _: name_here())
    for cls in (PythonTask, AsyncPythonFunctionTask, WorkflowBase, LaunchPlan):
        _noting(cls)
