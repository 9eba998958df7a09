"""A stand-in for flytekit that records: the same names, in the same modules, as far as programs use them.

It takes the place of the package in `sys.modules`, so it runs what flytekit alone refuses: the classic dialect, awaits
of sync entities, references, container tasks. Where flytekit does run a program, a test compares the two.
"""

# ruff: noqa: ARG001, ARG003 - it takes what flytekit takes, and mostly has no use for it

import functools
import importlib
import sys
from collections.abc import Callable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from tests.inference.recording import naming
from tests.inference.recording.entities import (
    ClassicEager,
    Eager,
    Entity,
    Instance,
    LaunchPlan,
    MapTask,
    Reference,
    Task,
    Workflow,
)

_VENDORS = ("flytekit", "flytekitplugins")


def _decorator(make: Callable[..., Entity]) -> Callable[..., Any]:
    """A decorator that also takes options: `@task` and `@task(cache=True)`."""

    def decorate(function: Callable[..., Any] | None = None, **options: Any) -> Any:
        return functools.partial(decorate, **options) if function is None else make(function, **options)

    return decorate


def _reference(project: str, domain: str, name: str, version: str) -> Callable[[Callable[..., Any]], Reference]:
    def decorate(function: Callable[..., Any]) -> Reference:
        return Reference(function, f"{project}:{domain}:{name}:{version}")

    return decorate


def map_task(target: Any, **options: Any) -> MapTask:
    return MapTask(target, naming.name_here())


class LaunchPlanFactory:
    """flytekit's `LaunchPlan`, which is only made by its class methods."""

    @classmethod
    def get_or_create(
        cls,
        workflow: Any,
        name: str | None = None,
        default_inputs: Mapping[str, Any] | None = None,
        fixed_inputs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> LaunchPlan:
        return LaunchPlan(workflow, {**(default_inputs or {}), **(fixed_inputs or {})}, naming.name_here())

    @classmethod
    def create(cls, name: str, workflow: Any, **options: Any) -> LaunchPlan:
        inputs = {**(options.get("default_inputs") or {}), **(options.get("fixed_inputs") or {})}
        return LaunchPlan(workflow, inputs, naming.name_here())

    @classmethod
    def get_default_launch_plan(cls, ctx: Any, workflow: Any) -> LaunchPlan:
        return LaunchPlan(workflow, {}, naming.name_here())


class ProgramTask(Instance):
    """A task class of flytekit or of a plugin; programs make instances of it and derive from it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, label=naming.name_here(), **options)


class ImperativeWorkflow(Instance):
    """A workflow put together by calls."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, label=naming.name_here())
        self.inputs: dict[str, Anything] = {}

    def add_workflow_input(self, name: str, python_type: type) -> "Anything":
        return self.inputs.setdefault(name, Anything())

    def add_entity(self, entity: Any, **inputs: Any) -> "Anything":
        return Anything()

    add_task = add_launch_plan = add_subwf = add_entity

    def add_workflow_output(self, name: str, promise: Any, python_type: type | None = None) -> None:
        self.outputs[name] = python_type


class FlyteRemote:
    """A remote that fetches anything, and executes it by recording it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def _fetch(self, *args: Any, **options: Any) -> Instance:
        return Instance(label=naming.name_here())

    fetch_task = fetch_task_lazy = fetch_workflow = fetch_workflow_lazy = fetch_launch_plan = _fetch

    def execute(self, entity: Any, inputs: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return entity(**(inputs or {}))


class _AnythingItself(type):
    """Lets `Config.auto()` be anything too."""

    def __getattr__(cls, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()


class Anything(metaclass=_AnythingItself):
    """An object whose attributes and elements are such objects: options, promises, contexts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def __getattr__(self, name: str) -> "Anything":
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __getitem__(self, key: object) -> "Anything":
        return Anything()

    def __call__(self, *args: Any, **options: Any) -> "Anything":
        return Anything()


class EagerException(Exception):  # noqa: N818 - flytekit's name
    """What a failed entity raises on a cluster; never raised locally."""


def _reference_entity(*args: Any, outputs: Mapping[str, Any] | None = None, **options: Any) -> Instance:
    return Instance(label=naming.name_here(), outputs=outputs)


def kwtypes(**kinds: Any) -> dict[str, Any]:
    return kinds


NAMES: dict[str, Any] = {
    "task": _decorator(Task),
    "workflow": _decorator(Workflow),
    "dynamic": _decorator(Task),
    "eager": _decorator(Eager),
    "EagerException": EagerException,
    "map_task": map_task,
    "array_node_map_task": map_task,
    "LaunchPlan": LaunchPlanFactory,
    "reference_task": _reference,
    "reference_workflow": _reference,
    "reference_launch_plan": _reference,
    "get_reference_entity": _reference_entity,
    "kwtypes": kwtypes,
    "Workflow": ImperativeWorkflow,
    "ImperativeWorkflow": ImperativeWorkflow,
    "FlyteRemote": FlyteRemote,
    "current_context": Anything,
}
"""What has a meaning of its own. Other names with a capital are task classes (`...Task`) or options."""

CLASSIC = {"eager": _decorator(ClassicEager)}
"""What `flytekit.experimental` has instead."""

LOCATIONS = {
    "flytekit": frozenset(NAMES) - {"EagerException", "ImperativeWorkflow", "array_node_map_task"},
    "flytekit.core.task": {"task", "eager", "reference_task"},
    "flytekit.core.workflow": {"workflow", "reference_workflow", "ImperativeWorkflow"},
    "flytekit.core.dynamic_workflow_task": {"dynamic"},
    "flytekit.core.array_node_map_task": {"map_task", "array_node_map_task"},
    "flytekit.core.launch_plan": {"LaunchPlan", "reference_launch_plan"},
    "flytekit.core.reference": {"get_reference_entity"},
    "flytekit.core.base_task": {"kwtypes"},
    "flytekit.exceptions.eager": {"EagerException"},
    "flytekit.remote": {"FlyteRemote"},
    "flytekit.remote.remote": {"FlyteRemote"},
    "flytekit.experimental": {"eager", "EagerException", "map_task"},
}
"""Where flytekit keeps these names; `flytekit.experimental` is that of the versions before 1.16."""


class Finder(MetaPathFinder, Loader):
    """Makes every module of flytekit and its plugins on demand."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if fullname.partition(".")[0] in _VENDORS else None

    def exec_module(self, module: ModuleType) -> None:
        own = {name: NAMES[name] for name in LOCATIONS.get(module.__name__, ())}
        if module.__name__ == "flytekit.experimental":
            own |= CLASSIC
        module.__dict__.update(own)
        module.__dict__["__getattr__"] = functools.partial(_other, module.__name__)


def _other(module: str, name: str) -> Any:
    if name[0].isupper():
        return type(name, (ProgramTask,) if name.endswith("Task") else (Anything,), {})
    if name.startswith("_"):
        raise AttributeError(name)
    return importlib.import_module(f"{module}.{name}")


def install() -> None:
    """Let the program find the stand-in where it imports flytekit."""
    sys.meta_path.insert(0, Finder())
