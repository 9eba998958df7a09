"""A decorator above `@eager` hides the entity from Flyte; below it, it would work."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flytekit import eager, task


def announced(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        print("starting", function.__name__)
        return function(*args, **kwargs)

    return run


@task
def square(x: int) -> int:
    return x * x


@announced  # expect: EGR007
@eager
async def fourth_power(x: int) -> int:
    return square(x=square(x=x))
