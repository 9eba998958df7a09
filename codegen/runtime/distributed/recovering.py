"""What earlier executions of an eager function left behind for the one that recovers them."""

import itertools
import os
from typing import Any, NamedTuple

import grpc
from flyteidl.admin import execution_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution
from flytekit.exceptions.eager import EagerException

from .launching import Place
from .naming import Identity, Parent, heir, prefix
from .polling import Child
from .stopping import identifier
from .transport import RefusedError, Transport

# In the environment of an execution: the executions whose results it takes over, the latest first.
VARIABLE = "EAGERC_RECOVERS"


class Past(NamedTuple):
    """The execution that succeeded in the place of an invocation, or else the names of those that did not."""

    succeeded: Child | None
    failed: tuple[str, ...]

    @property
    def environment(self) -> dict[str, str]:
        """What a new execution needs to take over the results of those that failed."""
        return {VARIABLE: ",".join(self.failed)} if self.failed else {}


def recovered() -> tuple[str, ...]:
    """The executions whose results the one of this process takes over."""
    return tuple(filter(None, os.environ.get(VARIABLE, "").split(",")))


class Predecessors:
    """Earlier parents, whose children have the same names but for the prefix."""

    def __init__(self, transport: Transport, parent: Parent, executions: tuple[str, ...]) -> None:
        self._transport = transport
        self._prefixes = [prefix(parent.project, parent.domain, execution) for execution in executions]

    async def past(self, identity: Identity, place: Place) -> Past:
        """What became of an invocation under them."""
        failed = []
        for prefix_ in self._prefixes:
            for run in itertools.count():
                child = Child(place, heir(identity.name(run), prefix_))
                phase = await self._phase(child)
                if phase is None:
                    break
                if phase == WorkflowExecution.SUCCEEDED:
                    return Past(child, ())
                failed.append(child.name)
        return Past(None, tuple(failed))

    async def _phase(self, child: Child) -> Any:
        request = execution_pb2.WorkflowExecutionGetRequest(id=identifier(child))
        missing = grpc.StatusCode.NOT_FOUND
        try:
            get = self._transport.admin.GetExecution
            answer, _ = await self._transport.call_again(get, request, known=frozenset({missing}))
        except RefusedError as error:
            raise EagerException(f"whether {child.name} succeeded is not known: {error}") from error
        return None if answer is missing else answer.closure.phase
