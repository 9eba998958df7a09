"""flytekit drops `retries` without a word: nothing is tried again."""

from flytekit import eager, task


@task
def price(item: str) -> int:
    return len(item)


@eager(retries=3)  # expect: EGR009
async def bill(items: list[str]) -> int:
    return sum(price(item=item) for item in items)
