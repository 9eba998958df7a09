"""Executions of workflows: nodes in the order of their data, branches, sub-workflows, array nodes."""

import concurrent.futures
import contextlib
import hashlib
import threading
import traceback
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import grpc
from flyteidl.admin import execution_pb2 as aex
from flyteidl.core import identifier_pb2, literals_pb2, workflow_pb2

from .bindings import holds, resolve_all, upstream
from .executions import Executions
from .jobs import Outcome, err
from .records import NX, RT, TERMINAL, WX, Exec, Key, NodeRec, RpcError, key, xkey

_SYSTEM_NODES = ("start-node", "end-node")
_THREADS = 64


class Scope(NamedTuple):
    """Where nodes run: an execution, the sub-workflows and tasks that it brings along, the inputs, a prefix of ids."""

    ex: Exec
    subs: Mapping[Key, Any]
    tasks: Mapping[Key, Any]
    inputs: literals_pb2.LiteralMap
    prefix: str = ""

    def inside(self, rec: NodeRec) -> "Scope":
        return self._replace(prefix=rec.proto.id.node_id + "-0-")


class Plane(Executions):
    """The control plane with its engine."""

    def run_workflow(self, ex: Exec, workflow: Any) -> None:
        try:
            compiled = self.get(self.workflows, "WORKFLOW", workflow).closure.compiled_workflow
            template = compiled.primary.template
            if ex.proto.closure.phase == WX.QUEUED:
                self.phase(ex, WX.RUNNING)
            self.node_phase(self.node(ex, "start-node", "start-node"), NX.SUCCEEDED)
            scope = Scope(ex, {key(sub.template.id): sub.template for sub in compiled.sub_workflows}, {}, ex.inputs)
            outcome = self._run_template(scope, template)
            if outcome.error is not None and template.HasField("failure_node") and not ex.abort.is_set():
                self.phase(ex, WX.FAILING)
                self._run_failure_node(scope, template, outcome.error)
            uri = self.meta(ex, "end-node", "data", "0", "outputs.pb")
            if outcome.outputs is not None:
                self.store.write(uri, outcome.outputs.SerializeToString())
            self.finish_execution(ex, outcome, uri)
        except Exception as error:  # noqa: BLE001 - a bug of this server is to be seen where tests look
            self.phase(ex, WX.FAILED, error=_bug())
            self.event("harness-error", name=ex.name, error=repr(error))

    def run_dynamic(self, ex: Exec, spec: Any, parent: str) -> Outcome:
        try:
            subs = {key(sub.id): sub for sub in spec.subworkflows}
            tasks = {key(task.id): task for task in spec.tasks}
            return self._run_template(Scope(ex, subs, tasks, ex.inputs, parent + "-0-"), spec)
        except Exception:  # noqa: BLE001 - as above
            return Outcome(error=_bug())

    def _run_failure_node(self, scope: Scope, template: Any, error: Any) -> None:
        node = workflow_pb2.Node()
        node.CopyFrom(template.failure_node)
        self.event("failure-node", name=scope.ex.name, node=node.id)
        extra = {}
        if node.HasField("task_node") and "err" in self._task(scope, node).interface.inputs.variables:
            failure = literals_pb2.Scalar(error={"failed_node_id": "", "message": error.message})
            extra["err"] = literals_pb2.Literal(scalar=failure)
        self._run_node(scope, node, {}, extra)

    def _run_template(self, scope: Scope, template: Any) -> Outcome:
        """Run the nodes of a workflow, or of what a dynamic workflow compiled to."""
        failed, outputs = self._run_nodes(scope, [node for node in template.nodes if node.id not in _SYSTEM_NODES])
        return failed or Outcome(outputs=resolve_all(template.outputs, scope.inputs, outputs))

    def _run_nodes(self, scope: Scope, nodes: list[Any]) -> tuple[Outcome | None, dict[str, literals_pb2.LiteralMap]]:
        ex, todo = scope.ex, {node.id: node for node in nodes}
        before = {node.id: upstream(node) & todo.keys() for node in nodes}
        outputs: dict[str, literals_pb2.LiteralMap] = {}
        failed: Outcome | None = None
        live: dict[concurrent.futures.Future[Outcome], str] = {}
        with _pool(len(nodes)) as pool:
            while todo or live:
                if failed is None and not ex.abort.is_set():
                    for name in [name for name in todo if before[name] <= outputs.keys()]:
                        live[pool.submit(self._run_node, scope, todo.pop(name), outputs)] = name
                if not live:
                    break
                ended, _ = concurrent.futures.wait(live, 0.5, concurrent.futures.FIRST_COMPLETED)
                for future in ended:
                    name, outcome = live.pop(future), future.result()
                    if outcome.outputs is not None:
                        outputs[name] = outcome.outputs
                    elif failed is None:
                        failed = outcome
                        self._cancel_jobs(ex)
        return (Outcome(aborted=True) if ex.abort.is_set() else failed), outputs

    def _cancel_jobs(self, ex: Exec) -> None:
        with self.lock:
            jobs = list(ex.jobs)
        for job in jobs:
            job.cancel()

    def _run_node(
        self,
        scope: Scope,
        node: Any,
        outputs: Mapping[str, literals_pb2.LiteralMap],
        extra: Mapping[str, literals_pb2.Literal] | None = None,
    ) -> Outcome:
        rec = self.node(
            scope.ex,
            scope.prefix + node.id,
            node.metadata.name,
            parent=scope.prefix.rstrip("-"),
            is_parent=node.HasField("branch_node") or node.workflow_node.HasField("sub_workflow_ref"),
        )
        ended = _ended(rec)
        if ended is not None:
            return ended
        rec.proto.metadata.is_array = node.HasField("array_node")
        try:
            arguments = resolve_all(node.inputs, scope.inputs, outputs)
            for name, value in (extra or {}).items():
                arguments.literals[name].CopyFrom(value)
            outcome = self._run_target(scope, rec, node, arguments)
        except RpcError as error:
            outcome = Outcome(error=err("NodeError", error.details, "SYSTEM"))
        except Exception:  # noqa: BLE001 - as above
            outcome = Outcome(error=_bug())
        self.finish_node(rec, outcome)
        return outcome

    def _run_target(self, scope: Scope, rec: NodeRec, node: Any, arguments: literals_pb2.LiteralMap) -> Outcome:
        match node.WhichOneof("target"):
            case "task_node":
                return self._run_task(scope, rec, node, arguments)
            case "workflow_node" if node.workflow_node.HasField("sub_workflow_ref"):
                self.node_phase(rec, NX.RUNNING)
                rec.inputs = arguments
                reference = node.workflow_node.sub_workflow_ref
                template = scope.subs.get(key(reference)) or self._template(reference)
                return self._run_template(scope.inside(rec)._replace(inputs=arguments), template)
            case "workflow_node":
                self.node_phase(rec, NX.RUNNING)
                rec.inputs = arguments
                return self._run_launch_plan(scope.ex, rec, node.workflow_node.launchplan_ref, arguments)
            case "branch_node":
                self.node_phase(rec, NX.RUNNING)
                return self._run_branch(scope, rec, node.branch_node.if_else, arguments)
            case "array_node":
                self.node_phase(rec, NX.RUNNING)
                return self._run_array(scope, rec, node.array_node, arguments)
            case other:
                return Outcome(error=err("Unsupported", f"{other} nodes do not run here", "SYSTEM"))

    def _template(self, reference: Any) -> Any:
        return self.get(self.workflows, "WORKFLOW", reference).closure.compiled_workflow.primary.template

    def _task(self, scope: Scope, node: Any) -> Any:
        reference = node.task_node.reference_id
        brought = scope.tasks.get(key(reference))
        return brought or self.get(self.tasks, "TASK", reference).closure.compiled_task.template

    def _run_task(
        self, scope: Scope, rec: NodeRec, node: Any, arguments: literals_pb2.LiteralMap, index: int | None = None
    ) -> Outcome:
        ended = threading.Event()
        found: list[Outcome] = []

        def done(outcome: Outcome) -> None:
            found.append(outcome)
            ended.set()

        self.start_task(
            scope.ex,
            rec,
            self._task(scope, node),
            arguments,
            done,
            retries=node.metadata.retries.retries,
            index=index,
            workflow=scope.ex.proto.closure.workflow_id.name,
            launch_plan=scope.ex.proto.spec.launch_plan.name,
        )
        ended.wait()
        if found[0].futures is not None:
            return self.run_dynamic(scope.ex, found[0].futures, rec.proto.id.node_id)
        return found[0]

    def _run_launch_plan(self, ex: Exec, rec: NodeRec, reference: Any, arguments: literals_pb2.LiteralMap) -> Outcome:
        name = "f" + hashlib.md5(f"{ex.name}{rec.proto.id.node_id}".encode()).hexdigest()[:19]
        own = ex.proto.id
        request = aex.ExecutionCreateRequest(project=own.project, domain=own.domain, name=name, inputs=arguments)
        request.spec.launch_plan.CopyFrom(reference)
        request.spec.launch_plan.resource_type = RT.LAUNCH_PLAN
        request.spec.metadata.mode = aex.ExecutionMetadata.CHILD_WORKFLOW
        request.spec.metadata.parent_node_execution.CopyFrom(rec.proto.id)
        try:
            created = self.create_execution(request)
        except RpcError as error:
            if error.code is not grpc.StatusCode.ALREADY_EXISTS:
                raise
            created = identifier_pb2.WorkflowExecutionIdentifier(project=own.project, domain=own.domain, name=name)
        rec.proto.closure.workflow_node_metadata.executionId.CopyFrom(created)
        child = self.executions[xkey(created)]
        while child.proto.closure.phase not in TERMINAL:
            if ex.abort.wait(0.02):
                with contextlib.suppress(RpcError):
                    self.terminate(created, "parent aborted")
        match child.proto.closure.phase:
            case WX.SUCCEEDED:
                return Outcome(outputs=child.outputs)
            case WX.ABORTED if ex.abort.is_set():
                return Outcome(aborted=True)
            case WX.ABORTED:
                return Outcome(error=err("Aborted", "launchplan aborted"))
            case _:
                return Outcome(error=child.proto.closure.error)

    def _run_branch(self, scope: Scope, rec: NodeRec, branch: Any, arguments: literals_pb2.LiteralMap) -> Outcome:
        cases = [branch.case, *branch.other]
        chosen = next((case.then_node for case in cases if holds(case.condition, arguments)), None)
        if chosen is None and branch.HasField("else_node"):
            chosen = branch.else_node
        if chosen is None:
            message = branch.error.message if branch.HasField("error") else "no branch satisfied"
            return Outcome(error=err("UserError", message))
        # What is bound to the chosen node has ended, or is an input of the workflow.
        outputs = {name: other.outputs for name, other in scope.ex.nodes.items() if other.outputs is not None}
        beside = rec.parent + "-" if rec.parent else ""
        if beside:
            outputs |= {n[len(beside) :]: found for n, found in list(outputs.items()) if n.startswith(beside)}
        return self._run_node(scope.inside(rec), chosen, outputs)

    def _run_array(self, scope: Scope, rec: NodeRec, array: Any, arguments: literals_pb2.LiteralMap) -> Outcome:
        bound = set(array.bound_inputs)
        lists = {
            name: value.collection.literals
            for name, value in arguments.literals.items()
            if value.HasField("collection") and name not in bound
        }
        size = max((len(values) for values in lists.values()), default=0)
        with _pool(array.parallelism or size) as pool:
            items = [_item(arguments, lists, index) for index in range(size)]
            outcomes = list(pool.map(lambda i: self._run_item(scope, rec, array, i, items[i], arguments), range(size)))
        if scope.ex.abort.is_set():
            return Outcome(aborted=True)
        if sum(outcome.outputs is not None for outcome in outcomes) < _needed(array, size):
            return next(outcome for outcome in outcomes if outcome.outputs is None)
        names = {name for outcome in outcomes if outcome.outputs is not None for name in outcome.outputs.literals}
        if not names and array.node.HasField("task_node"):
            names = set(self._task(scope, array.node).interface.outputs.variables)
        return Outcome(outputs=_collected(names, outcomes))

    def _run_item(
        self, scope: Scope, rec: NodeRec, array: Any, index: int, item: literals_pb2.LiteralMap, whole: Any
    ) -> Outcome:
        node = workflow_pb2.Node()
        node.CopyFrom(array.node)
        node.id = f"n{index}"
        parent = rec.proto.id.node_id
        inner = self.node(scope.ex, f"{parent}-0-n{index}", node.metadata.name, parent=parent)
        ended = _ended(inner)
        if ended is not None:
            return ended
        if node.HasField("task_node"):
            inputs = item if array.is_original_sub_node_interface.value else whole
            outcome = self._run_task(scope, inner, node, inputs, index)
        else:
            outcome = self._run_target(scope._replace(prefix=""), inner, node, item)
        self.finish_node(inner, outcome)
        return outcome


def _ended(rec: NodeRec) -> Outcome | None:
    """How a node ended before this process of the server began."""
    match rec.proto.closure.phase:
        case NX.SUCCEEDED:
            return Outcome(outputs=rec.outputs)
        case NX.FAILED:
            return Outcome(error=rec.proto.closure.error)
        case _:
            return None


def _bug() -> Any:
    return err("LoopbackFlyte", f"harness: {traceback.format_exc()}", "SYSTEM")


def _pool(size: int) -> concurrent.futures.ThreadPoolExecutor:
    return concurrent.futures.ThreadPoolExecutor(max_workers=max(1, min(_THREADS, size)))


def _item(arguments: Any, lists: Mapping[str, Any], index: int) -> literals_pb2.LiteralMap:
    item = literals_pb2.LiteralMap()
    for name, value in arguments.literals.items():
        item.literals[name].CopyFrom(lists[name][index] if name in lists else value)
    return item


def _needed(array: Any, size: int) -> int:
    match array.WhichOneof("success_criteria"):
        case "min_successes":
            return int(array.min_successes)
        case "min_success_ratio":
            return int(-(-size * array.min_success_ratio // 1))
        case _:
            return size


def _collected(names: Iterable[str], outcomes: list[Outcome]) -> literals_pb2.LiteralMap:
    none = literals_pb2.Literal(scalar=literals_pb2.Scalar(none_type=literals_pb2.Void()))
    found = literals_pb2.LiteralMap()
    for name in names:
        found.literals[name].collection.SetInParent()
        for outcome in outcomes:
            value = none if outcome.outputs is None else outcome.outputs.literals[name]
            found.literals[name].collection.literals.append(value)
    return found
