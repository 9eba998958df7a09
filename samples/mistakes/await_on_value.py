"""In the modern dialect a sync task gives a value, and a value cannot be awaited without a build."""

from flytekit import eager, task


@task
def distance(a: int, b: int) -> int:
    return abs(a - b)


@eager
async def round_trip(a: int, b: int) -> int:
    return 2 * await distance(a=a, b=b)  # expect: EGR102
