"""Group points by k-means until the centres stand still: a loop whose length nobody knows beforehand."""

import asyncio
from math import dist

from flytekit import task
from flytekit.experimental import eager

STILL = 0.001


@task
def scatter(groups: int, size: int) -> list[list[float]]:
    """Generate `size` points around each of `groups` places on a diagonal."""
    return [
        [10.0 * group + index % 3 - 1, 10.0 * group + index % 5 - 2] for group in range(groups) for index in range(size)
    ]


@task
def sum_near(points: list[list[float]], centres: list[list[float]]) -> list[list[float]]:
    """For each centre, add up the points that lie nearest to it: x, y and how many."""
    sums = [[0.0, 0.0, 0.0] for _ in centres]
    for x, y in points:
        nearest = min(range(len(centres)), key=lambda index: dist(centres[index], (x, y)))
        sums[nearest] = [sums[nearest][0] + x, sums[nearest][1] + y, sums[nearest][2] + 1]
    return sums


@task
def move(centres: list[list[float]], sums: list[list[list[float]]]) -> list[list[float]]:
    """Move each centre to the mean of its points, given the sums of every part of the data."""
    moved = []
    for index, centre in enumerate(centres):
        x, y, count = (sum(part[index][axis] for part in sums) for axis in range(3))
        moved.append([x / count, y / count] if count else centre)
    return moved


@eager
async def k_means(groups: int, size: int = 12, parts: int = 3, limit: int = 20) -> list[list[float]]:
    """Split the points into parts, sum each part in a task of its own, and repeat until nothing moves."""
    points = await scatter(groups=groups, size=size)
    centres = points[::size]
    rounds = 0

    while rounds < limit:
        sums = await asyncio.gather(*(sum_near(points=points[part::parts], centres=centres) for part in range(parts)))
        moved = await move(centres=centres, sums=sums)
        if all(dist(old, new) < STILL for old, new in zip(centres, moved, strict=True)):
            break
        centres = moved
        rounds += 1
    else:
        raise RuntimeError(f"the centres still move after {limit} rounds")

    return sorted(centres)
