"""Jobs that cross from one event loop to another."""

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from codegen.runtime.distributed.bridge import Bridge

COUNT = 200


@pytest.fixture
def there() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def job(number: int) -> tuple[int, int]:
    await asyncio.sleep(number % 3 / 1000)
    if number % 10 == 7:
        raise KeyError(number)
    return number, threading.get_ident()


async def cross(bridge: Bridge) -> list[object]:
    return await asyncio.gather(*(bridge.run(partial(job, number)) for number in range(COUNT)), return_exceptions=True)


def test_each_awaiter_gets_its_own_outcome(there: asyncio.AbstractEventLoop) -> None:
    """From several event loops at a time."""
    bridge = Bridge(there)
    outcomes: list[list[object]] = []
    threads = [threading.Thread(target=lambda: outcomes.append(asyncio.run(cross(bridge)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(threads)
    for outcome in outcomes:
        kinds = ["KeyError" if number % 10 == 7 else number for number in range(COUNT)]
        assert [each[0] if isinstance(each, tuple) else type(each).__name__ for each in outcome] == kinds
        threads_of = {each[1] for each in outcome if isinstance(each, tuple)}
        assert len(threads_of) == 1
        assert threading.get_ident() not in threads_of


def test_a_job_is_cancelled_with_its_awaiter(there: asyncio.AbstractEventLoop) -> None:
    told: list[str] = []
    ended = threading.Event()

    async def waits() -> None:
        try:
            told.append("started")
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            told.append("cancelled")
            ended.set()
            raise

    async def body() -> None:
        bridge = Bridge(there)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(bridge.run(waits), 0.05)

    asyncio.run(body())
    assert ended.wait(10)
    assert told == ["started", "cancelled"]


def test_what_is_cancelled_on_its_way_does_not_start(there: asyncio.AbstractEventLoop) -> None:
    started = []

    async def body() -> None:
        bridge, held = Bridge(there), threading.Event()
        there.call_soon_threadsafe(held.wait)

        async def starts() -> None:
            started.append(1)

        task = asyncio.ensure_future(bridge.run(starts))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        held.set()
        await bridge.run(partial(asyncio.sleep, 0))

    asyncio.run(body())
    assert started == []


def test_a_cancelled_job_cancels_its_awaiter(there: asyncio.AbstractEventLoop) -> None:
    async def gives_up() -> None:
        raise asyncio.CancelledError

    async def body() -> None:
        with pytest.raises(asyncio.CancelledError):
            await Bridge(there).run(gives_up)

    asyncio.run(body())


def test_nothing_of_the_callers_context_comes_along(there: asyncio.AbstractEventLoop) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")

    async def look() -> str:
        return variable.get()

    async def body() -> str:
        variable.set("something")
        found: str = await Bridge(there).run(look)
        return found

    assert asyncio.run(body()) == "nothing"


def test_a_closed_loop_is_an_error() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    with pytest.raises(RuntimeError):
        asyncio.run(Bridge(loop).run(partial(asyncio.sleep, 0)))
