"""What Flyte is told about entities, and about all that they need around them."""

import dataclasses
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.core.array_node import ArrayNode
from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.context_manager import FlyteContextManager, FlyteEntities
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.options import Options
from flytekit.core.python_function_task import EagerAsyncPythonFunctionTask
from flytekit.core.workflow import WorkflowBase
from flytekit.image_spec import ImageSpec
from flytekit.models.admin.workflow import WorkflowSpec
from flytekit.models.launch_plan import LaunchPlan as LaunchPlanModel
from flytekit.models.task import TaskSpec
from flytekit.remote.remote_callable import RemoteEntity
from flytekit.tools.translator import get_serializable

from ..distributed.launching import workflow_around
from .closure import Item
from .endings import FAILED, EndError


class Model(NamedTuple):
    """What Flyte is told about one entity."""

    kind: str
    name: str
    spec: Any


def serialized(items: Iterable[Item], settings: SerializationSettings, options: Options) -> list[Model]:
    """The models of entities and of all that they need around them, each after those that it refers to.

    Raises `EndError` with everything that cannot be serialized.
    """
    # With the names of all images at hand flytekit builds none, and what it writes does not depend on the order.
    settings = dataclasses.replace(settings, image_config=_with_images(settings.image_config))
    found: OrderedDict[Any, Any] = OrderedDict()
    problems: list[str] = []
    with FlyteContextManager.with_context(FlyteContextManager.current_context().with_serialization_settings(settings)):
        for item in items:
            try:
                for entity in item.entities:
                    for each in registrable(entity):
                        get_serializable(found, settings, each, options)
            except Exception as error:  # noqa: BLE001 - flytekit and its plugins raise anything
                problems.append(f"{item.place}: {item.name} cannot be serialized: {type(error).__name__}: {error}")
    unique: dict[tuple[str, str], Model] = {}
    for model in (_model(spec) for spec in found.values() if _is_own(spec)):
        first = unique.setdefault((model.kind, model.name), model)
        if _bytes(model) != _bytes(first):
            problems.append(f"there are two different {model.kind}s of the name {model.name}; rename one of them")
    if problems:
        raise EndError(FAILED, *dict.fromkeys(problems))
    return list(unique.values())


def registrable(entity: Any) -> Iterator[Any]:
    """What is registered for an entity, so that its invocation finds everything; the last of it is what is launched."""
    if isinstance(entity, ArrayNodeMapTask):
        yield _default_plan(workflow_around(entity))
    elif isinstance(entity, EagerAsyncPythonFunctionTask):
        yield entity
        yield _default_plan(entity.get_as_workflow())
    elif isinstance(entity, WorkflowBase):
        yield _default_plan(entity)
    elif not isinstance(entity, ArrayNode):  # that is no entity for Flyte, and its target is in the closure too
        yield entity


def _default_plan(workflow: WorkflowBase) -> LaunchPlan:
    return LaunchPlan.get_default_launch_plan(FlyteContextManager.current_context(), workflow)


def _with_images(images: ImageConfig) -> ImageConfig:
    specified = [getattr(entity, "container_image", None) for entity in FlyteEntities.entities]
    named = {spec.id: spec.image_name() for spec in specified if isinstance(spec, ImageSpec)}
    more = [Image.look_up_image_info(name, named[name]) for name in sorted(named)]
    return dataclasses.replace(images, images=[*(images.images or ()), *more])


def _is_own(spec: Any) -> bool:
    return isinstance(spec, TaskSpec | WorkflowSpec | LaunchPlanModel) and not isinstance(spec, RemoteEntity)


def _model(spec: Any) -> Model:
    if isinstance(spec, LaunchPlanModel):
        return Model("launch plan", spec.id.name, spec)
    return Model("task" if isinstance(spec, TaskSpec) else "workflow", spec.template.id.name, spec)


def _bytes(model: Model) -> bytes:
    spec = model.spec.spec if model.kind == "launch plan" else model.spec
    content: bytes = spec.to_flyte_idl().SerializeToString(deterministic=True)
    return content
