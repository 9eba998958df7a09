"""The module that eager functions came from before flytekit 1.16."""

from flytekit import task
from flytekit.experimental import eager  # expect: EGR701


@task
async def shout(text: str) -> str:
    return text.upper()


@eager
async def greet(name: str) -> str:
    return await shout(text=f"hello {name}")
