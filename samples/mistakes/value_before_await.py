"""A result that is used before it is awaited: `count` is a coroutine here, not a number."""

from flytekit import eager, task


@task
async def stock(item: str) -> int:
    return len(item)


@eager
async def enough(item: str, wanted: int) -> bool:
    count = stock(item=item)
    return count >= wanted  # expect: EGR103
