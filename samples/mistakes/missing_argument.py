"""A required argument is missing."""

from flytekit import eager, task


@task
async def convert(amount: int, currency: str) -> str:
    return f"{amount} {currency}"


@eager
async def quote(amount: int) -> str:
    return await convert(amount=amount)  # expect: EGR202
