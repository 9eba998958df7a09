"""Inputs and results without a type: Flyte needs both."""

from flytekit import eager, task


@task
def half(x: int) -> int:
    return x // 2


@eager
async def quarter(x) -> int:  # expect: EGR004
    return half(x=half(x=x))
