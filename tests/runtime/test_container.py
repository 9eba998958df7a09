"""The engine on a cluster, in this process: the children are executions of a loopback Flyte that makes them up."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eagerc_runtime import EagerException, eager, invoke, invoke_blocking
from flytekit import LaunchPlan, reference_task, task, workflow
from flytekit.configuration import ImageConfig, SerializationSettings
from flytekit.core.context_manager import ExecutionState, FlyteContextManager, flyte_context_Var
from flytekit.models.core.identifier import Identifier, ResourceType, WorkflowExecutionIdentifier

from tests.flyte.loopback.client import Server

PROJECT, DOMAIN = "flytesnacks", "development"
Run = Callable[..., Any]


@task
def same(a: int) -> int:
    return a


@task
def late(a: int) -> int:
    return a


@workflow
def around(a: int) -> int:
    return same(a=a)


plan = LaunchPlan.get_or_create(around, "test_container.plan", default_inputs={"a": 7})


@reference_task(project=PROJECT, domain=DOMAIN, name="nowhere", version="v")
def nowhere(a: int) -> int:
    return a


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    rules = [{"task": "*.late", "runner": "synthetic", "duration": 60}]
    with Server(ttl=300, runner="synthetic", rules=rules) as server:
        yield server


@pytest.fixture
def run(server: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Run]:
    """Execute an eager function as its container does."""
    for name, value in server.client_env().items():
        monkeypatch.setenv(name, value)
    context = FlyteContextManager.current_context()
    parameters = context.user_space_params.builder()
    execution = "".join(letter for letter in request.node.name.replace("_", "-") if letter.isalnum() or letter == "-")
    parameters.execution_id = WorkflowExecutionIdentifier(PROJECT, DOMAIN, execution[:50])
    parameters.task_id = Identifier(ResourceType.TASK, PROJECT, DOMAIN, "test", "v1")
    parameters.output_metadata_prefix = "/somewhere/n0/data/0"
    settings = SerializationSettings(ImageConfig.auto_default_image(), PROJECT, DOMAIN, "v1")
    state = context.new_execution_state().with_params(
        mode=ExecutionState.Mode.TASK_EXECUTION, user_space_params=parameters.build()
    )
    inner = context.with_execution_state(state).with_serialization_settings(settings).build()
    token = flyte_context_Var.set([inner])
    yield lambda function, **inputs: function.execute(**inputs)
    flyte_context_Var.reset(token)


def ended(server: Server, entity: str) -> list[str]:
    return [one["phase"] for one in server.control("executions") if one["entity"].endswith(entity)]


def test_entities_are_registered_where_they_are_missing_and_launched(run: Run) -> None:
    @eager
    async def body(a: int) -> list[int]:
        first = await asyncio.gather(*(invoke(f"s{i}", same, i) for i in range(30)))
        return [sum(first), await invoke("w", around, a), await invoke("p", plan), invoke_blocking("b", same, 4)]

    assert run(body, a=5) == [sum(range(30)), 5, 7, 4]


def test_flytekits_own_calls_go_the_same_way(run: Run) -> None:
    @eager
    async def body() -> Any:
        return same(a=3)

    assert run(body) == 3


def test_an_unknown_reference_fails_its_call(run: Run) -> None:
    @eager
    async def body() -> str:
        try:
            await invoke("s", nowhere, a=1)
        except EagerException as error:
            return str(error)
        return ""

    assert "could not be launched: NOT_FOUND" in run(body)


def test_big_values_are_converted_beside_the_loop(run: Run) -> None:
    @task
    def echo(xs: list[int]) -> list[int]:
        return xs

    numbers = list(range(5000))

    @eager
    async def body() -> Any:
        return await invoke("s", echo, xs=numbers)

    assert run(body) == numbers


def test_what_is_cancelled_or_forgotten_is_stopped(run: Run, server: Server) -> None:
    @eager
    async def body() -> str:
        forgotten = asyncio.ensure_future(invoke("f", late, a=1))
        try:
            await asyncio.wait_for(invoke("s", late, a=2), 0.5)
        except TimeoutError:
            return f"late {forgotten.done()}"
        return ""

    assert run(body) == "late False"
    assert set(ended(server, ".late")) <= {"ABORTED", "ABORTING"}


def test_a_classic_time_limit_is_for_each_child(run: Run) -> None:
    @eager(poll_interval=0.2, timeout=0.5)
    async def body() -> str:
        try:
            await invoke("s", late, a=3)
        except TimeoutError as error:
            return f"{isinstance(error, EagerException)} {error}"
        return ""

    assert run(body).endswith("late took longer than 0.5 s")


def test_a_later_attempt_finds_what_ran_and_sweeps_what_it_does_not_ask_for(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    @eager
    async def body(a: int) -> int:
        return await invoke("again", same, a=a)

    before = len(ended(server, ".same"))
    assert run(body, a=100) == 100
    monkeypatch.setenv("FLYTE_ATTEMPT_NUMBER", "1")
    assert run(body, a=100) == 100
    assert len(ended(server, ".same")) == before + 1
    created = [one["create_requests"] for one in server.control("executions") if one["entity"].endswith(".same")]
    assert created[-1] == 2


@pytest.mark.parametrize("code", ["UNAVAILABLE", "INTERNAL"])
def test_transient_errors_pass(run: Run, server: Server, code: str) -> None:
    @eager
    async def body() -> int:
        return await invoke("s", same, a=1)

    for method in ("CreateExecution", "ListExecutions", "GetExecutionData"):
        server.control("faults", {"method": method, "code": code, "times": 2, "after": True})
    assert run(body) == 1
    server.control("faults", {})


def test_a_lasting_error_ends_the_call(run: Run, server: Server) -> None:
    @eager
    async def body() -> str:
        try:
            await invoke("s", same, a=1)
        except EagerException as error:
            return str(error)
        return ""

    server.control("faults", {"method": "ListExecutions", "code": "PERMISSION_DENIED", "times": -1})
    assert "is not known: PERMISSION_DENIED" in run(body)
    server.control("faults", {})
