"""A misspelt argument, which fails at run time, after everything before it has run."""

from flytekit import eager, task


@task
async def resize(width: int, height: int = 100) -> int:
    return width * height


@eager
async def thumbnail(width: int) -> int:
    return await resize(width=width, heigth=50)  # expect: EGR201
