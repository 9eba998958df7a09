"""Ends executions on behalf of the eager function that started them."""

import asyncio

import grpc
from flyteidl.admin import common_pb2, execution_pb2
from flyteidl.core import identifier_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution

from ..logs import LOG
from .launching import Place
from .naming import Parent, is_below, prefix
from .outcomes import STOPPED
from .polling import Child
from .transport import RefusedError, Transport

_PAGE = 500
# What may run, and what may have left something that runs.
_SUSPECT = "UNDEFINED;QUEUED;RUNNING;SUCCEEDING;FAILING;FAILED;ABORTED;ABORTING;TIMED_OUT"
_ENDED = frozenset({WorkflowExecution.FAILED, WorkflowExecution.ABORTED, WorkflowExecution.TIMED_OUT})


def identifier(child: Child) -> identifier_pb2.WorkflowExecutionIdentifier:
    """An execution as Flyte names it."""
    place = child.place
    return identifier_pb2.WorkflowExecutionIdentifier(project=place.project, domain=place.domain, name=child.name)


async def stop(transport: Transport, child: Child, cause: str) -> None:
    """End an execution, if it has not ended yet."""
    request = execution_pb2.ExecutionTerminateRequest(id=identifier(child), cause=cause)
    ended = frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION})
    try:
        await transport.call_again(transport.admin.TerminateExecution, request, known=ended)
    except RefusedError as error:
        LOG.warning("could not be stopped: %s", error, extra={"execution": child.name})


async def sweep(transport: Transport, parent: Parent) -> None:
    """End the children of a parent that can no longer do it, and theirs."""
    pattern = prefix(parent.project, parent.domain, parent.execution)
    request = common_pb2.ResourceListRequest(
        id=common_pb2.NamedEntityIdentifier(project=parent.project, domain=parent.domain),
        limit=_PAGE,
        filters=f"contains(execution_name,{pattern}-)+value_in(phase,{_SUSPECT})",
    )
    found: list[execution_pb2.Execution] = []
    while True:
        try:
            answer = await transport.call(transport.admin.ListExecutions, request)
        except RefusedError as error:
            LOG.warning("the children of %s could not be listed: %s", parent.execution, error)
            return
        found += (one for one in answer.executions if is_below(parent, one.id.name))
        if not answer.token:
            break
        request.token = answer.token
    place = Place(parent.project, parent.domain)
    running = [one.id.name for one in found if one.closure.phase not in _ENDED]
    await asyncio.gather(*(stop(transport, Child(place, name), f"{STOPPED} {parent.execution}") for name in running))
    await asyncio.gather(*(sweep(transport, Parent(*place, one.id.name)) for one in found))
