"""`gather` takes its awaitables one by one: the star is missing."""

import asyncio

from flytekit import eager, task


@task
async def weigh(parcel: int) -> int:
    return parcel * 3


@eager
async def total_weight(parcels: int) -> int:
    weights = [weigh(parcel=parcel) for parcel in range(parcels)]
    return sum(await asyncio.gather(weights))  # expect: EGR105
