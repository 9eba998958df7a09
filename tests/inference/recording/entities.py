"""The entities of the stand-in for flytekit: what they make of a call depends on whose body makes it.

In an eager function a call is recorded: at once where flytekit gives a value, when the awaitable starts where it gives
an awaitable. Everywhere else the entity's body just runs. Bodies run for real; what has none gives a value of the
declared type.
"""

import asyncio
import functools
import inspect
import threading
import typing
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from tests.inference.recording.recorder import RUNNING, Body, record

CO_NESTED = inspect.CO_NESTED


class Started(Coroutine[Any, Any, Any]):
    """An awaitable as the built program has it: options of the one call change nothing of what is recorded."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()

    def send(self, value: Any) -> Any:
        return self._coroutine.send(value)

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def with_overrides(self, **options: Any) -> "Started":
        return self


class Entity:
    """What can be invoked; `label` is the name that eagerc gives it."""

    awaitable = False

    def __init__(self, label: str) -> None:
        self.label = label

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        caller = RUNNING.get()
        if self.awaitable or (caller is not None and caller.classic):
            started = Started(self._started(caller, args, kwargs))
            return started if caller is None or caller.eager else finished(started)
        return self._blocked(caller, args, kwargs)

    def _blocked(self, caller: Body | None, args: Any, kwargs: Any) -> Any:
        if caller is not None and caller.eager:
            record(caller, self.label)
        with self._running():
            return self.perform(*args, **kwargs)

    async def _started(self, caller: Body | None, args: Any, kwargs: Any) -> Any:
        caller = caller or RUNNING.get()
        if caller is not None and caller.eager:
            record(caller, self.label)
        with self._running():
            result = self.perform(*args, **kwargs)
            return await result if self.awaitable else result

    @contextmanager
    def _running(self) -> Iterator[None]:
        token = RUNNING.set(self.body())
        try:
            yield
        finally:
            RUNNING.reset(token)

    def body(self) -> Body:
        return Body(self.label, eager=False, classic=False)

    def perform(self, *args: Any, **kwargs: Any) -> Any:
        """Run the entity's own body."""
        raise NotImplementedError


def finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine, run in a thread of its own, since an event loop may run in this one."""
    outcome: list[Any] = []
    context = copy_context()
    thread = threading.Thread(target=lambda: outcome.append(context.run(asyncio.run, coroutine)))
    thread.start()
    thread.join()
    if not outcome:
        raise RuntimeError("an async task failed inside an entity that is not eager")
    return outcome[0]


class FunctionEntity(Entity):
    """A task, workflow, dynamic workflow or eager function: its body is a function of the program."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        super().__init__(f"{function.__module__}.{function.__qualname__}")
        self.name = self.label
        self.options = options
        self.task_function = function
        self.awaitable = inspect.iscoroutinefunction(function)
        functools.update_wrapper(self, function)

    def perform(self, *args: Any, **kwargs: Any) -> Any:
        return self.task_function(*args, **kwargs)


class Task(FunctionEntity):
    """flytekit loads a task by its name, so its function stands in a module."""

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        wrapped = hasattr(function, "__wrapped__") and function.__name__ == function.__qualname__
        if function.__code__.co_flags & CO_NESTED and not wrapped:
            raise ValueError("TaskFunction cannot be a nested/inner or local function.")
        super().__init__(function, **options)

    def execute(self, **kwargs: Any) -> Any:
        return self.task_function(**kwargs)


class Workflow(FunctionEntity):
    """A static workflow; here its body runs as plain Python."""


class Eager(Task):
    """An eager function: what its body calls is recorded."""

    classic = False

    def body(self) -> Body:
        return Body(self.label, eager=True, classic=self.classic)


class ClassicEager(Eager):
    """An eager function as `flytekit.experimental` had it."""

    classic = True


class MapTask(Entity):
    """A task over lists; what `partial` bound is the same for each element."""

    def __init__(self, target: Any, label: str) -> None:
        super().__init__(label)
        self.bound = dict(target.keywords) if isinstance(target, functools.partial) else {}
        self.target: Any = target.func if isinstance(target, functools.partial) else target
        if isinstance(self.target, Eager) or not isinstance(self.target, Task | Instance | LaunchPlan):
            raise ValueError("Map tasks can only compose of Python Function Tasks, Instance Tasks and Launch Plans")

    def perform(self, **kwargs: Any) -> list[Any]:
        names = list(kwargs)
        columns = zip(*kwargs.values(), strict=True)
        results = [self.target.perform(**self.bound, **dict(zip(names, row, strict=True))) for row in columns]
        return [finished(result) if inspect.iscoroutine(result) else result for result in results]


class LaunchPlan(Entity):
    """A workflow with its inputs; it takes keywords only."""

    def __init__(self, workflow: Any, inputs: Mapping[str, Any], label: str) -> None:
        super().__init__(label)
        self.workflow = workflow
        self.inputs = inputs

    def perform(self, *args: Any, **kwargs: Any) -> Any:
        if args:
            raise AssertionError("Only Keyword Arguments are supported for launch plan executions")
        return self.workflow.perform(**{**self.inputs, **kwargs})


class Reference(FunctionEntity):
    """A reference to what is registered: gives a value of the type that its function declares."""

    def __init__(self, function: Callable[..., Any], identity: str) -> None:
        super().__init__(function)
        self.name = identity
        self.awaitable = False

    def perform(self, *args: Any, **kwargs: Any) -> Any:
        inspect.signature(self.task_function).bind(*args, **kwargs)
        return example(typing.get_type_hints(self.task_function).get("return"))


class Instance(Entity):
    """A task without a function of the program: container, shell, SQL and plugin tasks, fetched entities.

    Classes of programs derive from it as they do from flytekit's, and define `execute`.
    """

    def __init__(self, *args: Any, label: str, **options: Any) -> None:
        super().__init__(label)
        self.name = options.get("name", args[0] if args else label)
        self.outputs = options.get("outputs") or options.get("output_locs") or {}

    def perform(self, *args: Any, **kwargs: Any) -> Any:
        return self.execute(*args, **kwargs)

    def execute(self, **kwargs: Any) -> Any:
        values = tuple(example(kind) for kind in _types(self.outputs))
        return values[0] if len(values) == 1 else values or None


def _types(outputs: Any) -> list[Any]:
    if isinstance(outputs, Mapping):
        return list(outputs.values())
    return [output.var_type for output in outputs]


def example(kind: Any) -> Any:
    """A small true value of a declared type; None where there is no obvious one."""
    origin = typing.get_origin(kind) or kind
    match origin:
        case type() if issubclass(origin, bool | int | float):
            return origin(1)
        case type() if issubclass(origin, str):
            return "text"
        case type() if issubclass(origin, list | dict | set):
            return origin()
        case type() if issubclass(origin, tuple):
            return tuple(example(part) for part in typing.get_args(kind))
        case _:
            return None
