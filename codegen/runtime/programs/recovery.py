"""The run that a new one recovers: what to tell the new one of it."""

from typing import Any, NamedTuple

from flytekit.exceptions.user import FlyteEntityNotExistException
from flytekit.models.core.execution import WorkflowExecutionPhase
from flytekit.models.core.identifier import ResourceType, WorkflowExecutionIdentifier
from flytekit.models.literals import Literal
from flytekit.remote import FlyteRemote

from ..distributed.recovering import VARIABLE
from .choices import Choices
from .endings import WRONG_USAGE, EndError

_FAILED = (WorkflowExecutionPhase.FAILED, WorkflowExecutionPhase.ABORTED, WorkflowExecutionPhase.TIMED_OUT)


class Recovery(NamedTuple):
    """What a new run takes from an earlier one, and whether that was one of the bare task."""

    environment: dict[str, str]
    inputs: dict[str, Literal]
    as_task: bool


def nothing() -> Recovery:
    """What a run that recovers no other takes over."""
    return Recovery({}, {}, as_task=False)


def recovery(remote: FlyteRemote, chosen: Choices, entity: Any) -> Recovery:
    """What there is to take over from the run that was chosen; raises `EndError` where it is no run to recover."""
    name = str(chosen.recover)
    identifier = WorkflowExecutionIdentifier(chosen.project, chosen.domain, name)
    try:
        run = remote.client.get_execution(identifier)
    except FlyteEntityNotExistException:
        raise _useless(f"there is no execution {name} in {chosen.project}, {chosen.domain}") from None
    if run.spec.launch_plan.name != entity.name:
        raise _useless(f"{name} is an execution of {run.spec.launch_plan.name}, not of {entity.name}")
    if run.closure.phase not in _FAILED:
        state = WorkflowExecutionPhase.enum_to_string(run.closure.phase).lower()
        raise _useless(f"{name} is {state}; only what failed or was ended can be recovered")
    earlier = (run.spec.envs.envs if run.spec.envs else {}).get(VARIABLE)
    chain = ",".join(filter(None, [name, earlier]))
    inputs = remote.client.get_execution_data(identifier).full_inputs.literals
    # The place of the eager task in its execution is part of its children's names, and in a workflow it is another.
    return Recovery({VARIABLE: chain}, inputs, as_task=run.spec.launch_plan.resource_type == ResourceType.TASK)


def _useless(message: str) -> EndError:
    return EndError(WRONG_USAGE, f"--recover: {message}")
