"""Executions: how they are created, run as single tasks, aborted and ended."""

import random
import re
import string
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
from flyteidl.admin import execution_pb2 as aex
from flyteidl.admin import node_execution_pb2 as anx
from flyteidl.core import catalog_pb2, identifier_pb2, interface_pb2, literals_pb2, tasks_pb2
from flyteidl.core.types_pb2 import SimpleType

from .attempts import Attempts
from .jobs import Outcome
from .records import NX, RT, TERMINAL, WX, Exec, NodeRec, RpcError, digest, now, xkey
from .registry import Registry

_NAME = re.compile(r"^[a-z][a-z\-0-9]*$")
_PRIMITIVES = {
    "integer": SimpleType.INTEGER,
    "float_value": SimpleType.FLOAT,
    "string_value": SimpleType.STRING,
    "boolean": SimpleType.BOOLEAN,
    "datetime": SimpleType.DATETIME,
    "duration": SimpleType.DURATION,
}


class Executions(Registry):
    """The executions of a control plane."""

    def run_workflow(self, ex: Exec, workflow: Any) -> None:
        raise NotImplementedError

    def run_dynamic(self, ex: Exec, spec: Any, parent: str) -> Outcome:
        raise NotImplementedError

    def create_execution(self, request: Any) -> identifier_pb2.WorkflowExecutionIdentifier:
        self.check_project(request.project, request.domain)
        name = _checked_name(request.name)
        reference = request.spec.launch_plan
        fixed: dict[str, Any] = {}
        if reference.resource_type == RT.TASK:
            template = self.get(self.tasks, "TASK", reference).closure.compiled_task.template
            variables = template.interface.inputs.variables
            parameters = {n: interface_pb2.Parameter(var=v, required=True) for n, v in variables.items()}
            workflow = identifier_pb2.Identifier()
            workflow.CopyFrom(reference)
            workflow.resource_type, workflow.name = RT.WORKFLOW, f".flytegen.{reference.name}"
        elif reference.resource_type == RT.LAUNCH_PLAN:
            plan = self.get(self.launch_plans, "LAUNCH_PLAN", reference)
            parameters, fixed = dict(plan.closure.expected_inputs.parameters), dict(plan.spec.fixed_inputs.literals)
            workflow = plan.spec.workflow_id
        else:
            kind = reference.resource_type
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"Invalid reference entity resource type [{kind}]")
        given = request.inputs if request.inputs.literals else request.spec.inputs
        with self.lock:
            ex = self._add(request, name, workflow, _checked_inputs(given, parameters, fixed))
            if reference.resource_type == RT.LAUNCH_PLAN:
                _apply_launch_plan(ex, plan.spec)
        self.event("created", name=name, entity=reference.name)
        self.store.write(self.meta(ex, "inputs"), ex.inputs.SerializeToString())
        self._go_on(ex)
        return ex.proto.id

    def go_on(self) -> None:
        """Go on with what another process of the server had begun."""
        for ex in [ex for ex in self.executions.values() if ex.proto.closure.phase not in TERMINAL]:
            self._go_on(ex)

    def _go_on(self, ex: Exec) -> None:
        reference, workflow = ex.proto.spec.launch_plan, ex.proto.closure.workflow_id
        if reference.resource_type == RT.TASK:
            self._run_single_task(ex, self.get(self.tasks, "TASK", reference).closure.compiled_task.template)
        else:
            threading.Thread(target=self.run_workflow, args=(ex, workflow), daemon=True, name=f"wf-{ex.name}").start()

    def _add(self, request: Any, name: str, workflow: Any, inputs: literals_pb2.LiteralMap) -> Exec:
        execution = aex.Execution()
        execution.id.project, execution.id.domain, execution.id.name = request.project, request.domain, name
        execution.spec.CopyFrom(request.spec)
        execution.spec.metadata.principal = "loopback"
        closure = execution.closure
        closure.phase = WX.QUEUED
        closure.workflow_id.CopyFrom(workflow)
        closure.created_at.CopyFrom(now())
        closure.updated_at.CopyFrom(closure.created_at)
        closure.state_change_details.occurred_at.CopyFrom(closure.created_at)
        tags: list[tuple[str, str]] = []
        # flyteadmin 1.16 stores tags of launch-plan executions only (launchSingleTaskExecution returns none)
        if request.spec.launch_plan.resource_type == RT.LAUNCH_PLAN or self.task_execution_tags:
            tags = [*request.spec.labels.values.items(), *((tag, "") for tag in request.spec.tags)]
        with self.lock:
            old = self.executions.get(xkey(execution.id))
            if old is not None:
                old.create_requests += 1
                raise RpcError(grpc.StatusCode.ALREADY_EXISTS, "entity with same unique key already exists")
            ex = Exec(execution, inputs, next(self.seq), tags)
            ex.times["created"] = time.time()
            self.executions[xkey(execution.id)] = ex
        return ex

    def meta(self, ex: Exec, *rest: str) -> str:
        i = ex.proto.id
        return self.store.native("/".join(["metadata", "propeller", f"{i.project}-{i.domain}-{i.name}", *rest]))

    def phase(self, ex: Exec, phase: int, error: Any = None, outputs: Any = None, output_uri: str = "") -> None:
        with self.lock:
            c = ex.proto.closure
            if c.phase in TERMINAL:
                return
            c.phase = phase
            t = now()
            c.updated_at.CopyFrom(t)
            c.state_change_details.occurred_at.CopyFrom(t)
            if phase == WX.RUNNING and not c.HasField("started_at"):
                c.started_at.CopyFrom(t)
                ex.times["started"] = time.time()
            if error is not None:
                c.error.CopyFrom(error)
            if outputs is not None:
                ex.outputs = outputs
                c.outputs.uri = output_uri
            if phase in TERMINAL:
                ex.times["ended"] = time.time()
                st = c.started_at if c.HasField("started_at") else t
                c.duration.FromNanoseconds(max(0, t.ToNanoseconds() - st.ToNanoseconds()))
        self.event("phase", name=ex.name, phase=WX.Phase.Name(phase))

    def terminate(self, ident: Any, cause: str) -> None:
        with self.lock:
            ex = self.executions.get(xkey(ident))
            if ex is None:
                raise RpcError(
                    grpc.StatusCode.NOT_FOUND, f"missing entity of type execution with identifier {ident.name}"
                )
            c = ex.proto.closure
            if c.phase in TERMINAL:
                raise RpcError(
                    grpc.StatusCode.FAILED_PRECONDITION, "Cannot abort an already terminated workflow execution"
                )
            c.phase = WX.ABORTING
            c.abort_metadata.cause = cause
            c.abort_metadata.principal = "loopback"
            c.updated_at.CopyFrom(now())
            jobs = list(ex.jobs)
        ex.times["abort_requested"] = time.time()
        self.event("terminate", name=ex.name, cause=cause)
        ex.abort.set()
        for j in jobs:
            j.cancel()

    def node(self, ex: Exec, node_id: str, name: str, parent: str = "", is_parent: bool = False) -> NodeRec:
        with self.lock:
            if node_id in ex.nodes:  # another process of the server had begun with it
                return ex.nodes[node_id]
            r = NodeRec(anx.NodeExecution(), parent=parent)
            r.proto.id.node_id = node_id
            r.proto.id.execution_id.CopyFrom(ex.proto.id)
            r.proto.input_uri = self.meta(ex, node_id, "data", "inputs.pb")
            r.proto.metadata.spec_node_id = node_id.rsplit("-", 1)[-1] if parent else node_id
            r.proto.metadata.is_parent_node = is_parent
            r.proto.closure.phase = NX.QUEUED
            r.proto.closure.created_at.CopyFrom(now())
            r.proto.closure.updated_at.CopyFrom(now())
            ex.nodes[node_id] = r
            return r

    def node_phase(
        self, r: NodeRec, phase: int, error: Any = None, outputs: Any = None, uri: str = "", deck: str = ""
    ) -> None:
        with self.lock:
            c = r.proto.closure
            c.phase = phase
            c.updated_at.CopyFrom(now())
            if phase == NX.RUNNING and not c.HasField("started_at"):
                c.started_at.CopyFrom(now())
            if error is not None:
                c.error.CopyFrom(error)
            if outputs is not None:
                r.outputs = outputs
                c.output_uri = uri
            if deck:
                c.deck_uri = deck

    def cache_key(self, template: tasks_pb2.TaskTemplate, inputs: literals_pb2.LiteralMap) -> str:
        if not template.metadata.discoverable:
            return ""
        counted = literals_pb2.LiteralMap()
        for name, value in inputs.literals.items():
            if name not in template.metadata.cache_ignore_input_vars:
                counted.literals[name].CopyFrom(value)
        task = template.id
        version = template.metadata.discovery_version
        return "|".join([task.project, task.domain, task.name, version, digest(template.interface), digest(counted)])

    def start_task(
        self,
        ex: Exec,
        rec: NodeRec,
        template: tasks_pb2.TaskTemplate,
        inputs: literals_pb2.LiteralMap,
        done: Callable[[Outcome], None],
        *,
        retries: int = 0,
        index: int | None = None,
        workflow: str = "",
        launch_plan: str = "",
    ) -> None:
        """Run a task, or take its outputs from the cache; `done` gets the outcome."""
        rec.inputs = inputs
        self.store.write(rec.proto.input_uri, inputs.SerializeToString())
        cache_key = self.cache_key(template, inputs) if index is None else ""
        hit = None if ex.proto.spec.overwrite_cache else self.cache.get(cache_key)
        if hit is not None:
            self._take_from_cache(ex, rec, template, hit)
            done(Outcome(outputs=hit))
            return

        def ended(outcome: Outcome) -> None:
            if cache_key and outcome.outputs is not None:
                self.cache[cache_key] = outcome.outputs
            done(outcome)

        Attempts(
            self,
            ex,
            rec,
            template,
            inputs,
            ended,
            retries=retries,
            index=index,
            workflow=workflow,
            launch_plan=launch_plan,
        ).go_on()

    def _take_from_cache(
        self, ex: Exec, rec: NodeRec, template: tasks_pb2.TaskTemplate, hit: literals_pb2.LiteralMap
    ) -> None:
        rec.proto.closure.task_node_metadata.cache_status = catalog_pb2.CACHE_HIT
        self.event("cache-hit", name=ex.name, task=template.id.name)
        rec.proto.closure.output_uri = self.meta(ex, rec.proto.id.node_id, "data", "0", "outputs.pb")
        self.store.write(rec.proto.closure.output_uri, hit.SerializeToString())
        if ex.proto.closure.phase == WX.QUEUED:
            self.phase(ex, WX.RUNNING)

    def _run_single_task(self, ex: Exec, template: tasks_pb2.TaskTemplate) -> None:
        node_id = re.sub(r"[^a-z0-9]", "", template.id.name.split(".")[-1].lower())[:20] or "n0"
        self.node_phase(self.node(ex, "start-node", "start-node"), NX.SUCCEEDED)
        rec = self.node(ex, node_id, template.id.name)

        def finish(outcome: Outcome) -> None:
            closure = rec.proto.closure
            if outcome.outputs is not None and not closure.output_uri:  # of a dynamic workflow
                closure.output_uri = self.meta(ex, node_id, "data", "0", "outputs.pb")
                self.store.write(closure.output_uri, outcome.outputs.SerializeToString())
            self.finish_node(rec, outcome)
            self.finish_execution(ex, outcome, rec.proto.closure.output_uri)

        def done(outcome: Outcome) -> None:
            if outcome.futures is None:
                finish(outcome)
                return
            dynamic = threading.Thread(
                target=lambda: finish(self.run_dynamic(ex, outcome.futures, node_id)), daemon=True
            )
            dynamic.start()

        generated = f".flytegen.{template.id.name}"
        self.start_task(ex, rec, template, ex.inputs, done, workflow=generated, launch_plan=generated)

    def finish_node(self, rec: NodeRec, o: Outcome) -> None:
        if o.aborted:
            self.node_phase(rec, NX.ABORTED)
        elif o.error is not None:
            self.node_phase(rec, NX.FAILED, error=o.error)
        else:
            self.node_phase(rec, NX.SUCCEEDED, outputs=o.outputs, uri=rec.proto.closure.output_uri)

    def finish_execution(self, ex: Exec, o: Outcome, uri: str) -> None:
        if o.aborted or ex.abort.is_set():
            self.phase(ex, WX.ABORTED)
        elif o.error is not None:
            self.phase(ex, WX.FAILED, error=o.error)
        else:
            end = self.node(ex, "end-node", "end-node")
            self.node_phase(end, NX.SUCCEEDED)
            self.phase(ex, WX.SUCCEEDED, outputs=o.outputs, output_uri=uri)


def _checked_name(name: str) -> str:
    if not name:
        return "a" + "".join(random.choices(string.ascii_lowercase + string.digits, k=19))
    if len(name) > 63:
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"size of name exceeded length 63 : {name}")
    if not _NAME.match(name.lower()):
        message = f"invalid name format: {name}, does not match regex '{_NAME.pattern}'"
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, message)
    return name


def _checked_inputs(given: Any, parameters: dict[str, Any], fixed: dict[str, Any]) -> literals_pb2.LiteralMap:
    found = literals_pb2.LiteralMap()
    for name, value in given.literals.items():
        if name in fixed:
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"fixed_inputs {name} cannot be overridden")
        if name not in parameters:
            raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"invalid input {name}")
        _check_type(name, value, parameters[name].var.type)
        found.literals[name].CopyFrom(value)
    for name, parameter in parameters.items():
        if name not in found.literals:
            if parameter.required:
                raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, f"expected_inputs {name} missing")
            found.literals[name].CopyFrom(parameter.default)
    for name, value in fixed.items():
        found.literals[name].CopyFrom(value)
    return found


def _check_type(name: str, value: Any, wanted: Any) -> None:
    if not value.scalar.HasField("primitive") or wanted.WhichOneof("type") != "simple":
        return
    got = _PRIMITIVES.get(value.scalar.primitive.WhichOneof("value") or "")
    if got is not None and wanted.simple in _PRIMITIVES.values() and got != wanted.simple:
        message = f"invalid {name} input wrong type. Expected {str(wanted).strip()}, but got simple:"
        raise RpcError(grpc.StatusCode.INVALID_ARGUMENT, message + SimpleType.Name(got))


def _apply_launch_plan(ex: Exec, plan: Any) -> None:
    """What an execution takes over from its launch plan where its own request says nothing."""
    spec = ex.proto.spec
    if not spec.labels.values:
        spec.labels.CopyFrom(plan.labels)
    if not spec.annotations.values:
        spec.annotations.CopyFrom(plan.annotations)
    if not spec.HasField("security_context") and plan.HasField("security_context"):
        spec.security_context.CopyFrom(plan.security_context)
    if not spec.raw_output_data_config.output_location_prefix:
        spec.raw_output_data_config.CopyFrom(plan.raw_output_data_config)
