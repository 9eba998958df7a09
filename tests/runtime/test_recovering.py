"""What earlier executions left behind: which of their children counts for an invocation."""

import asyncio
from typing import Any

import grpc
import pytest
from eagerc_runtime.distributed.launching import Place
from eagerc_runtime.distributed.naming import Identity, Names, Parent
from eagerc_runtime.distributed.recovering import Past, Predecessors
from eagerc_runtime.distributed.transport import RefusedError
from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution
from flytekit.exceptions.eager import EagerException

PLACE = Place("p", "d")


def identity(execution: str) -> Identity:
    found: Identity = Names(Parent("p", "d", execution, "/n0/data")).identity("s", "m.f", literals_pb2.LiteralMap())
    return found


class Cluster:
    """A control plane that knows the phases of some executions."""

    def __init__(self, phases: dict[str, Any]) -> None:
        self.admin = self
        self.GetExecution = None
        self._phases = phases

    async def call_again(self, _method: Any, request: Any, known: frozenset[grpc.StatusCode]) -> Any:
        assert known == {grpc.StatusCode.NOT_FOUND}
        phase = self._phases.get(request.id.name)
        if isinstance(phase, Exception):
            raise phase
        if phase is None:
            return grpc.StatusCode.NOT_FOUND, True
        return execution_pb2.Execution(closure={"phase": phase}), True


def past(phases: dict[str, Any], *executions: str) -> Past:
    cluster: Any = Cluster(phases)
    predecessors = Predecessors(cluster, Parent("p", "d", "new"), executions)
    found: Past = asyncio.run(predecessors.past(identity("new"), PLACE))
    return found


OLD, OLDER = identity("old"), identity("older")
FAILED, SUCCEEDED = WorkflowExecution.FAILED, WorkflowExecution.SUCCEEDED


def test_without_predecessors_nobody_is_asked() -> None:
    assert past({OLD.name(0): SUCCEEDED}) == Past(None, ())


@pytest.mark.parametrize(
    ("phases", "succeeded", "failed"),
    [
        ({}, None, []),
        ({OLD.name(0): SUCCEEDED}, OLD.name(0), []),
        ({OLD.name(0): FAILED}, None, [OLD.name(0)]),
        ({OLD.name(0): WorkflowExecution.ABORTED, OLD.name(1): SUCCEEDED}, OLD.name(1), []),
        ({OLDER.name(0): SUCCEEDED}, OLDER.name(0), []),
        ({OLD.name(0): FAILED, OLDER.name(0): SUCCEEDED}, OLDER.name(0), []),
        ({OLD.name(0): FAILED, OLDER.name(0): FAILED}, None, [OLD.name(0), OLDER.name(0)]),
    ],
)
def test_the_child_that_succeeded_counts(phases: dict[str, Any], succeeded: str | None, failed: list[str]) -> None:
    found = past(phases, "old", "older")
    assert (found.succeeded and found.succeeded.name) == succeeded
    assert found.environment == ({"EAGERC_RECOVERS": ",".join(failed)} if failed else {})


def test_what_cannot_be_known_fails_the_call() -> None:
    refused = RefusedError(grpc.StatusCode.PERMISSION_DENIED, "no")
    with pytest.raises(EagerException, match="is not known: PERMISSION_DENIED: no"):
        past({OLD.name(0): refused}, "old")
