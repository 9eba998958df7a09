"""Starts executions: what an entity is called on the cluster, the request, and its registration where it is missing."""

import asyncio
import dataclasses
from collections import OrderedDict
from typing import Any, NamedTuple

import grpc
from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2
from flytekit.configuration import SerializationSettings
from flytekit.core.array_node import ArrayNode
from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.base_task import Task
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.reference_entity import ReferenceEntity
from flytekit.core.task import ReferenceTask
from flytekit.core.workflow import ImperativeWorkflow, WorkflowBase
from flytekit.exceptions.eager import EagerException
from flytekit.exceptions.user import FlyteInvalidInputException
from flytekit.models.task import TaskSpec
from flytekit.remote import FlyteRemote
from flytekit.remote.entities import FlyteTask
from flytekit.remote.remote_callable import RemoteEntity
from flytekit.tools.translator import get_serializable

from ..frame import Call
from ..overrides import apply
from .transport import RefusedError, Transport
from .values import Values

_TASK = identifier_pb2.ResourceType.TASK
_LAUNCH_PLAN = identifier_pb2.ResourceType.LAUNCH_PLAN


class Place(NamedTuple):
    """Where executions are."""

    project: str
    domain: str


class Settings(NamedTuple):
    """What all children of a parent have in common."""

    place: Place
    version: str
    serialization: SerializationSettings
    labels: dict[str, str]
    environment: dict[str, str]


class _Target(NamedTuple):
    """What stands for an entity, which is kept so that no other gets its `id`."""

    entity: Any
    identifier: identifier_pb2.Identifier


class Launcher:
    """Starts children of one parent."""

    def __init__(
        self, transport: Transport, values: Values, remote: FlyteRemote, settings: Settings, launches: int
    ) -> None:
        self._transport = transport
        self._values = values
        self._remote = remote
        self._settings = settings
        self._slots = asyncio.Semaphore(launches)
        self._registering: dict[str, asyncio.Task[None]] = {}
        self._sent: set[str] = set()
        self._around: dict[str, Any] = {}
        self._targets: dict[int, _Target] = {}

    def is_sent(self, name: str) -> bool:
        """Whether Flyte is being asked for an execution at this moment."""
        return name in self._sent

    def target(self, entity: Any) -> identifier_pb2.Identifier:
        """What stands on the cluster for an entity."""
        if id(entity) not in self._targets:
            self._targets[id(entity)] = _Target(entity, self._target(self._runnable(entity)))
        return self._targets[id(entity)].identifier

    def _target(self, entity: Any) -> identifier_pb2.Identifier:
        if isinstance(entity, ArrayNode):
            raise EagerException(f"{entity.name} is a node and has no execution of its own: call it in a workflow")
        kind = _TASK if isinstance(entity, Task | ReferenceTask | FlyteTask) else _LAUNCH_PLAN
        known = entity.reference.id if isinstance(entity, ReferenceEntity) else None
        if isinstance(entity, RemoteEntity):
            known = entity.id
        if known is not None:
            return identifier_pb2.Identifier(
                resource_type=kind,
                project=known.project,
                domain=known.domain,
                name=known.name,
                version=known.version,
            )
        place = self._settings.place
        return identifier_pb2.Identifier(
            resource_type=kind,
            project=place.project,
            domain=place.domain,
            name=entity.name,
            version=self._settings.version,
        )

    async def launch(self, call: Call, name: str, inputs: literals_pb2.LiteralMap, environment: dict[str, str]) -> bool:
        """Start an execution, with more variables than all have; false where it had been started before."""
        async with self._slots:
            request = self._request(self.target(call.entity), name, inputs)
            for variable, value in environment.items():
                request.spec.envs.values.add(key=variable, value=value)
            apply(call.overrides, request.spec)
            self._sent.add(name)
            try:
                return await self._create_registered(call.entity, request)
            finally:
                self._sent.discard(name)

    async def _create_registered(self, entity: Any, request: execution_pb2.ExecutionCreateRequest) -> bool:
        try:
            return await self._create(request)
        except RefusedError as error:
            if error.code is not grpc.StatusCode.NOT_FOUND or isinstance(entity, ReferenceEntity | RemoteEntity):
                raise
        await self._register(self._runnable(entity))
        return await self._create(request)

    def _runnable(self, entity: Any) -> Any:
        """The entity itself, or the workflow around a map task: by itself it would run for its first item only."""
        if not isinstance(entity, ArrayNodeMapTask):
            return entity
        if entity.name not in self._around:
            self._around[entity.name] = workflow_around(entity)
        return self._around[entity.name]

    def _request(
        self, target: identifier_pb2.Identifier, name: str, inputs: literals_pb2.LiteralMap
    ) -> execution_pb2.ExecutionCreateRequest:
        request = execution_pb2.ExecutionCreateRequest(
            project=target.project, domain=target.domain, name=name, inputs=inputs
        )
        request.spec.launch_plan.CopyFrom(target)
        request.spec.metadata.mode = execution_pb2.ExecutionMetadata.MANUAL
        for variable, value in self._settings.environment.items():
            request.spec.envs.values.add(key=variable, value=value)
        if target.resource_type == _TASK:
            # A launch plan has notifications and labels of its own, of which these would take the place.
            request.spec.notifications.SetInParent()
            request.spec.labels.values.update(self._settings.labels)
        return request

    async def _create(self, request: execution_pb2.ExecutionCreateRequest) -> bool:
        exists = grpc.StatusCode.ALREADY_EXISTS
        create = self._transport.admin.CreateExecution
        answer, first = await self._transport.call_again(create, request, known=frozenset({exists}))
        # After a second try it may be our own first one that made it: the answer was lost.
        return answer is not exists or not first

    async def _register(self, entity: Any) -> None:
        """Register an entity that nobody has registered; calls that need it at the same time wait for the one."""
        if entity.name not in self._registering:
            job = self._values.in_thread(lambda: self._register_now(entity))
            self._registering[entity.name] = asyncio.ensure_future(job)
        await asyncio.shield(self._registering[entity.name])

    def _register_now(self, entity: Any) -> None:
        version = self._settings.version
        settings = dataclasses.replace(self._settings.serialization, version=version)
        if isinstance(entity, WorkflowBase):  # an execution of a workflow is one of its default launch plan
            entity = LaunchPlan.get_default_launch_plan(self._remote.context, entity)
        models: OrderedDict[Any, Any] = OrderedDict()
        get_serializable(models, settings, entity)
        for model in models.values():
            try:
                self._remote.raw_register(model, settings, version=version, create_default_launchplan=False)
            except FlyteInvalidInputException:
                # What was registered under this name from elsewhere is the same task, with another way to its code.
                if not isinstance(model, TaskSpec):
                    raise


def workflow_around(mapped: ArrayNodeMapTask) -> ImperativeWorkflow:
    """The workflow that runs a map task for all items."""
    workflow = ImperativeWorkflow(name=f"{mapped.name}-workflow")
    interface = mapped.python_interface
    inputs = {
        name: workflow.add_workflow_input(name, kind)
        for name, kind in interface.inputs.items()
        if name not in mapped.bound_inputs
    }
    node = workflow.add_entity(mapped, **inputs)
    for name, kind in interface.outputs.items():
        workflow.add_workflow_output(name, node.outputs[name], kind)
    return workflow
