"""Eager functions that a controller has to get right; each stands for one row of `test_facts.py`."""

import asyncio
import gc
import os
import signal
from dataclasses import dataclass
from typing import NamedTuple

from flytekit import eager, task
from flytekit.core.base_task import TaskMetadata
from flytekit.core.context_manager import ExecutionState, FlyteContextManager
from flytekit.deck import Deck
from flytekit.exceptions.eager import EagerException
from flytekit.exceptions.user import FlyteRecoverableException


class OwnError(Exception):
    pass


@task
async def inc(x: int) -> int:
    return x + 1


@task
async def raises(x: int) -> int:
    if x == 0:
        raise OwnError(f"no {x}")
    return x


@task
async def again(x: int) -> int:
    if x == 0:
        raise FlyteRecoverableException("again")
    return x


# These are made up: they take a minute, seconds, or no time.


@task
async def minute(x: int) -> int:
    return x


@task
async def never(x: int) -> int:
    return x


@task
async def a_while(x: int) -> int:
    return x


@task
async def seconds(x: int) -> int:
    return x


@task
async def instant(x: int) -> int:
    return x


@task
async def unlucky(x: int) -> int:
    return x


def attempt() -> int:
    return int(os.environ["FLYTE_ATTEMPT_NUMBER"])


def die_once() -> None:
    if attempt() == 0:
        os.kill(os.getpid(), signal.SIGKILL)


@eager
async def handles_its_own_class() -> str:
    try:
        await raises(x=0)
    except OwnError as error:
        return str(error)
    return ""


@eager(metadata=TaskMetadata(retries=1))
async def is_tried_again() -> int:
    return await again(x=attempt())


@eager
async def cannot_launch() -> int:
    bad, good = await asyncio.gather(inc(x="text"), inc(x=1), return_exceptions=True)
    assert isinstance(bad, Exception)
    return good + await inc(x=2)


@eager
async def waits_for_three() -> int:
    return sum(await asyncio.gather(*(minute(x=i) for i in range(3))))


@eager
async def gives_up() -> str:
    try:
        await asyncio.wait_for(minute(x=1), 3)
    except asyncio.TimeoutError:
        await instant(x=1)
        return "late"
    return "in time"


@eager
async def takes_a_call_back() -> int:
    call = asyncio.create_task(never(x=1))
    await asyncio.sleep(0)
    call.cancel()
    return await instant(x=1)


@eager
async def has_siblings() -> int:
    return sum(await asyncio.gather(minute(x=1), raises(x=0)))


@dataclass(repr=False)
class Point:
    x: int

    def __repr__(self) -> str:
        return f"<Point in process {os.getpid()}>"


@task
async def of_point(point: Point) -> int:
    return point.x


@eager
async def unstable_repr() -> int:
    found = await of_point(point=Point(1))
    die_once()
    return found


@eager
async def other_order() -> int:
    order = [1, 2] if attempt() == 0 else [2, 1]
    found = sum(await asyncio.gather(*(instant(x=i) for i in order)))
    die_once()
    return found


@eager
async def all_at_once() -> int:
    return sum(await asyncio.gather(*(a_while(x=i) for i in range(61))))


@task
async def numbers() -> list[int]:
    return list(range(100_000))


@eager
async def slow_conversion() -> str:
    found = await numbers()
    return "None" if found is None else str(len(found))


@eager
async def at_any_time() -> int:
    async def call(i: int) -> int:
        await asyncio.sleep(0.37 * i)
        return await instant(x=i)

    return sum(await asyncio.gather(*(call(i) for i in range(20))))


@eager
async def unlucky_launch() -> int:
    return await unlucky(x=1)


@eager
async def raises_while_launching() -> int:
    calls = asyncio.gather(*(minute(x=i) for i in range(61)))
    await asyncio.sleep(8)
    if not calls.done():
        raise OwnError("early")
    return sum(await calls)


@eager
async def waits_a_while() -> int:
    return sum(await asyncio.gather(*(seconds(x=i) for i in range(3))))


@eager
async def counts_decks() -> int:
    await seconds(x=1)
    return sum(isinstance(found, Deck) and found.name == "Eager Executions" for found in gc.get_objects())


class Pair(NamedTuple):
    first: int
    second: str


@task
async def pair() -> Pair:
    return Pair(1, "two")


@eager
async def named_outputs() -> str:
    found = await pair()
    return f"{found.first} {found.second}"


@eager
async def tells_what_happened() -> str:
    try:
        await raises(x=0)
    except EagerException as error:
        return "\n".join([str(error), *getattr(error, "__notes__", ())])
    return ""


@eager
async def gone_for_good() -> int:
    call = asyncio.create_task(minute(x=1))
    await asyncio.sleep(4)
    os.kill(os.getpid(), signal.SIGKILL)
    return await call


@eager
async def beside_a_context() -> int:
    async def elsewhere() -> None:
        context = FlyteContextManager.current_context()
        state = context.new_execution_state().with_params(mode=ExecutionState.Mode.LOCAL_TASK_EXECUTION)
        with FlyteContextManager.with_context(context.with_execution_state(state)):
            await asyncio.sleep(2)

    other = asyncio.create_task(elsewhere())
    await asyncio.sleep(1)
    found = await inc(x=1)
    await other
    return found
