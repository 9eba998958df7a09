"""Eager functions with a cluster under them; which tasks really run and which are made up is the test's choice."""

import asyncio
import functools
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from flytekit import (
    LaunchPlan,
    dynamic,
    eager,
    map_task,
    reference_launch_plan,
    reference_task,
    reference_workflow,
    task,
    workflow,
)
from flytekit.exceptions.eager import EagerException
from flytekit.models.common import Labels
from flytekit.models.security import Identity, SecurityContext
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile


class OwnError(Exception):
    pass


@task
def inc(x: int) -> int:
    return x + 1


@task
async def inc_async(x: int) -> int:
    return x + 1


@task
def slow(x: int) -> int:
    return x


@task
def total(xs: list[int]) -> int:
    return sum(xs)


@task
def raising(x: int) -> int:
    if x == 0:
        raise OwnError("zero")
    if x == 1:
        raise KeyError("one")
    if x == 2:
        return {}[x]
    return x


@task
def sick(x: int) -> int:
    return x


@workflow
def twice(x: int) -> int:
    return inc(x=inc(x=x))


@workflow
def sums(x: int, y: int = 5) -> int:
    return total(xs=[x, y])


plan = LaunchPlan.get_or_create(
    sums,
    "parents.plan",
    fixed_inputs={"y": 100},
    labels=Labels({"team": "blue"}),
    security_context=SecurityContext(run_as=Identity(k8s_service_account="robot")),
)


@dynamic
def many(n: int) -> int:
    return total(xs=[inc(x=i) for i in range(n)])


@reference_task(project="flytesnacks", domain="development", name="parents.inc", version="v1")
def other_task(x: int) -> int:
    return 0


@reference_workflow(project="flytesnacks", domain="development", name="parents.twice", version="v1")
def other_workflow(x: int) -> int:
    return 0


@reference_launch_plan(project="flytesnacks", domain="development", name="parents.plan", version="v1")
def other_plan(x: int) -> int:
    return 0


@eager
async def nested(x: int) -> int:
    return await slow(x=x)


@eager
async def kinds() -> list[int]:
    return [
        await inc(x=1),
        await inc_async(x=2),
        await twice(x=3),
        await many(n=4),
        sum(await map_task(inc)(x=[1, 2])),
        await plan(x=6),
        await nested(x=7),
        await other_task(x=8),
        await other_workflow(x=9),
        await other_plan(x=10),
        inc(x=11) + 0,
    ]


class Pair(NamedTuple):
    first: int
    second: str


@dataclass
class Point:
    x: int
    tags: list[str]


@task
def frame(n: int) -> pd.DataFrame:
    return pd.DataFrame({"n": range(n)})


@task
def rows(f: pd.DataFrame) -> int:
    return len(f)


@task
def array(n: int) -> np.ndarray:
    return np.arange(n)


@task
def numbers(n: int) -> list[int]:
    return list(range(n))


@task
def nothing() -> None:
    print("nothing")


@task
def pair(n: int) -> Pair:
    return Pair(n, str(n))


@task
def point(n: int) -> Point:
    return Point(n, ["a"] * n)


@task
def maybe(n: int) -> int | None:
    return n or None


@task
def file() -> FlyteFile:
    with open("f.txt", "w") as f:
        f.write("in a file")
    return FlyteFile("f.txt")


@task
def directory() -> FlyteDirectory:
    os.makedirs("d", exist_ok=True)
    with open("d/f.txt", "w") as f:
        f.write("in a directory")
    return FlyteDirectory("d")


@task
def flag() -> bool:
    return False


@eager
async def values() -> list[str]:
    f, a, ns, none, p, q, m, path, folder, no = await asyncio.gather(
        frame(n=3),
        array(n=4),
        numbers(n=100_000),
        nothing(),
        pair(n=5),
        point(n=2),
        maybe(n=0),
        file(),
        directory(),
        flag(),
    )
    with open(path) as one, open(os.path.join(folder, "f.txt")) as two:
        texts = [one.read(), two.read()]
    return [
        str(await rows(f=f)),
        str(a.sum()),
        str(sum(ns)),
        str(none),
        f"{p.first} {p.second}",
        str(q),
        str(m),
        *texts,
        str(no),
    ]


@eager
async def caught(x: int) -> list[str]:
    try:
        await raising(x=x)
    except (OwnError, KeyError) as error:
        kind = [cls.__name__ for cls in type(error).__mro__ if cls in (OwnError, KeyError, EagerException)]
        return [*kind, str(error), *error.__notes__]
    return []


@eager
async def uncaught(x: int) -> int:
    return await raising(x=x)


@eager
async def through_nested(x: int) -> str:
    try:
        await uncaught(x=x)
    except OwnError as error:
        return f"{isinstance(error, EagerException)} {error}"
    return ""


@eager
async def sick_child() -> list[str]:
    try:
        await sick(x=1)
    except EagerException as error:
        return [type(error).__name__, str(error)]
    return []


@eager
async def bad_input() -> list[str]:
    found = await asyncio.gather(inc(x="no number"), inc(y=1), inc(x=1), return_exceptions=True)
    return [str(found[2]), *(type(error).__name__ for error in found[:2] if isinstance(error, EagerException))]


@eager
async def refused() -> str:
    try:
        await inc(x=1)
    except EagerException as error:
        return str(error)
    return ""


@eager
async def waited_for() -> str:
    try:
        await asyncio.wait_for(slow(x=1), 0.5)
    except asyncio.TimeoutError:
        return "late"
    return "in time"


@eager
async def first_failure() -> str:
    async with asyncio.TaskGroup() as group:
        group.create_task(slow(x=1))
        group.create_task(nested(x=2))
        await asyncio.sleep(1)
        group.create_task(raising(x=0))
    return ""


@eager
async def cancelled_gather() -> int:
    work = asyncio.gather(*(slow(x=i) for i in range(5)))
    await asyncio.sleep(0.5)
    work.cancel()
    never = asyncio.ensure_future(slow(x=99))
    never.cancel()
    await asyncio.gather(work, never, return_exceptions=True)
    return await inc(x=1)


@eager
async def forgotten() -> int:
    task = asyncio.create_task(slow(x=1))
    await asyncio.sleep(0.5)
    return await inc(x=int(task.done()))


@eager
async def in_threads(n: int) -> int:
    loop = asyncio.get_running_loop()
    later = [loop.run_in_executor(None, functools.partial(inc, x=i)) for i in range(n)]
    return sum(await asyncio.gather(*later, asyncio.to_thread(inc, x=n)))


@eager
async def waiting(n: int) -> int:
    return sum(await asyncio.gather(*(slow(x=i) for i in range(n))))


@eager
async def blocked(x: int) -> int:
    return slow(x=x) + 1


@eager(retries=2)
async def killed(n: int, after: float) -> int:
    """Kill the first attempts at some moment, as an eviction would."""
    if int(os.environ["FLYTE_ATTEMPT_NUMBER"]) < 2 and after >= 0:
        asyncio.get_running_loop().call_later(after, os.kill, os.getpid(), signal.SIGKILL)
    found = await asyncio.gather(*(slow(x=i % 3) for i in range(n)))
    return sum(found) + await inc(x=0)


@eager
async def scattered(n: int, seconds: float) -> int:
    async def later(i: int) -> int:
        await asyncio.sleep(seconds * ((i * 0.618) % 1))
        return await inc(x=i)

    return sum(await asyncio.gather(*(later(i) for i in range(n))))


@eager
async def fan_out(n: int) -> int:
    return sum(await asyncio.gather(*(inc(x=i) for i in range(n))))


@eager
async def crashing() -> int:
    await inc(x=1)
    time.sleep(0.2)
    return sys.exit(3)


@task
def napping(x: int) -> int:
    time.sleep(0.8)
    return x


@eager
async def naps(n: int) -> int:
    return sum(await asyncio.gather(*(napping(x=i) for i in range(n))))


@eager
async def outer(n: int) -> int:
    return await waiting(n=n) + await inc(x=0)


async def raising_later(seconds: float) -> None:
    await asyncio.sleep(seconds)
    await raising(x=0)


@eager
async def limited(n: int, seconds: float) -> list[int]:
    """Give each call only so much time, which may be just enough."""

    async def one(i: int) -> int:
        try:
            return await asyncio.wait_for(slow(x=i), seconds)
        except asyncio.TimeoutError:
            return -1

    return await asyncio.gather(*(one(i) for i in range(n)))


@eager
async def taken_back(n: int, after: float) -> int:
    """Cancel a gather at some moment, and do it properly then."""
    calls = asyncio.gather(*(slow(x=i) for i in range(n)))
    await asyncio.sleep(after)
    calls.cancel()
    await asyncio.gather(calls, return_exceptions=True)
    return sum(await asyncio.gather(*(inc(x=i) for i in range(n))))


@eager
async def ends_early(how: str, after: float) -> int:
    """End in some way at some moment, while children run."""
    if how == "return":
        asyncio.gather(*(slow(x=i) for i in range(5)))
        await asyncio.sleep(after)
    elif how == "gather":
        await asyncio.gather(raising_later(after), *(slow(x=i) for i in range(5)))
    elif how == "timeout":
        async with asyncio.timeout(after):
            await asyncio.gather(*(slow(x=i) for i in range(5)))
    else:
        async with asyncio.TaskGroup() as group:
            for i in range(5):
                group.create_task(slow(x=i))
            await asyncio.sleep(after)
            raise OwnError("early")
    return 1


class Weights:
    """flytekit pickles it into a file."""

    def __init__(self, size: int) -> None:
        self.numbers = [float(i) for i in range(size)]


@task
def text_of(f: FlyteFile) -> str:
    with open(f) as opened:
        return opened.read()


@task
def names_in(folder: FlyteDirectory) -> list[str]:
    return sorted(os.listdir(folder))


@task
def size_of(weights: Weights) -> int:
    return len(weights.numbers)


@task
def total_of(many: np.ndarray) -> int:
    return int(many.sum())


@eager(retries=2)
async def offloaded(after: float) -> list[str]:
    """Hand over what does not fit into a literal; the first attempts are killed at some moment."""
    if int(os.environ["FLYTE_ATTEMPT_NUMBER"]) < 2 and after >= 0:
        asyncio.get_running_loop().call_later(after, os.kill, os.getpid(), signal.SIGKILL)
    os.makedirs("made", exist_ok=True)
    for name in ("a", "b"):
        with open(f"made/{name}.txt", "w") as f:
            f.write(name)
    found = await asyncio.gather(
        rows(f=pd.DataFrame({"n": range(1000)})),
        rows(f=pd.DataFrame({"n": range(2000)})),
        text_of(f=FlyteFile("made/a.txt")),
        text_of(f=FlyteFile("made/b.txt")),
        names_in(folder=FlyteDirectory("made")),
        size_of(weights=Weights(50_000)),
        total_of(many=np.arange(10_000)),
    )
    return [str(one) for one in found]


@eager(retries=3)
async def patient(n: int) -> int:
    return sum(await asyncio.gather(*(slow(x=i) for i in range(n))))


@eager
async def with_options(x: int) -> int:
    first = await slow(x=x).with_overrides(labels={"team": "blue"}, interruptible=True, service_account="robot")
    later = [slow(x=i).with_overrides(retries=2, timeout=60) for i in range(2)]
    return first + sum(await asyncio.gather(*later)) + await sick(x=x).with_overrides(retries=2)


@eager
async def with_wrong_options(x: int) -> str:
    try:
        await slow(x=x).with_overrides(container_image="other")
    except TypeError as error:
        return str(error)
    return ""


@task
def picky(x: int) -> Pair:
    failures = [OwnError("own", 1), KeyError("key"), TimeoutError("slow"), OSError(2, "gone"), ValueError("a", "b")]
    if x < len(failures):
        raise failures[x]
    return Pair(x, str(x))


@task
async def picky_async(x: int) -> int:
    if x < 5:
        raise OwnError(f"async {x}")
    return x


@eager
async def failing_inside(x: int) -> int:
    return (await picky(x=x)).first


def kinds_of(error: BaseException) -> str:
    """The classes of an exception that a handler can name, and those that are inside of a group."""
    known = (EagerException, OwnError, KeyError, TimeoutError, OSError, ValueError, TypeError, AssertionError)
    names = [known_one.__name__ for known_one in known if isinstance(error, known_one)]
    if isinstance(error, ExceptionGroup):
        return f"group of {sorted(map(kinds_of, error.exceptions))}"
    return "+".join(names) or type(error).__name__


async def outcome(awaitable: object) -> str:
    try:
        return repr(await awaitable)
    except Exception as error:
        return f"{kinds_of(error)}: {error}" if isinstance(error, (OwnError, TimeoutError)) else kinds_of(error)


async def in_group() -> int:
    async with asyncio.TaskGroup() as group:
        group.create_task(picky(x=0))
        group.create_task(inc(x=1))
    return 0


async def first_of_two() -> int:
    return await asyncio.wait_for(picky_async(x=1), 60)


@eager
async def behaviour() -> list[str]:
    """What a program sees of its calls, which is to be the same on a cluster and without one."""
    calls = [*(picky(x=x) for x in range(6)), *(failing_inside(x=x) for x in (0, 1, 7)), in_group(), first_of_two()]
    calls += [inc(x="text"), inc(), inc(y=1), twice(x=1), nothing(), picky(x=3).with_overrides(retries=1)]
    told = await asyncio.gather(*map(outcome, calls))
    told.append(str(await asyncio.gather(*(inc(x=i) for i in range(5)))))
    found = await asyncio.gather(picky(x=0), inc(x=1), picky_async(x=2), return_exceptions=True)
    told += [kinds_of(one) if isinstance(one, Exception) else str(one) for one in found]
    try:
        told.append(str(picky(x=1).first))
    except KeyError as error:
        told.append(f"blocking {kinds_of(error)}")
    return told
