"""Registers entities: all are serialized before the first one is sent."""

import dataclasses
import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, NamedTuple

from flytekit.configuration import Image, SerializationSettings
from flytekit.constants import CopyFileDetection
from flytekit.core.array_node import ArrayNode
from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.context_manager import FlyteContextManager, FlyteEntities
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.options import Options
from flytekit.core.python_function_task import EagerAsyncPythonFunctionTask
from flytekit.core.workflow import WorkflowBase
from flytekit.exceptions.user import FlyteInvalidInputException
from flytekit.image_spec import ImageSpec
from flytekit.image_spec.image_spec import ImageBuildEngine
from flytekit.models.admin.workflow import WorkflowSpec
from flytekit.models.launch_plan import LaunchPlan as LaunchPlanModel
from flytekit.models.task import TaskSpec
from flytekit.remote import FlyteRemote
from flytekit.remote.remote_callable import RemoteEntity
from flytekit.tools.fast_registration import FastPackageOptions
from flytekit.tools.ignore import StandardIgnore
from flytekit.tools.translator import get_serializable

from .answers import refusal
from .closure import Item
from .endings import FAILED, WRONG_USAGE, EndError
from .launching import workflow_around

# How many tasks are being registered at a time.
CONCURRENT = 16

_TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Model(NamedTuple):
    """What Flyte is told about one entity."""

    kind: str
    name: str
    spec: Any


def serialized(items: Iterable[Item], settings: SerializationSettings, options: Options) -> list[Model]:
    """The models of entities and of all that they need around them, each after those that it refers to.

    Raises `EndError` with everything that cannot be serialized.
    """
    found: OrderedDict[Any, Any] = OrderedDict()
    problems = []
    # With the names of all images at hand flytekit builds none, and what it writes does not depend on the order.
    settings = dataclasses.replace(settings, image_config=_with_images(settings.image_config))
    context = FlyteContextManager.current_context().with_serialization_settings(settings)
    with FlyteContextManager.with_context(context):
        for item in items:
            try:
                for entity in item.entities:
                    for each in registrable(entity):
                        get_serializable(found, settings, each, options)
            except Exception as error:  # noqa: BLE001 - flytekit and its plugins raise anything
                problems.append(f"{item.place}: {item.name} cannot be serialized: {type(error).__name__}: {error}")
    models = [_model(spec) for spec in found.values() if _is_own(spec)]
    unique: dict[tuple[str, str], Model] = {}
    for model in models:
        first = unique.setdefault((model.kind, model.name), model)
        if _bytes(model) != _bytes(first):
            problems.append(f"there are two different {model.kind}s of the name {model.name}; rename one of them")
    if problems:
        raise EndError(FAILED, *dict.fromkeys(problems))
    return list(unique.values())


def build_images(items: Iterable[Item]) -> None:
    """Build the images of tasks that are specified and not there yet."""
    for item in items:
        for entity in item.entities:
            image = getattr(entity, "container_image", None)
            if isinstance(image, ImageSpec):
                try:
                    ImageBuildEngine.build(image)
                except Exception as error:  # noqa: BLE001 - builders are plugins
                    message = f"{item.place}: the image of {item.name} cannot be built: {error}"
                    raise EndError(WRONG_USAGE, message) from error


def upload(remote: FlyteRemote, settings: SerializationSettings) -> SerializationSettings:
    """Upload the tree, and settings with the place where it is.

    What a version control system ignores is not left out, as flytekit would: trees are often among it.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = FastPackageOptions([StandardIgnore], keep_default_ignores=False, copy_style=CopyFileDetection.ALL)
        _, address = remote.fast_package(_TREE, False, folder, options)  # noqa: FBT003 - symbolic links stay such
    fast = dataclasses.replace(settings.fast_serialization_settings, distribution_location=address)
    return dataclasses.replace(settings, fast_serialization_settings=fast)


def register(remote: FlyteRemote, models: list[Model], settings: SerializationSettings, activate: bool) -> Iterator[Model]:
    """Register tasks concurrently and then the others in their order; gives each one that is registered.

    What was registered before with the same content is registered.
    """

    def send(model: Model) -> Model:
        try:
            identifier = remote.raw_register(model.spec, settings, settings.version, create_default_launchplan=False)
        except FlyteInvalidInputException as error:
            raise refusal(f"the {model.kind} {model.name}", error) from error
        if activate and model.kind == "launch plan":
            remote.activate_launchplan(identifier)
        return model

    yield from _concurrently(send, [model for model in models if model.kind == "task"])
    yield from map(send, [model for model in models if model.kind != "task"])


def _concurrently(send: Callable[[Model], Model], models: list[Model]) -> Iterator[Model]:
    pool = ThreadPoolExecutor(CONCURRENT)
    try:
        for sent in as_completed([pool.submit(send, model) for model in models]):
            yield sent.result()
    finally:
        pool.shutdown(cancel_futures=True)


def registrable(entity: Any) -> Iterator[Any]:
    """What is registered for an entity, so that nothing is left to register when it is invoked."""
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


def _with_images(images: Any) -> Any:
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
