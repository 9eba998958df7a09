"""Eager functions that fail at their end; which tasks fail is the test's choice."""

import asyncio
import os

from flytekit import eager, map_task, task


@task
def slow(x: int) -> int:
    return x


@task
def shaky(x: int) -> int:
    return x


@task
def doubled(x: int) -> int:
    return 2 * x


@task
async def pair(x: int) -> tuple[int, str]:
    return x, str(x)


@eager
async def inner(n: int) -> int:
    found = await asyncio.gather(*(slow(x=i % 2) for i in range(n)))
    return sum(found) + await shaky(x=n)


@eager(retries=1)
async def outer(n: int, label: str = "none") -> str:
    many = await map_task(doubled)(x=[n, n + 1])
    number, text = await pair(x=n)
    nested, own = await asyncio.gather(inner(n=n), slow(x=number))
    if label == "killed" and os.environ["FLYTE_ATTEMPT_NUMBER"] == "0":
        os.abort()
    return f"{sum(many)} {text} {nested} {own} {label}"
