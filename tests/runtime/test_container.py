"""The engine on a cluster, in this process: the children are executions of a loopback Flyte that makes them up."""

import asyncio
import contextlib
import gc
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eagerc_runtime import EagerException, eager, events, invoke, invoke_blocking, invoke_overridable
from eagerc_runtime.distributed import invocations, polling
from eagerc_runtime.distributed.naming import Names, Parent
from flyteidl.core.literals_pb2 import LiteralMap
from flytekit import LaunchPlan, map_task, reference_task, task, workflow
from flytekit.configuration import Config, ImageConfig, SerializationSettings
from flytekit.core.context_manager import ExecutionState, FlyteContextManager, flyte_context_Var
from flytekit.models.core.identifier import Identifier, ResourceType, WorkflowExecutionIdentifier
from flytekit.remote import FlyteRemote

from tests.flyte.loopback.client import Server

PROJECT, DOMAIN = "flytesnacks", "development"
RULES = [{"task": "*.late*", "runner": "synthetic", "duration": 60}]
Run = Callable[..., Any]


@task
def same(a: int) -> int:
    return a


@task
def maybe(a: int | None = None) -> int | None:
    return a


@task
def late(a: int) -> int:
    return a


@task
def later(a: int) -> int:
    return a


@task
def sick(a: int) -> int:
    return a


@task
def ill(a: int) -> int:
    return a


@workflow
def around(a: int) -> int:
    return same(a=a)


plan = LaunchPlan.get_or_create(around, "test_container.plan", default_inputs={"a": 7})
strict_plan = LaunchPlan.get_or_create(around, "test_container.strict_plan")


@reference_task(project=PROJECT, domain=DOMAIN, name="nowhere", version="v")
def nowhere(a: int) -> int:
    return a


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(ttl=300, runner="synthetic", rules=RULES) as server:
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


def test_inputs_that_are_not_given_have_their_defaults(run: Run, server: Server) -> None:
    @eager
    async def body() -> Any:
        return await asyncio.gather(invoke("s", maybe), invoke("s", maybe, a=None), invoke("s", maybe, 0))

    server.control("reset", {"executions": True})
    assert run(body) == [None, None, 0]
    assert sum(one["entity"].endswith(".maybe") for one in server.control("executions")) == 3


@pytest.mark.parametrize("entity", [same, around, map_task(same), strict_plan])
def test_inputs_that_are_missing_are_an_error_of_the_same_kind_as_without_a_cluster(run: Run, entity: Any) -> None:
    @eager
    async def body() -> str:
        with pytest.raises(TypeError) as caught:
            await invoke("s", entity)
        assert isinstance(caught.value, EagerException)
        return str(caught.value)

    assert run(body) == f"{entity.name} is called without 'a'"


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


def test_a_later_attempt_finds_what_ran(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_later_attempt_sweeps_what_it_does_not_ask_for_and_nothing_of_another_node(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    @eager
    async def body() -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(invoke("s", late, a=1), 0.5)

    run(body)  # which registers it too
    context = FlyteContextManager.current_context()
    execution = context.user_space_params.execution_id.name
    remote = FlyteRemote(Config.for_endpoint(server.endpoint, insecure=True), PROJECT, DOMAIN)
    left = remote.fetch_task(name=late.name, version="v1")

    def leave(node: str) -> str:
        name = Names(Parent(PROJECT, DOMAIN, execution, node)).identity("left", late.name, LiteralMap()).name(0)
        remote.execute(left, inputs={"a": 1}, execution_name=name)
        return name

    own, others = leave("/somewhere/n0/data"), leave("/somewhere/n1/data")
    monkeypatch.setenv("FLYTE_ATTEMPT_NUMBER", "1")
    run(body)
    phases = {one["name"]: one["phase"] for one in server.control("executions")}
    assert (phases[own], phases[others]) == ("ABORTED", "RUNNING")


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


def test_options_of_one_call_reach_the_execution(run: Run, server: Server) -> None:
    options = {"labels": {"team": "blue"}, "interruptible": True, "overwrite_cache": True, "service_account": "robot"}

    @eager
    async def body() -> list[int]:
        one = await invoke_overridable("s", same, a=900).with_overrides(**options)
        return [one, await invoke_overridable("p", plan, a=901).with_overrides(labels={"who": "me"})]

    assert run(body) == [900, 901]
    task_run, plan_run = server.control("executions")[-2:]
    assert task_run["labels"].items() >= {"team": "blue"}.items()
    assert "eager-exec" in task_run["labels"]
    assert (task_run["interruptible"], task_run["overwrite_cache"]) == (True, True)
    assert task_run["service_account"] == "robot"
    assert plan_run["labels"] == {"who": "me"}


def test_a_failed_child_runs_again_under_a_name_of_its_own(run: Run, server: Server) -> None:
    fail = {"message": "odd", "code": "Strange", "times": 2}
    server.control("rules", {"rules": [{"task": "*.sick", "runner": "synthetic", "fail": fail}, *RULES]})

    @eager
    async def body() -> int:
        return await invoke_overridable("s", sick, a=5).with_overrides(retries=2)

    assert run(body) == 5
    assert ended(server, ".sick") == ["FAILED", "FAILED", "SUCCEEDED"]


def test_a_later_attempt_does_not_get_the_retries_again(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.control("rules", {"rules": [{"task": "*.ill", "runner": "synthetic", "fail": {"message": "odd"}}, *RULES]})

    @eager
    async def body() -> str:
        try:
            return str(await invoke_overridable("s", ill, a=5).with_overrides(retries=2))
        except EagerException as error:
            return str(error)

    assert "odd" in run(body)
    monkeypatch.setenv("FLYTE_ATTEMPT_NUMBER", "1")
    assert "odd" in run(body)
    assert ended(server, ".ill") == ["FAILED"] * 3


def test_a_time_limit_of_one_call_is_for_each_run(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    @eager
    async def body() -> str:
        try:
            await invoke_overridable("s", later, a=5).with_overrides(timeout=0.3, retries=1)
        except TimeoutError as error:
            return f"{isinstance(error, EagerException)} {error}"
        return ""

    assert run(body).endswith("later took longer than 0.3 s")
    monkeypatch.setenv("FLYTE_ATTEMPT_NUMBER", "1")
    assert "took longer than 0.3 s" in run(body)
    assert set(ended(server, ".later")) <= {"ABORTED", "ABORTING"}
    assert len(ended(server, ".later")) == 2


def test_the_watch_does_not_fail_silently(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(polling.Watch, "_ask", broken)

    @eager
    async def body() -> list[str]:
        found = await asyncio.gather(*(invoke("s", late, a=a) for a in range(2)), return_exceptions=True)
        found += await asyncio.gather(invoke("s", late, a=3), return_exceptions=True)
        return [f"{type(error).__name__} {error}" for error in found]

    told = run(body)
    assert len(told) == 3
    assert all("EagerException the state of" in each and "ZeroDivisionError: a bug" in each for each in told)


def test_nothing_is_left_on_the_loop(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    @eager
    async def body() -> int:
        forgotten = asyncio.ensure_future(invoke("s", late, a=77))
        await asyncio.sleep(0.2)
        return await invoke("s", same, a=int(forgotten.done()))

    with caplog.at_level("ERROR", "asyncio"):
        assert run(body) == 0
        gc.collect()
    assert [record.getMessage() for record in caplog.records] == []


def test_a_short_grace_ends_the_parent_soon(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EAGERC_GRACE_SECONDS", "0.2")
    server.control("faults", {"method": "TerminateExecution", "code": "UNAVAILABLE", "times": -1})

    @eager
    async def body() -> float:
        forgotten = asyncio.ensure_future(invoke("s", late, a=78))
        await asyncio.sleep(0.3)
        return time.monotonic() + forgotten.done()

    ended_at = run(body)
    server.control("faults", {})
    assert time.monotonic() - ended_at < 8


def test_launches_are_as_many_at_a_time_as_the_environment_says(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAGERC_CONCURRENT_LAUNCHES", "3")
    server.control("latency", {"ms": 0, "by_method": {"CreateExecution": 60}})

    @eager
    async def body() -> int:
        return sum(await asyncio.gather(*(invoke("many", same, a=a) for a in range(12))))

    began = time.time()
    assert run(body) == 66
    server.control("latency", {"ms": 0, "by_method": {"CreateExecution": 0}})
    calls = [rpc for rpc in server.control("rpcs", since=began) if rpc["m"] == "CreateExecution"]
    together = [sum(rpc["t"] <= one["t"] < rpc["t"] + rpc["ms"] / 1000 for rpc in calls) for one in calls]
    assert max(together) == 3


@pytest.mark.parametrize("variable", ["EAGERC_GRACE_SECONDS", "EAGERC_CONCURRENT_LAUNCHES", "EAGERC_LOG"])
def test_a_wrong_setting_is_told_before_anything_runs(run: Run, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "lots")

    @eager
    async def body() -> int:
        raise AssertionError("it ran")

    with pytest.raises(ValueError, match=f"{variable}='lots'"):
        run(body)


def test_the_trace_names_the_executions(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EAGERC_TRACE", str(tmp_path / "trace.jsonl"))
    events.observers.cache_clear()

    @eager
    async def body() -> int:
        return await invoke("traced", same, a=4242)

    assert run(body) == 4242
    events.observers.cache_clear()
    start, end = [json.loads(line) for line in (tmp_path / "trace.jsonl").read_text().splitlines()]
    assert (start["event"], end["event"]) == ("start", "end")
    execution = end.pop("execution")
    assert execution in {one["name"] for one in server.control("executions")}
    assert start.keys() == end.keys() == {"event", "id", "site", "entity", "parent", "run", "time"}


def test_a_trace_that_cannot_be_written_costs_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("EAGERC_TRACE", str(tmp_path / "missing" / "trace.jsonl"))
    events.observers.cache_clear()

    @eager
    async def body() -> int:
        return await invoke("untraced", same, a=3)

    assert run(body) == 3
    events.observers.cache_clear()
    assert "the trace ends here" in caplog.text


def test_records_tell_site_entity_and_execution(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    @eager
    async def body() -> int:
        return await invoke("logged", same, a=3)

    with caplog.at_level("INFO", "eagerc"):
        assert run(body) == 3
    told = [vars(record) | {"says": record.getMessage()} for record in caplog.records if record.name == "eagerc"]
    assert [(one["says"], one["site"]) for one in told] == [("launched", "logged"), ("succeeded", "logged")]
    assert {one["entity"].rpartition(".")[2] for one in told} == {"same"}


def test_a_deck_that_fails_costs_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def page(_: Any) -> str:
        raise OSError("no room")

    monkeypatch.setattr(invocations.Invocations, "page", page)

    @eager
    async def body() -> int:
        return 1

    assert run(body) == 1


def test_the_line_that_invoked_is_told_of_calls_that_run_together(run: Run) -> None:
    @eager
    async def body() -> list[str]:
        calls = [
            invoke("s", nowhere, a=1),
        ]
        (error,) = await asyncio.gather(*calls, return_exceptions=True)
        return list(error.__notes__)

    (note,) = run(body)
    assert note.startswith(f"invoked at {__file__}:")
    assert note.endswith('invoke("s", nowhere, a=1),')
