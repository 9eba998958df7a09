"""The gRPC service of the control plane."""

import functools
import traceback
from collections.abc import Callable, Iterable
from typing import Any

import grpc
from flyteidl.admin import common_pb2, description_entity_pb2, project_pb2, version_pb2
from flyteidl.admin import execution_pb2 as aex
from flyteidl.admin import launch_plan_pb2 as alp
from flyteidl.admin import node_execution_pb2 as anx
from flyteidl.admin import task_execution_pb2 as atx
from flyteidl.admin import task_pb2 as atask
from flyteidl.admin import workflow_pb2 as awf
from flyteidl.core import execution_pb2, identifier_pb2
from flyteidl.service import (
    admin_pb2_grpc,
)

from . import filters
from .records import RT, WX, Entity, Exec, Key, NodeRec, RpcError, key, xkey
from .workflows import Plane

INVALID = grpc.StatusCode.INVALID_ARGUMENT
Row = dict[str, Any]


def rpc(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a service whose exceptions become answers."""

    @functools.wraps(fn)
    def inner(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return fn(self, request, context)
        except RpcError as e:
            context.abort(e.code, e.details)
        except filters.FilterError as e:
            context.abort(INVALID, str(e))
        except Exception as e:
            if context.code() is not None:  # raised by context.abort
                raise
            traceback.print_exc()
            context.abort(grpc.StatusCode.INTERNAL, f"loopback_flyte: {e!r}")

    return inner


class Admin(admin_pb2_grpc.AdminServiceServicer):  # type: ignore[misc]  # generated without types
    """AdminService."""

    def __init__(self, plane: Plane) -> None:
        self.p = plane

    # entities
    @rpc
    def CreateTask(self, r: Any, c: Any) -> Any:
        self.p.create_task(r)
        return atask.TaskCreateResponse()

    @rpc
    def CreateWorkflow(self, r: Any, c: Any) -> Any:
        self.p.create_workflow(r)
        return awf.WorkflowCreateResponse()

    @rpc
    def CreateLaunchPlan(self, r: Any, c: Any) -> Any:
        self.p.create_launch_plan(r)
        return alp.LaunchPlanCreateResponse()

    @rpc
    def GetTask(self, r: Any, c: Any) -> Any:
        return self.p.get(self.p.tasks, "TASK", r.id)

    @rpc
    def GetWorkflow(self, r: Any, c: Any) -> Any:
        return self.p.get(self.p.workflows, "WORKFLOW", r.id)

    @rpc
    def GetLaunchPlan(self, r: Any, c: Any) -> Any:
        return self.p.get(self.p.launch_plans, "LAUNCH_PLAN", r.id)

    @rpc
    def GetActiveLaunchPlan(self, r: Any, c: Any) -> Any:
        with self.p.lock:
            for k, e in self.p.launch_plans.items():
                if k[:3] == (r.id.project, r.id.domain, r.id.name) and e.proto.closure.state == alp.ACTIVE:
                    return e.proto
        raise RpcError(
            grpc.StatusCode.NOT_FOUND, f"No active launch plan could be found: {r.id.project}:{r.id.domain}:{r.id.name}"
        )

    @rpc
    def UpdateLaunchPlan(self, r: Any, c: Any) -> Any:
        with self.p.lock:
            lp = self.p.get(self.p.launch_plans, "LAUNCH_PLAN", r.id)
            if r.state == alp.ACTIVE:
                for k, e in self.p.launch_plans.items():
                    if k[:3] == key(r.id)[:3]:
                        e.proto.closure.state = alp.INACTIVE
            lp.closure.state = r.state
        return alp.LaunchPlanUpdateResponse()

    def _list(
        self, table: dict[Key, Entity], r: Any, primary: str, rows_of: Callable[[Key, Entity], Row]
    ) -> tuple[list[Any], str]:
        if r.limit <= 0:
            raise RpcError(INVALID, "invalid value for limit")
        flt = filters.parse(r.filters, primary)
        with self.p.lock:
            rows = [
                (k, e)
                for k, e in table.items()
                if (not r.id.project or k[0] == r.id.project)
                and (not r.id.domain or k[1] == r.id.domain)
                and (not r.id.name or k[2] == r.id.name)
                and filters.matches(rows_of(k, e), flt)
            ]
        rows.sort(key=lambda x: x[1].seq, reverse=r.sort_by.direction == common_pb2.Sort.DESCENDING)
        if r.sort_by.key in ("name", "version"):
            rows.sort(
                key=lambda x: x[0][2 if r.sort_by.key == "name" else 3],
                reverse=r.sort_by.direction == common_pb2.Sort.DESCENDING,
            )
        cut, tok = filters.page(rows, r.limit, r.token)
        return [e.proto for _, e in cut], tok

    @staticmethod
    def _row(k: Key, e: Entity) -> Row:
        d = {"project": k[0], "domain": k[1], "name": k[2], "version": k[3], "created_at": e.created.ToJsonString()}
        if isinstance(e.proto, alp.LaunchPlan):
            d["state"] = e.proto.closure.state
        return d

    @rpc
    def ListTasks(self, r: Any, c: Any) -> Any:
        a, tok = self._list(self.p.tasks, r, "task", self._row)
        return atask.TaskList(tasks=a, token=tok)

    @rpc
    def ListWorkflows(self, r: Any, c: Any) -> Any:
        a, tok = self._list(self.p.workflows, r, "workflow", self._row)
        return awf.WorkflowList(workflows=a, token=tok)

    @rpc
    def ListLaunchPlans(self, r: Any, c: Any) -> Any:
        a, tok = self._list(self.p.launch_plans, r, "launch_plan", self._row)
        return alp.LaunchPlanList(launch_plans=a, token=tok)

    @rpc
    def ListActiveLaunchPlans(self, r: Any, c: Any) -> Any:
        with self.p.lock:
            rows = [
                e.proto
                for k, e in self.p.launch_plans.items()
                if k[:2] == (r.project, r.domain) and e.proto.closure.state == alp.ACTIVE
            ]
        cut, tok = filters.page(rows, r.limit or 100, r.token)
        return alp.LaunchPlanList(launch_plans=cut, token=tok)

    def _ids(self, table: dict[Key, Entity], r: Any) -> Any:
        with self.p.lock:
            names = sorted({k[:3] for k in table if k[0] == r.project and k[1] == r.domain})
        cut, tok = filters.page(names, r.limit or 100, r.token)
        return common_pb2.NamedEntityIdentifierList(
            entities=[common_pb2.NamedEntityIdentifier(project=a, domain=b, name=n) for a, b, n in cut], token=tok
        )

    @rpc
    def ListTaskIds(self, r: Any, c: Any) -> Any:
        return self._ids(self.p.tasks, r)

    @rpc
    def ListWorkflowIds(self, r: Any, c: Any) -> Any:
        return self._ids(self.p.workflows, r)

    @rpc
    def ListLaunchPlanIds(self, r: Any, c: Any) -> Any:
        return self._ids(self.p.launch_plans, r)

    def _table(self, rt: int) -> dict[Key, Entity]:
        t = {RT.TASK: self.p.tasks, RT.WORKFLOW: self.p.workflows, RT.LAUNCH_PLAN: self.p.launch_plans}
        if rt not in t:
            raise RpcError(INVALID, "invalid resource_type")
        return t[rt]

    def _named(self, rt: int, p: str, d: str, n: str) -> Any:
        e = common_pb2.NamedEntity(resource_type=rt)
        e.id.project, e.id.domain, e.id.name = p, d, n
        e.metadata.CopyFrom(self.p.named.get((rt, p, d, n), common_pb2.NamedEntityMetadata()))
        return e

    @rpc
    def ListNamedEntities(self, r: Any, c: Any) -> Any:
        flt = filters.parse(r.filters, "entities")
        with self.p.lock:
            names = sorted({k[:3] for k in self._table(r.resource_type) if k[0] == r.project and k[1] == r.domain})
        ents = [self._named(r.resource_type, *n) for n in names]
        ents = [
            e
            for e in ents
            if filters.matches(
                {
                    "name": e.id.name,
                    "project": e.id.project,
                    "domain": e.id.domain,
                    "state": e.metadata.state,
                    "description": e.metadata.description,
                },
                flt,
            )
        ]
        cut, tok = filters.page(ents, r.limit or 100, r.token)
        return common_pb2.NamedEntityList(entities=cut, token=tok)

    @rpc
    def GetNamedEntity(self, r: Any, c: Any) -> Any:
        return self._named(r.resource_type, r.id.project, r.id.domain, r.id.name)

    @rpc
    def UpdateNamedEntity(self, r: Any, c: Any) -> Any:
        self.p.named[(r.resource_type, r.id.project, r.id.domain, r.id.name)] = r.metadata
        return common_pb2.NamedEntityUpdateResponse()

    # executions
    @rpc
    def CreateExecution(self, r: Any, c: Any) -> Any:
        return aex.ExecutionCreateResponse(id=self.p.create_execution(r))

    def _again(self, r: Any, mode: int) -> Any:
        ex = self._ex(r.id)
        q = aex.ExecutionCreateRequest(project=r.id.project, domain=r.id.domain, name=r.name, inputs=ex.inputs)
        q.spec.CopyFrom(ex.proto.spec)
        q.spec.metadata.mode = mode
        q.spec.metadata.reference_execution.CopyFrom(r.id)
        return aex.ExecutionCreateResponse(id=self.p.create_execution(q))

    @rpc
    def RelaunchExecution(self, r: Any, c: Any) -> Any:
        return self._again(r, aex.ExecutionMetadata.RELAUNCH)

    @rpc
    def RecoverExecution(self, r: Any, c: Any) -> Any:
        return self._again(r, aex.ExecutionMetadata.RECOVERED)

    def _ex(self, ident: Any) -> Exec:
        ex = self.p.executions.get(xkey(ident))
        if ex is None:
            raise RpcError(
                grpc.StatusCode.NOT_FOUND,
                f'missing entity of type execution with identifier project:"{ident.project}" '
                f'domain:"{ident.domain}" name:"{ident.name}"',
            )
        return ex

    @rpc
    def GetExecution(self, r: Any, c: Any) -> Any:
        with self.p.lock:
            m = aex.Execution()
            m.CopyFrom(self._ex(r.id).proto)
            return m

    def _blob(self, uri: str, n: int) -> Any:
        return common_pb2.UrlBlob(url=self.p.store.signed(uri), bytes=n)

    @rpc
    def GetExecutionData(self, r: Any, c: Any) -> Any:
        ex = self._ex(r.id)
        out = aex.WorkflowExecutionGetDataResponse()
        n = ex.inputs.ByteSize()
        if n <= self.p.max_inline_bytes:
            out.full_inputs.CopyFrom(ex.inputs)
        out.inputs.CopyFrom(self._blob(self.p.meta(ex, "inputs"), n))
        if ex.outputs is not None:
            n = ex.outputs.ByteSize()
            if n <= self.p.max_inline_bytes:
                out.full_outputs.CopyFrom(ex.outputs)
            out.outputs.CopyFrom(self._blob(ex.proto.closure.outputs.uri, n))
        return out

    @rpc
    def ListExecutions(self, r: Any, c: Any) -> Any:
        if r.limit <= 0:
            raise RpcError(INVALID, "invalid value for limit")
        if r.sort_by.key and r.sort_by.key not in filters.ENTITY_COLUMNS["execution"]:
            raise RpcError(INVALID, f"invalid sort key '{r.sort_by.key}'")
        wanted = filters.parse(r.filters, "execution")
        with self.p.lock:
            rows = [
                ex for k, ex in self._candidates(r.id, wanted) if _asked(k, r.id) for _ in range(_matches(ex, wanted))
            ]
            rows.sort(key=lambda ex: ex.seq, reverse=r.sort_by.direction == common_pb2.Sort.DESCENDING)
            cut, token = filters.page(rows, r.limit, r.token)
            found = aex.ExecutionList(token=token)
            for ex in cut:
                listed = found.executions.add()
                listed.CopyFrom(ex.proto)
                if len(listed.closure.error.message) > 100:  # flyteadmin trims error messages in lists
                    listed.closure.error.message = listed.closure.error.message[:100]
        return found

    def _candidates(self, asked: Any, wanted: list[filters.Filter]) -> Iterable[tuple[tuple[str, str, str], Exec]]:
        """What a list may hold; by name, executions are found without looking at the others, as by an index."""
        for one in wanted:
            if (one.field, one.function) == ("execution_name", "value_in") and asked.project and asked.domain:
                keys = [(asked.project, asked.domain, name) for name in one.values]
                return [(key, self.p.executions[key]) for key in keys if key in self.p.executions]
        return self.p.executions.items()

    @rpc
    def TerminateExecution(self, r: Any, c: Any) -> Any:
        self.p.terminate(r.id, r.cause)
        return aex.ExecutionTerminateResponse()

    @rpc
    def UpdateExecution(self, r: Any, c: Any) -> Any:
        ex = self._ex(r.id)
        with self.p.lock:
            ex.proto.closure.state_change_details.state = r.state
        return aex.ExecutionUpdateResponse()

    def _nrec(self, i: Any) -> tuple[Exec, NodeRec]:
        ex = self._ex(i.execution_id)
        if i.node_id not in ex.nodes:
            raise RpcError(grpc.StatusCode.NOT_FOUND, f"missing node execution {i.node_id}")
        return ex, ex.nodes[i.node_id]

    @rpc
    def GetNodeExecution(self, r: Any, c: Any) -> Any:
        return self._nrec(r.id)[1].proto

    @rpc
    def ListNodeExecutions(self, r: Any, c: Any) -> Any:
        ex = self._ex(r.workflow_execution_id)
        with self.p.lock:
            rows = [n.proto for n in ex.nodes.values() if n.parent == r.unique_parent_id]
        cut, tok = filters.page(rows, r.limit or 100, r.token)
        return anx.NodeExecutionList(node_executions=cut, token=tok)

    @rpc
    def GetNodeExecutionData(self, r: Any, c: Any) -> Any:
        _, n = self._nrec(r.id)
        out = anx.NodeExecutionGetDataResponse(full_inputs=n.inputs)
        if n.outputs is not None:
            out.full_outputs.CopyFrom(n.outputs)
        return out

    @rpc
    def ListTaskExecutions(self, r: Any, c: Any) -> Any:
        _, n = self._nrec(r.node_execution_id)
        cut, tok = filters.page(list(n.tasks), r.limit or 100, r.token)
        return atx.TaskExecutionList(task_executions=cut, token=tok)

    def _trec(self, i: Any) -> tuple[NodeRec, Any]:
        _, n = self._nrec(i.node_execution_id)
        for t in n.tasks:
            if t.id.retry_attempt == i.retry_attempt:
                return n, t
        raise RpcError(grpc.StatusCode.NOT_FOUND, "missing task execution")

    @rpc
    def GetTaskExecution(self, r: Any, c: Any) -> Any:
        return self._trec(r.id)[1]

    @rpc
    def GetTaskExecutionData(self, r: Any, c: Any) -> Any:
        n, _t = self._trec(r.id)
        out = atx.TaskExecutionGetDataResponse(full_inputs=n.inputs)
        if n.outputs is not None:
            out.full_outputs.CopyFrom(n.outputs)
        return out

    # platform
    @rpc
    def ListProjects(self, r: Any, c: Any) -> Any:
        doms = [project_pb2.Domain(id=d, name=d) for d in self.p.domains]
        flt = filters.parse(r.filters, "project")
        rows = [
            project_pb2.Project(id=p, name=p, domains=doms, state=project_pb2.Project.ACTIVE)
            for p in self.p.projects
            if filters.matches({"identifier": p, "name": p, "state": 0}, flt)
        ]
        return project_pb2.Projects(projects=rows)

    @rpc
    def GetProject(self, r: Any, c: Any) -> Any:
        if r.id not in self.p.projects:
            raise RpcError(grpc.StatusCode.NOT_FOUND, f"project [{r.id}] not found")
        return project_pb2.Project(
            id=r.id, name=r.id, domains=[project_pb2.Domain(id=d, name=d) for d in self.p.domains]
        )

    @rpc
    def RegisterProject(self, r: Any, c: Any) -> Any:
        if r.project.id in self.p.projects:
            raise RpcError(grpc.StatusCode.ALREADY_EXISTS, "project already exists")
        self.p.projects.append(r.project.id)
        return project_pb2.ProjectRegisterResponse()

    @rpc
    def UpdateProject(self, r: Any, c: Any) -> Any:
        return project_pb2.ProjectUpdateResponse()

    @rpc
    def GetDomains(self, r: Any, c: Any) -> Any:
        return project_pb2.GetDomainsResponse(domains=[project_pb2.Domain(id=d, name=d) for d in self.p.domains])

    @rpc
    def GetVersion(self, r: Any, c: Any) -> Any:
        v = version_pb2.GetVersionResponse()
        v.control_plane_version.Build, v.control_plane_version.Version = "loopback", "v1.16.8-loopback"
        return v

    @rpc
    def GetDescriptionEntity(self, r: Any, c: Any) -> Any:
        raise RpcError(grpc.StatusCode.NOT_FOUND, "no description entity")

    @rpc
    def ListDescriptionEntities(self, r: Any, c: Any) -> Any:
        return description_entity_pb2.DescriptionEntityList()


def _asked(found: tuple[str, str, str], asked: Any) -> bool:
    return all(not want or have == want for have, want in zip(found, xkey(asked), strict=True))


class _ExecutionRow(dict[str, Any]):
    """The columns of an execution, each made when a filter asks for it."""

    def __init__(self, ex: Exec) -> None:
        super().__init__()
        self._ex = ex

    def get(self, column: str, default: Any = None) -> Any:
        return _EXECUTION_COLUMNS[column](self._ex) if column in _EXECUTION_COLUMNS else default


_EXECUTION_COLUMNS: dict[str, Callable[[Exec], Any]] = {
    "execution_project": lambda ex: ex.proto.id.project,
    "execution_domain": lambda ex: ex.proto.id.domain,
    "execution_name": lambda ex: ex.proto.id.name,
    "phase": lambda ex: WX.Phase.Name(ex.proto.closure.phase),
    "mode": lambda ex: ex.proto.spec.metadata.mode,
    "user": lambda ex: ex.proto.spec.metadata.principal,
    "launch_entity": lambda ex: _resource_name(ex.proto.spec.launch_plan.resource_type),
    "state": lambda ex: ex.proto.closure.state_change_details.state,
    "created_at": lambda ex: ex.proto.closure.created_at.ToJsonString(),
    "execution_created_at": lambda ex: ex.proto.closure.created_at.ToJsonString(),
    "updated_at": lambda ex: ex.proto.closure.updated_at.ToJsonString(),
    "execution_updated_at": lambda ex: ex.proto.closure.updated_at.ToJsonString(),
    "started_at": lambda ex: ex.proto.closure.started_at.ToJsonString(),
    "cluster": lambda ex: ex.proto.spec.metadata.system_metadata.execution_cluster,
    "error_code": lambda ex: ex.proto.closure.error.code,
    "error_kind": lambda ex: execution_pb2.ExecutionError.ErrorKind.Name(ex.proto.closure.error.kind),
}


def _id_row(identifier: Any) -> Row:
    return {name: getattr(identifier, name) for name in ("project", "domain", "name", "version")}


def _matches(ex: Exec, wanted: list[filters.Filter]) -> int:
    """How often an execution is listed: once for each of its tags that satisfies the filters of tags."""
    launched = ex.proto.spec.launch_plan
    kind = "task" if launched.resource_type == RT.TASK else "launch_plan"
    rows: dict[str, Callable[[], Row]] = {
        "execution": lambda: _ExecutionRow(ex),
        kind: lambda: _id_row(launched),
        "workflow": lambda: _id_row(ex.proto.closure.workflow_id),
    }
    tags = []
    for one in wanted:
        if one.entity in ("execution_tag", "admin_tag"):
            tags.append(one._replace(field="key") if one.entity == "admin_tag" else one)
        elif one.entity not in rows or not filters.matches(rows[one.entity](), [one]):
            return 0
    return sum(filters.matches({"key": key, "value": value}, tags) for key, value in ex.tags) if tags else 1


def _resource_name(rt: int) -> str:
    return identifier_pb2.ResourceType.Name(rt).lower()
