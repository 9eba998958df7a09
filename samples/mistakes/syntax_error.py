"""A file that does not parse: a colon is missing."""

from flytekit import eager


@eager
async def report(x: int) -> int  # expect: EGR001
    return x
