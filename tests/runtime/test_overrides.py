"""Options of one call: what is taken, what is refused, and what they do without a cluster."""

import asyncio
import datetime
import inspect
import time
from typing import Any

import pytest
from eagerc_runtime import EagerException, eager, invoke, invoke_overridable
from eagerc_runtime.overrides import NONE, apply, overridden
from flyteidl.admin.execution_pb2 import ExecutionSpec
from flytekit import Resources, task, workflow

runs: list[int] = []


@task
def fails_twice(x: int) -> int:
    runs.append(x)
    if len(runs) < 3:
        raise ValueError(f"run {len(runs)}")
    return x


@task
async def sleeps(seconds: float) -> float:
    runs.append(1)
    await asyncio.sleep(seconds)
    return seconds


@task
def impatient() -> int:
    if not runs:
        raise TimeoutError("its own")
    return 1


@workflow
def flow(x: int) -> int:
    return fails_twice(x=x).with_overrides(retries=2)


@pytest.fixture(autouse=True)
def no_runs() -> None:
    runs.clear()


def outcome(call: Any, **options: Any) -> Any:
    @eager
    async def body() -> Any:
        try:
            return await call().with_overrides(**options)
        except Exception as error:  # noqa: BLE001 - it is what the test is about
            return error

    return asyncio.run(_inside(body))


async def _inside(body: Any) -> Any:
    return await body()


@pytest.mark.parametrize(("retries", "expected"), [(1, ValueError), (2, 5), (7, 5)])
def test_a_failed_entity_runs_again_as_often_as_it_may(retries: int, expected: Any) -> None:
    found = outcome(lambda: invoke_overridable("s", fails_twice, x=5), retries=retries)
    assert found == expected or isinstance(found, expected)
    assert runs == [5] * min(retries + 1, 3)


def test_an_entity_that_is_too_slow_is_cancelled_and_runs_again() -> None:
    began = time.monotonic()
    timeout = datetime.timedelta(seconds=0.2)
    error = outcome(lambda: invoke_overridable("s", sleeps, seconds=60.0), timeout=timeout, retries=1)
    assert isinstance(error, TimeoutError | EagerException)
    assert isinstance(error, asyncio.TimeoutError)
    assert str(error).endswith("sleeps took longer than 0.2 s")
    assert runs == [1, 1]
    assert time.monotonic() - began < 30


def test_a_timeout_of_the_entity_itself_is_its_own() -> None:
    error = outcome(lambda: invoke_overridable("s", impatient), timeout=60)
    assert isinstance(error, TimeoutError)
    assert str(error) == "its own"


def test_what_concerns_a_cluster_only_is_taken_without_one() -> None:
    options = {"labels": {"team": "blue"}, "interruptible": True, "overwrite_cache": True, "service_account": "robot"}
    assert outcome(lambda: invoke_overridable("s", sleeps, seconds=0.0), **options) == 0.0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"requests": Resources(cpu="1")}, "the site: with_overrides takes no requests: one execution can be given"),
        ({"retrys": 2}, "the site: with_overrides takes no retrys"),
        ({"retries": -1}, "the site: with_overrides: retries=-1 is not a number from 0 on"),
        ({"retries": True}, "retries=True is not"),
        ({"timeout": 0}, "timeout=0 is not a timedelta or a number of seconds above 0"),
        ({"labels": {"a": 1}}, "labels={'a': 1} is not a dictionary of texts"),
        ({"interruptible": "yes", "service_account": 3}, "interruptible='yes' is not True or False, service_account=3"),
    ],
)
def test_anything_else_is_refused_by_name_and_site(options: dict[str, Any], says: str) -> None:
    error = outcome(lambda: invoke_overridable("the site", fails_twice, x=1), **options)
    assert type(error) is TypeError
    assert says in str(error)
    assert runs == []


def test_later_options_come_on_top_of_earlier_ones() -> None:
    both = overridden("s", overridden("s", NONE, {"retries": 1, "labels": {"a": "b"}}), {"retries": 2, "labels": None})
    assert both == NONE._replace(retries=2, labels={"a": "b"})


def test_options_cannot_come_after_the_start() -> None:
    @eager
    async def body() -> str:
        call = invoke_overridable("the site", sleeps, seconds=0.0)
        await call
        try:
            call.with_overrides(retries=1)
        except RuntimeError as error:
            return str(error)
        return ""

    assert asyncio.run(_inside(body)) == "the site: with_overrides comes too late: the invocation has begun"


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_awaitable_is_taken_wherever_a_coroutine_is() -> None:
    @eager
    async def body() -> list[float]:
        def call() -> Any:
            return invoke_overridable("s", sleeps, seconds=0.0).with_overrides(retries=1)

        async with asyncio.TaskGroup() as group:
            scheduled = group.create_task(call())
        return [
            *await asyncio.gather(call(), asyncio.shield(call())),
            await asyncio.wait_for(call(), 10),
            await asyncio.create_task(call()),
            scheduled.result(),
        ]

    assert asyncio.run(_inside(body)) == [0.0] * 5


def test_a_forgotten_one_is_warned_of_once() -> None:
    @eager
    async def body() -> None:
        invoke_overridable("s", sleeps, seconds=0.0).with_overrides(retries=1).with_overrides(timeout=3)

    with pytest.warns(RuntimeWarning, match="sleeps' was never awaited") as warned:
        asyncio.run(_inside(body))
    assert len(warned) == 1


def test_outside_of_eager_functions_a_call_is_as_flytekit_has_it() -> None:
    assert invoke_overridable("s", max, 1, 2) == 2
    runs.extend([0, 0])
    assert invoke_overridable("s", flow, x=1) == 1


def test_the_spec_of_an_execution_has_them() -> None:
    spec = ExecutionSpec()
    spec.labels.values["eager"] = "e"
    options = {"labels": {"team": "blue"}, "interruptible": False, "overwrite_cache": True, "service_account": "robot"}
    apply(overridden("s", NONE, options), spec)
    assert dict(spec.labels.values) == {"eager": "e", "team": "blue"}
    assert spec.HasField("interruptible")
    assert not spec.interruptible.value
    assert spec.overwrite_cache
    assert spec.security_context.run_as.k8s_service_account == "robot"
    untouched = ExecutionSpec()
    apply(NONE, untouched)
    assert untouched == ExecutionSpec()


def test_other_calls_stay_plain_coroutines() -> None:
    @eager
    async def body() -> bool:
        call = invoke("s", sleeps, seconds=0.0)
        await call
        return inspect.iscoroutine(call)

    assert asyncio.run(_inside(body))
