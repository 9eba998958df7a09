"""Every kind of entity, with positional and named arguments, and what is no entity at all."""

import asyncio
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from eagerc_runtime import EagerException, eager, invoke, invoke_blocking
from flytekit import (
    ContainerTask,
    FlyteContextManager,
    LaunchPlan,
    Workflow,
    dynamic,
    kwtypes,
    map_task,
    reference_launch_plan,
    reference_task,
    reference_workflow,
    task,
    workflow,
)
from flytekit.core.testing import patch, task_mock
from flytekit.remote.lazy_entity import LazyEntity
from flytekit.types.file import FlyteFile


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
async def async_add(a: int, b: int = 10) -> int:
    return a + b


@eager
async def eager_add(a: int, b: int = 10) -> int:
    return await invoke("s", add, a=a, b=b)


@workflow
def add_workflow(a: int, b: int = 10) -> int:
    return add(a=a, b=b)


@dynamic
def add_dynamic(a: int, b: int = 10) -> int:
    return add(a=a, b=b)


imperative = Workflow(name="test_entities.imperative")
imperative.add_workflow_input("a", int)
imperative.add_workflow_input("b", int)
imperative.add_workflow_output("sum", imperative.add_entity(add, a=imperative.inputs["a"], b=imperative.inputs["b"]).o0)

plan = LaunchPlan.get_or_create(add_workflow, "test_entities.plan", default_inputs={"b": 20})
fixed = LaunchPlan.get_or_create(add_workflow, "test_entities.fixed", fixed_inputs={"a": 100})
mapped = map_task(add)
mapped_partial = map_task(functools.partial(add, b=5))
mapped_plan = map_task(LaunchPlan.get_or_create(add_workflow, "test_entities.mapped_plan"))


@task
def nothing(a: int) -> None:
    seen.append(a)


@task
async def async_nothing(a: int) -> None:
    seen.append(a)


@workflow
def nothing_workflow(a: int) -> None:
    nothing(a=a)


@eager
async def nothing_eager(a: int) -> None:
    await invoke("s", nothing, a=a)


seen: list[int] = []


class Two(NamedTuple):
    low: int
    high: int


@task
def two(a: int) -> Two:
    return Two(a - 1, a + 1)


@task
def pair(a: int) -> tuple[int, str]:
    return a, str(a)


@task
def falsy(a: int) -> list[int]:  # noqa: ARG001 - only its signature counts
    return []


@task
def write(a: int) -> FlyteFile:
    path = f"{FlyteContextManager.current_context().user_space_params.working_directory}/written"
    Path(path).write_text(str(a))
    return FlyteFile(path)


def call(entity: Any, *args: Any, **kwargs: Any) -> Any:
    """What an eager function gets that awaits the entity."""

    @eager
    async def body() -> int:
        got.append(await invoke("s", entity, *args, **kwargs))
        return 0

    got: list[Any] = []
    asyncio.run(body())
    return got[0]


def call_blocking(entity: Any, *args: Any, **kwargs: Any) -> Any:
    @eager
    async def body() -> int:
        got.append(invoke_blocking("s", entity, *args, **kwargs))
        return 0

    got: list[Any] = []
    asyncio.run(body())
    return got[0]


@pytest.mark.parametrize(
    "entity", [add, async_add, eager_add, add_workflow, add_dynamic], ids=lambda entity: entity.name
)
def test_arguments_by_position_by_name_and_by_default(entity: Any) -> None:
    assert call(entity, 1) == 11
    assert call(entity, 1, 2) == 3
    assert call(entity, 1, b=2) == 3
    assert call(entity, b=1, a=2) == 3
    assert call(functools.partial(functools.partial(entity, 4), b=1)) == 5
    assert call(functools.partial(entity, b=1), 4, b=2) == 6


@pytest.mark.parametrize(
    ("entity", "args", "kwargs", "expected"),
    [
        (imperative, (1, 2), {}, 3),
        (imperative, (), {"a": 1, "b": 2}, 3),
        (plan, (1,), {}, 21),
        (plan, (1, 2), {}, 3),
        (plan, (), {"a": 1}, 21),
        (fixed, (1,), {}, 101),
        (fixed, (), {"b": 1}, 101),
        (mapped, ([1, 2], [3, 4]), {}, [4, 6]),
        (mapped_partial, ([1, 2],), {}, [6, 7]),
        (mapped_partial, (), {"a": [1, 2]}, [6, 7]),
        (mapped_plan, (), {"a": [1, 2], "b": [3, 4]}, [4, 6]),
        (falsy, (1,), {}, []),
        (pair, (1,), {}, (1, "1")),
        (two, (1,), {}, (0, 2)),
    ],
)
@pytest.mark.parametrize("way", [call, call_blocking])
def test_kinds_of_entity(
    way: Callable[..., Any], entity: Any, args: tuple[Any, ...], kwargs: dict[str, Any], expected: Any
) -> None:
    assert way(entity, *args, **kwargs) == expected


def test_named_outputs_keep_their_names() -> None:
    assert call(two, a=5).high == 6


def test_files_can_be_read() -> None:
    assert Path(call(write, 3)).read_text() == "3"


@pytest.mark.parametrize("entity", [nothing, async_nothing, nothing_workflow, nothing_eager], ids=lambda e: e.name)
def test_no_outputs_give_none(entity: Any) -> None:
    seen.clear()
    assert call(entity, a=4) is None
    assert seen == [4]


def test_a_blocking_call_without_outputs_gives_none() -> None:
    assert call_blocking(nothing, a=1) is None


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [((1, 2, 3), {}, "takes 2 positional arguments, but 3"), ((1,), {"a": 2}, "multiple values for argument 'a'")],
)
def test_too_many_arguments(args: tuple[Any, ...], kwargs: dict[str, Any], message: str) -> None:
    for way in (call, call_blocking):
        with pytest.raises(TypeError, match=message):
            way(add, *args, **kwargs)


def test_wrong_names_and_missing_ones_are_told_by_flytekit() -> None:
    with pytest.raises(AssertionError, match="unexpected keyword argument 'c'"):
        call(add, c=1)
    with pytest.raises(EagerException, match="argument"):
        call(add)


# References


def reference(maker: Callable[..., Any]) -> Any:
    @maker(project="p", domain="d", name="remote_add", version="v")
    def remote_add(a: int, b: int) -> int:  # noqa: ARG001 - only its signature counts
        return 0

    return remote_add


REFERENCES = [reference(maker) for maker in (reference_task, reference_workflow, reference_launch_plan)]


@pytest.mark.parametrize("entity", REFERENCES, ids=lambda entity: type(entity).__name__)
def test_references_say_that_they_need_a_mock(entity: Any) -> None:
    with pytest.raises(NotImplementedError, match="must mock"):
        call(entity, 1, 2)


@pytest.mark.parametrize("entity", REFERENCES, ids=lambda entity: type(entity).__name__)
def test_references_work_with_a_mock(entity: Any) -> None:
    with task_mock(entity) as mock:
        mock.side_effect = lambda a, b: a * b
        assert call(entity, 3, 4) == 12
        assert call_blocking(entity, 3, b=4) == 12


@pytest.mark.parametrize(
    "entity", [add, async_add, eager_add, add_workflow, *REFERENCES], ids=lambda e: type(e).__name__
)
def test_entities_can_be_patched(entity: Any) -> None:
    @patch(entity)
    def check(mock: Any) -> None:
        mock.return_value = 99
        assert call(entity, 1, 2) == 99

    check()


def test_fetched_entities_are_fetched_when_they_run() -> None:
    class Fetched:
        def __call__(self, **inputs: int) -> int:
            return sum(inputs.values())

    lazy: Any = LazyEntity("remote", Fetched)
    assert call(lazy, a=1, b=2) == 3
    with pytest.raises(TypeError, match="by name only"):
        call(LazyEntity("remote", Fetched), 1)


def test_container_tasks_go_to_flytekit() -> None:
    container = ContainerTask(
        name="test_entities.c", image="i", inputs=kwtypes(a=int), outputs=kwtypes(o=int), command=[]
    )
    with task_mock(container) as mock:
        mock.return_value = 7
        assert call(container, 1) == 7


# What is no entity


def test_anything_else_is_called_as_it_stands() -> None:
    async def helper(x: int, site: int, callee: int) -> int:
        return x + site + callee

    def plain(*args: int, **kwargs: int) -> tuple[Any, Any]:
        return args, kwargs

    assert call(helper, 1, site=2, callee=3) == 6
    assert call_blocking(plain, 1, a=2) == ((1,), {"a": 2})
    assert call_blocking(functools.partial(plain, 1), a=2) == ((1,), {"a": 2})
    with pytest.raises(TypeError, match="can't be used in 'await'"):
        call(plain)


def test_outside_of_an_eager_function_the_source_is_what_runs() -> None:
    assert invoke("s", add, 1, 2) == 3
    assert invoke_blocking("s", add, 1, b=2) == 3
    assert asyncio.run(invoke("s", async_add, 1, 2)) == 3

    @workflow
    def uses_a_helper(a: int) -> int:
        return invoke("s", add, a=a)

    assert uses_a_helper(a=1) == 11


def test_inside_of_a_task_the_source_is_what_runs() -> None:
    def helper() -> int:
        return 1

    @task
    def calls() -> int:
        return invoke("s", helper)

    assert call(calls) == 1
