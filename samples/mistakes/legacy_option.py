"""Options that configured the connection of old eager functions; flytekit drops them now."""

from flytekit import eager, task


@task
async def shelf(book: int) -> int:
    return book % 10


@eager(client_secret_group="library", client_secret_key="reader")  # expect: EGR702, EGR702
async def find(book: int) -> int:
    return await shelf(book=book)
