"""What runs side by side: every party waits for all the others, so that one after another would never end."""

import asyncio
import sys
import threading
import time

import pytest
from eagerc_runtime import eager, invoke, invoke_blocking
from flytekit import dynamic, map_task, task, workflow

meeting = threading.Barrier(4)


@pytest.fixture(autouse=True)
def new_meeting():
    global meeting  # noqa: PLW0603 - tasks take no arguments that cannot be literals
    meeting = threading.Barrier(4)


def meet() -> None:
    meeting.wait(timeout=20)


@task
def member(n: int) -> int:
    meet()
    return n


@task
async def async_member(n: int) -> int:
    meet()
    return n


@workflow
def workflow_of_one(n: int) -> int:
    return member(n=n)


@dynamic
def dynamic_member(n: int) -> int:
    return member(n=n)


@eager
async def eager_member(n: int) -> int:
    return await invoke("s", member, n=n)


@eager
async def blocking_member(n: int) -> int:
    return invoke_blocking("s", member, n=n)


@task
def echo(n: int) -> int:
    return n


@task
def sleeps(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


ENTITIES = [member, async_member, workflow_of_one, dynamic_member, eager_member, blocking_member]


async def gathered(calls):
    return await asyncio.gather(*calls)


async def as_tasks(calls):
    tasks = [asyncio.create_task(call) for call in calls]
    return [await each for each in tasks]


async def as_completed(calls):
    return sorted([await each for each in asyncio.as_completed(calls)])


async def waited(calls):
    done, _ = await asyncio.wait([asyncio.ensure_future(call) for call in calls])
    return sorted(each.result() for each in done)


async def in_group(calls):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(call) for call in calls]
    return [each.result() for each in tasks]


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.name.rpartition(".")[2])
def test_all_kinds_overlap_under_gather(entity):
    @eager
    async def body() -> list[int]:
        return await gathered([invoke("s", entity, n=n) for n in range(4)])

    assert asyncio.run(body()) == [0, 1, 2, 3]


@pytest.mark.parametrize("schedule", [gathered, as_tasks, as_completed, waited, in_group])
def test_all_ways_to_schedule_overlap(schedule):
    if schedule is in_group and sys.version_info < (3, 11):
        pytest.skip("task groups are new in Python 3.11")

    @eager
    async def body() -> list[int]:
        return await schedule([invoke("s", member, n=n) for n in range(4)])

    assert asyncio.run(body()) == [0, 1, 2, 3]


def test_mixed_kinds_overlap():
    @eager
    async def body() -> list[int]:
        entities = [member, async_member, workflow_of_one, eager_member]
        return await gathered([invoke("s", entity, n=n) for n, entity in enumerate(entities)])

    assert asyncio.run(body()) == [0, 1, 2, 3]


def test_eager_functions_that_are_started_directly_overlap():
    async def program():
        return await asyncio.gather(*(eager_member(n=n) for n in range(4)))

    assert asyncio.run(program()) == [0, 1, 2, 3]


def test_a_time_limit_fires():
    @eager
    async def body() -> bool:
        try:
            await asyncio.wait_for(invoke("s", sleeps, seconds=60.0), 0.05)
        except asyncio.TimeoutError:  # noqa: UP041 - another class on Python 3.10, where the payload runs too
            return True
        return False

    assert asyncio.run(body())


def test_a_time_limit_cancels_a_nested_eager_function():
    stopped = threading.Event()

    @eager
    async def endless() -> int:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        return 0

    @eager
    async def body() -> bool:
        try:
            await asyncio.wait_for(invoke("s", endless), 0.05)
        except asyncio.TimeoutError:  # noqa: UP041 - another class on Python 3.10, where the payload runs too
            return stopped.is_set()
        return False

    assert asyncio.run(body())


def test_a_call_that_is_cancelled_before_it_began_never_runs():
    ran = threading.Event()

    @task
    def witness() -> int:
        ran.set()
        return 1

    @eager
    async def body() -> int:
        scheduled = asyncio.create_task(invoke("s", witness))
        scheduled.cancel()
        await asyncio.wait([scheduled])
        return await invoke("s", echo, n=1)

    assert asyncio.run(body()) == 1
    assert not ran.is_set()


def test_nothing_runs_before_it_is_awaited():
    ran = threading.Event()

    @task
    def witness() -> int:
        ran.set()
        return 1

    @eager
    async def body() -> bool:
        call = invoke("s", witness)
        await invoke("s", echo, n=1)
        before = ran.is_set()
        await call
        return before

    assert asyncio.run(body()) is False
    assert ran.is_set()


def test_an_awaitable_is_awaited_once():
    @eager
    async def body() -> int:
        call = invoke("s", echo, n=1)
        await call
        return await call

    with pytest.raises(RuntimeError, match="already awaited"):
        asyncio.run(body())


def test_a_forgotten_await_is_told_with_the_name_of_the_entity():
    @eager
    async def body() -> int:
        invoke("s", echo, n=1)
        return 1

    with pytest.warns(RuntimeWarning, match=r"test_concurrency\.echo' was never awaited"):
        asyncio.run(body())


def test_a_blocking_call_gives_its_value_on_the_running_loop():
    @eager
    async def body() -> int:
        ticks = 0

        async def tick():
            nonlocal ticks
            ticks += 1

        ticking = asyncio.create_task(tick())
        value = invoke_blocking("s", echo, n=7)
        assert ticks == 0  # nothing else ran on the loop meanwhile
        await ticking
        return value

    assert asyncio.run(body()) == 7


def test_a_blocking_call_of_something_async_gives_an_awaitable():
    @eager
    async def leaf(n: int) -> int:
        return n

    @eager
    async def body() -> int:
        return await invoke_blocking("s", leaf, n=3) + await invoke_blocking("s", async_echo, n=4)

    assert asyncio.run(body()) == 7


@task
async def async_echo(n: int) -> int:
    await asyncio.sleep(0)
    return n


@eager
async def descend(depth: int) -> int:
    if depth == 0:
        return invoke_blocking("s", echo, n=1)
    return sum(await asyncio.gather(*(invoke("s", descend, depth=depth - 1) for _ in range(3))))


def test_a_hundred_blocking_eager_functions_at_once_end():
    @eager
    async def blocks(n: int) -> int:
        return invoke_blocking("s", echo, n=n) + invoke_blocking("s", echo, n=n)

    @eager
    async def body() -> int:
        return sum(await asyncio.gather(*(invoke("s", blocks, n=n) for n in range(100))))

    assert asyncio.run(body()) == 9900


@eager
async def dive(depth: int) -> int:
    return depth if depth == 0 else 1 + await invoke("s", dive, depth=depth - 1)


def test_recursion_ends():
    assert asyncio.run(descend(depth=4)) == 81
    assert asyncio.run(dive(depth=50)) == 50


def test_the_body_of_a_sync_helper_in_another_thread_is_in_the_eager_function():
    def helper() -> int:
        return invoke_blocking("s", echo, n=5)

    @eager
    async def body() -> int:
        return await asyncio.to_thread(helper)

    assert asyncio.run(body()) == 5


def test_map_tasks_take_lists():
    squares = map_task(echo)

    @eager
    async def body() -> list[int]:
        return await invoke("s", squares, n=[1, 2, 3])

    assert asyncio.run(body()) == [1, 2, 3]
