"""The constructs that a tutorial on eager functions shows, each as its build would write it."""

import asyncio
import functools
from datetime import timedelta

import eagerc_runtime as _eagerc
import pytest
from eagerc_runtime import EagerException, eager
from flytekit import task, workflow


@task
def increment(n: int) -> int:
    return n + 1


@task
def twice(n: int) -> int:
    return n * 2


@task
def is_large(n: int) -> bool:
    return n > 50


@task
def positive(n: int) -> int:
    if n <= 0:
        raise TypeError("not positive")
    return n


@workflow
def pipeline(n: int) -> int:
    return twice(n=increment(n=n))


@eager
async def chain(n: int) -> int:
    out = await _eagerc.invoke("chain#increment", increment, n=n)
    if out < 0:
        return -1
    return await _eagerc.invoke("chain#twice", twice, n=out)


@eager
async def arithmetic_between(n: int) -> int:
    out = await _eagerc.invoke("s", increment, n=n)
    out = out - 1
    return await _eagerc.invoke("s", twice, n=out)


@eager
async def conditions(n: int) -> int:
    out = await _eagerc.invoke("s", increment, n=n)
    if out < 0:
        return -1
    elif await _eagerc.invoke("s", is_large, n=out):
        return 50
    else:
        out = await _eagerc.invoke("s", twice, n=out)
    assert out >= -1
    return out


@eager
async def collected(n: int) -> int:
    outputs = []
    for i in range(n):
        outputs.append(_eagerc.invoke("s", increment, n=i))  # noqa: PERF401 - what a reader would write first
    outputs = await asyncio.gather(*outputs)
    return await _eagerc.invoke("s", twice, n=sum(outputs))


@eager
async def static_workflow(n: int) -> int:
    out = await _eagerc.invoke("s", pipeline, n=n)
    assert out == (n + 1) * 2
    return out


@eager
async def inner(n: int) -> int:
    return await _eagerc.invoke("s", increment, n=n)


@eager
async def nested(n: int) -> int:
    out = await _eagerc.invoke("s", inner, n=n)
    return await _eagerc.invoke("s", twice, n=out)


@eager
async def caught(n: int) -> int:
    try:
        return await _eagerc.invoke("s", positive, n=n)
    except EagerException:
        return -1


@eager(
    remote=object(),
    client_secret_group="group",
    client_secret_key="key",
    client_secret_env_var="VARIABLE",
    local_entrypoint=True,
    timeout=timedelta(seconds=1),
    poll_interval=timedelta(seconds=1),
)
async def with_options(n: int) -> int:
    return await _eagerc.invoke("s", increment, n=n)


remote_eager = functools.partial(eager, remote=object())


@remote_eager
async def with_partial(n: int) -> int:
    return await _eagerc.invoke("s", increment, n=n)


@remote_eager(client_secret_group="group")
async def with_partial_and_options(n: int) -> int:
    return await _eagerc.invoke("s", increment, n=n)


@eager
async def modern(n: int) -> int:
    out = _eagerc.invoke_blocking("s", increment, n=n)
    if _eagerc.invoke_blocking("s", is_large, n=out):
        return 50
    return _eagerc.invoke_blocking("s", twice, n=out)


@pytest.mark.parametrize(
    ("function", "given", "expected"),
    [
        (chain, 5, 12),
        (chain, -5, -1),
        (arithmetic_between, 5, 10),
        (conditions, 5, 12),
        (conditions, -5, -1),
        (conditions, 60, 50),
        (collected, 10, 110),
        (collected, 0, 0),
        (static_workflow, 5, 12),
        (inner, 5, 6),
        (nested, 5, 12),
        (caught, 5, 5),
        (caught, 0, -1),
        (with_options, 5, 6),
        (with_partial, 5, 6),
        (with_partial_and_options, 5, 6),
        (modern, 5, 12),
        (modern, 60, 50),
    ],
)
def test_gives_what_the_source_says(function, given, expected):
    assert asyncio.run(function(n=given)) == expected
