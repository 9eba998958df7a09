"""`@eager` on a plain `def`: flytekit accepts it and fails when it is called."""

from flytekit import eager, task


@task
def area(width: int, height: int) -> int:
    return width * height


@eager
def floor_plan(width: int) -> int:  # expect: EGR002
    return area(width=width, height=3)
