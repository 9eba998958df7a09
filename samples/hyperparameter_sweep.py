"""Fit a line by gradient descent, try learning rates side by side, and stop as soon as one of them is good enough."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from flytekit import eager, task


@dataclass
class Fit:
    """A line, and how far the points lie from it (the mean of the squared distances)."""

    method: str
    rate: float
    slope: float
    intercept: float
    loss: float


Trainer = Callable[..., Awaitable[Fit]]


@task
def sample_points(count: int) -> list[list[float]]:
    """Generate points around y = 2x + 1, with a disturbance that repeats every seven points."""
    points = []
    for index in range(count):
        x = index / count
        points.append([x, 2 * x + 1 + (index % 7 - 3) / 10])
    return points


def gradient(points: list[list[float]], slope: float, intercept: float) -> tuple[float, float]:
    """Give the slope of the loss in both directions."""
    errors = [(slope * x + intercept - y, x) for x, y in points]
    return 2 * sum(e * x for e, x in errors) / len(points), 2 * sum(e for e, _ in errors) / len(points)


def loss(points: list[list[float]], slope: float, intercept: float) -> float:
    return round(sum((slope * x + intercept - y) ** 2 for x, y in points) / len(points), 6)


@task
async def descend(points: list[list[float]], rate: float, steps: int) -> Fit:
    """Walk down the gradient with a constant rate."""
    slope = intercept = 0.0
    for _ in range(steps):
        down, left = gradient(points, slope, intercept)
        slope, intercept = slope - rate * down, intercept - rate * left
    return Fit("descent", rate, round(slope, 4), round(intercept, 4), loss(points, slope, intercept))


@task
async def descend_with_momentum(points: list[list[float]], rate: float, steps: int) -> Fit:
    """Walk down the gradient and keep nine tenths of the last step's speed."""
    slope = intercept = 0.0
    speed = (0.0, 0.0)
    for _ in range(steps):
        down, left = gradient(points, slope, intercept)
        speed = (0.9 * speed[0] - rate * down, 0.9 * speed[1] - rate * left)
        slope, intercept = slope + speed[0], intercept + speed[1]
    return Fit("momentum", rate, round(slope, 4), round(intercept, 4), loss(points, slope, intercept))


@task
def describe(fit: Fit) -> str:
    return f"{fit.method} at rate {fit.rate:g}: y = {fit.slope:g}x + {fit.intercept:g}, loss {fit.loss:g}"


async def best_of(train: Trainer, points: list[list[float]], rates: list[float], steps: int) -> Fit:
    """Train once for each rate, side by side, and keep the best."""
    fits = await asyncio.gather(*[train(points=points, rate=rate, steps=steps) for rate in rates])
    return min(fits, key=lambda fit: fit.loss)


@eager
async def sweep(rates: list[float], good_enough: float, count: int = 70) -> str:
    """Try plain descent first; spend the money for momentum only where no rate was good enough."""
    points = sample_points(count=count)

    best = await best_of(descend, points, rates, steps=20)
    if best.loss <= good_enough:
        return describe(fit=best)

    second = await best_of(descend_with_momentum, points, rates, steps=20)
    return describe(fit=min(best, second, key=lambda fit: fit.loss))


@eager
async def refine(rate: float, good_enough: float, budget: int = 5) -> Fit:
    """Double the number of steps until the fit is good enough or the budget is spent."""
    points = sample_points(count=70)
    fit = await descend(points=points, rate=rate, steps=10)
    for attempt in range(1, budget):
        if fit.loss <= good_enough:
            break
        fit = await descend(points=points, rate=rate, steps=10 * 2**attempt)
    return fit
