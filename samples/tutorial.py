"""Water a greenhouse: every construct that an eager workflow may use, in the classic dialect, one function each."""

import asyncio

from flytekit import task, workflow
from flytekit.experimental import EagerException, eager

SATURATED = 80


@task
def moisture(bed: int) -> int:
    """Measure how wet a bed is, in percent; a bed without a sensor reports -1."""
    return -1 if bed < 0 else bed * 30 % 101


@task
def litres(moisture: int) -> int:
    """Say how much water brings a bed from this moisture to saturation, two litres for each five percent."""
    return max(0, (SATURATED - moisture) * 2 // 5)


@task
def waterlogged(moisture: int) -> bool:
    """Say whether more water would drown the roots."""
    return moisture > SATURATED


@task
def calibrate(reading: int) -> int:
    """Correct the reading of an old sensor, which cannot be right below zero."""
    if reading < 0:
        raise ValueError(f"no sensor reads {reading}")
    return min(100, reading + 3)


@workflow
def demand(bed: int) -> int:
    """Measure a bed and compute its water: a static workflow, compiled once."""
    return litres(moisture=moisture(bed=bed))


# Awaiting a task gives its value, so that plain Python can decide what happens next.
@eager
async def water_bed(bed: int) -> int:
    wetness = await moisture(bed=bed)
    if wetness < 0:
        return 0
    return await litres(moisture=wetness)


# A value is a value: arithmetic works on it, which no promise of a static workflow allows.
@eager
async def water_after_rain(bed: int) -> int:
    wetness = await moisture(bed=bed)

    # One millimetre of rain makes a bed ten percent wetter.
    wetness = wetness + 10

    return await litres(moisture=wetness)


# A condition may itself wait for a task.
@eager
async def water_carefully(bed: int) -> int:
    wetness = await moisture(bed=bed)

    if wetness < 0:
        return 0
    elif await waterlogged(moisture=wetness):
        return -1
    else:
        amount = await litres(moisture=wetness)

    assert amount >= 0, "the formula gives no negative amounts"
    return amount


# What is called first and gathered later runs side by side.
@eager
async def water_row(beds: int) -> int:
    readings = []

    for bed in range(beds):
        readings.append(moisture(bed=bed))

    readings = await asyncio.gather(*readings)
    driest = min(readings, default=SATURATED)
    return await litres(moisture=driest)


# The same fan-out as one expression.
@eager
async def total_demand(beds: int) -> int:
    return sum(await asyncio.gather(*[demand(bed=bed) for bed in range(beds)]))


# A static workflow is called like a task.
@eager
async def water_by_plan(bed: int) -> int:
    amount = await demand(bed=bed)
    assert amount >= 0
    return amount


# An eager function is called like a task, too.
@eager
async def water_pair(bed: int) -> int:
    left = await water_bed(bed=bed)
    right = await water_carefully(bed=bed + 1)
    return left + right


# What a task raises arrives as an `EagerException`.
@eager
async def water_with_old_sensor(bed: int) -> int:
    reading = await moisture(bed=bed)
    try:
        return await litres(moisture=await calibrate(reading=reading))
    except EagerException:
        return -1


# The decorator takes the options of a task.
@eager(environment={"SEASON": "winter"})
async def water_in_winter(bed: int) -> int:
    wetness = await moisture(bed=bed)
    if wetness > SATURATED // 2:
        return 0
    return await litres(moisture=wetness * 2)


if __name__ == "__main__":
    print("litres for bed 1:", asyncio.run(water_bed(bed=1)))
