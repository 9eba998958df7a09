"""What random programs pass their steps through; each program gets this file as its module `lib.combinators`."""

from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from functools import wraps
from typing import Any, NamedTuple

Step = Any
REGISTERED: dict[str, Step] = {}


def register(name):
    def decorate(step):
        REGISTERED[name] = step
        return step

    return decorate


def choose(flag, first, second):
    if flag:
        return first
    return second


def call(step, x):
    return step(x=x)


def retry(step, x, times):
    if times == 0:
        return step(x=x)
    return retry(step, x, times - 1)


async def awaiting(step, x):
    for _ in range(2):
        x = await step(x=x)
    return x


async def results(steps, x):
    for step in steps:
        yield await step(x=x)


def wrapped(step):
    def run(x):
        return step(x=x)

    return run


def traced(step):
    @wraps(step)
    def run(*args, **kwargs):
        return step(*args, **kwargs)

    return run


def switching(step):
    current = None

    def switch():
        nonlocal current
        current = step

    switch()
    return current


def first_of(*steps, **named):
    return steps[0] if steps else next(iter(named.values()))


def each_of(*steps: Step) -> Iterator[Step]:
    yield from steps


@contextmanager
def opened(step):
    yield step


@asynccontextmanager
async def connected(step):
    yield step


class Pair(NamedTuple):
    first: Step
    second: Step


@dataclass
class Plan:
    step: Step
    later: list[Step] = field(default_factory=list)


class Holder:
    def __init__(self, step):
        self.step = step

    def call(self, x):
        return self.step(x=x)

    def __enter__(self):
        return self.step

    def __exit__(self, *failure):
        return False


class Nested(Holder):
    def __init__(self, step):
        super().__init__(Holder(step))

    def call(self, x):
        return self.step.call(x=x)

    @property
    def inner(self):
        return self.step.step

    @classmethod
    def of(cls, step):
        return cls(step)

    __call__ = call


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"

    def of(self, fast, slow):
        return {Mode.FAST: fast, Mode.SLOW: slow}[self]


class Registry:
    def __init__(self):
        self.steps = {}
        self.order = []

    def add(self, name, step):
        self.steps[name] = step
        self.order.append(step)
        return self

    def __getitem__(self, name):
        return self.steps[name]

    def __iter__(self):
        return iter(self.order)
