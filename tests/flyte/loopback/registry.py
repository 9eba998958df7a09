"""The entities that were registered, checked as the real control plane checks them."""

import collections
import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import grpc
from flyteidl.admin import launch_plan_pb2 as alp
from flyteidl.admin import task_pb2 as atask
from flyteidl.admin import workflow_pb2 as awf
from flyteidl.core import (
    compiler_pb2,
    interface_pb2,
    literals_pb2,
    tasks_pb2,
    workflow_pb2,
)

from .objects import ObjectStore
from .records import RT, Entity, Exec, Key, RpcError, digest, key, now
from .runners import Runners


class Tables(NamedTuple):
    """What the control plane keeps in its database."""

    tasks: dict[Key, Entity]
    workflows: dict[Key, Entity]
    launch_plans: dict[Key, Entity]
    named: dict[tuple[Any, ...], Any]
    executions: collections.OrderedDict[tuple[str, str, str], Exec]
    cache: dict[str, literals_pb2.LiteralMap]
    events: list[dict[str, Any]]


class Registry:
    """The tables of the control plane, with what registration does to them."""

    def __init__(
        self,
        store: ObjectStore,
        runners: Runners,
        *,
        task_execution_tags: bool = False,
        max_inline_bytes: int = 2 << 20,
        projects: tuple[str, ...] = ("flytesnacks",),
        domains: tuple[str, ...] = ("development", "staging", "production"),
        require_project: bool = True,
        tables: Tables | None = None,
    ) -> None:
        self.store, self.runners = store, runners
        self.task_execution_tags = task_execution_tags
        self.max_inline_bytes = max_inline_bytes
        self.projects, self.domains, self.require_project = list(projects), list(domains), require_project
        self.lock = threading.RLock()
        self.tables = tables or Tables({}, {}, {}, {}, collections.OrderedDict(), {}, [])
        self.tasks, self.workflows, self.launch_plans, self.named = self.tables[:4]
        self.executions, self.cache, self.events = self.tables[4:]
        numbers = [one.seq for table in (self.tasks, self.workflows, self.launch_plans) for one in table.values()]
        numbers += [ex.seq for ex in self.executions.values()]
        self.seq = itertools.count(1 + max(numbers, default=0))

    def event(self, kind: str, **kw: Any) -> None:
        self.events.append({"t": time.time(), "kind": kind, **kw})

    def check_project(self, project: str, domain: str) -> None:
        if not self.require_project:
            return
        if project not in self.projects:
            raise RpcError(grpc.StatusCode.NOT_FOUND, f"project [{project}] is not registered")
        if domain not in self.domains:
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"domain [{domain}] is unrecognized by system")

    def _put(self, table: dict[Key, Entity], what: str, ident: Any, proto: Any, dig: str) -> None:
        with self.lock:
            old = table.get(key(ident))
            if old is not None:
                if old.digest == dig:
                    raise RpcError(grpc.StatusCode.ALREADY_EXISTS, f"{what} with identical structure already exists")
                raise RpcError(
                    grpc.StatusCode.INVALID_ARGUMENT,
                    f"{what} with different structure already exists with id {ident.name}:{ident.version}",
                )
            table[key(ident)] = Entity(proto, dig, next(self.seq), now())

    def create_task(self, req: Any) -> None:
        self.check_project(req.id.project, req.id.domain)
        t = tasks_pb2.TaskTemplate()
        t.CopyFrom(req.spec.template)
        t.id.CopyFrom(req.id)
        t.id.resource_type = RT.TASK
        m = atask.Task(id=t.id)
        m.closure.compiled_task.template.CopyFrom(t)
        m.closure.created_at.CopyFrom(now())
        self._put(self.tasks, "task", req.id, m, digest(t))

    def create_workflow(self, req: Any) -> None:
        self.check_project(req.id.project, req.id.domain)
        template = workflow_pb2.WorkflowTemplate()
        template.CopyFrom(req.spec.template)
        template.id.CopyFrom(req.id)
        template.id.resource_type = RT.WORKFLOW
        compiled = compiler_pb2.CompiledWorkflowClosure()
        compiled.primary.template.CopyFrom(_with_system_nodes(template))
        nodes = [*template.nodes, *([template.failure_node] if template.HasField("failure_node") else ())]
        for sub in req.spec.sub_workflows:
            nodes += sub.nodes
            compiled.sub_workflows.add().template.CopyFrom(_with_system_nodes(sub))
        with self.lock:
            compiled.tasks.extend(self._tasks_of(nodes))
        workflow = awf.Workflow(id=template.id)
        workflow.closure.compiled_workflow.CopyFrom(compiled)
        workflow.closure.created_at.CopyFrom(now())
        self._put(self.workflows, "workflow", req.id, workflow, digest(req.spec))

    def _tasks_of(self, nodes: Iterable[Any]) -> list[Any]:
        """The tasks that nodes refer to; what they refer to has to exist."""
        found: dict[Key, Any] = {}
        for node in (inner for outer in nodes for inner in _walk(outer)):
            if node.HasField("task_node"):
                reference = node.task_node.reference_id
                entity = self.tasks.get(key(reference))
                if entity is None:
                    raise _not_compiled("reference task", reference)
                found[key(reference)] = entity.proto.closure.compiled_task
            if node.workflow_node.HasField("launchplan_ref"):
                reference = node.workflow_node.launchplan_ref
                if key(reference) not in self.launch_plans:
                    raise _not_compiled("launch plan", reference)
        return list(found.values())

    def create_launch_plan(self, req: Any) -> None:
        self.check_project(req.id.project, req.id.domain)
        w = self.workflows.get(key(req.spec.workflow_id))
        if w is None:
            raise RpcError(
                grpc.StatusCode.NOT_FOUND,
                f"missing entity of type WORKFLOW with identifier {key(req.spec.workflow_id)}",
            )
        m = alp.LaunchPlan(id=req.id, spec=req.spec)
        m.id.resource_type = RT.LAUNCH_PLAN
        iface = w.proto.closure.compiled_workflow.primary.template.interface
        m.closure.state = alp.INACTIVE
        m.closure.expected_inputs.CopyFrom(req.spec.default_inputs)
        for n, v in iface.inputs.variables.items():
            if n not in m.closure.expected_inputs.parameters and n not in req.spec.fixed_inputs.literals:
                m.closure.expected_inputs.parameters[n].CopyFrom(interface_pb2.Parameter(var=v, required=True))
        m.closure.expected_outputs.CopyFrom(iface.outputs)
        m.closure.created_at.CopyFrom(now())
        self._put(self.launch_plans, "launch plan", req.id, m, digest(req.spec))

    def get(self, table: dict[Key, Entity], what: str, ident: Any) -> Any:
        with self.lock:
            e = table.get(key(ident))
            if e is None:
                raise RpcError(
                    grpc.StatusCode.NOT_FOUND,
                    f"missing entity of type {what} with identifier "
                    f'project:"{ident.project}" domain:"{ident.domain}" name:"{ident.name}" version:"{ident.version}"',
                )
            return e.proto


def _not_compiled(what: str, reference: Any) -> RpcError:
    message = f"failed to compile workflow: {what} {reference.name}:{reference.version} not found"
    return RpcError(grpc.StatusCode.INVALID_ARGUMENT, message)


def _with_system_nodes(template: workflow_pb2.WorkflowTemplate) -> workflow_pb2.WorkflowTemplate:
    found = workflow_pb2.WorkflowTemplate()
    found.CopyFrom(template)
    del found.nodes[:]
    found.nodes.add(id="start-node")
    found.nodes.add(id="end-node").inputs.extend(template.outputs)
    found.nodes.extend(node for node in template.nodes if node.id not in ("start-node", "end-node"))
    return found


def _walk(node: workflow_pb2.Node) -> Iterator[workflow_pb2.Node]:
    yield node
    if node.HasField("branch_node"):
        branch = node.branch_node.if_else
        yield from _walk(branch.case.then_node)
        for other in branch.other:
            yield from _walk(other.then_node)
        if branch.HasField("else_node"):
            yield from _walk(branch.else_node)
    if node.HasField("array_node"):
        yield from _walk(node.array_node.node)
