"""The eager function that is running, as the calls in its body see it."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple, Protocol

from .overrides import NONE, Overrides


def _ignore(_execution: str) -> None:
    pass


class Call(NamedTuple):
    """An entity of flytekit, the inputs that it is to run with, and the call site.

    `launched` is told the name of each execution that is started for the call.
    """

    entity: Any
    inputs: dict[str, Any]
    site: str = ""
    overrides: Overrides = NONE
    launched: Callable[[str], None] = _ignore


class Engine(Protocol):
    """Where the entities run that an eager function invokes."""

    async def run(self, call: Call) -> Any: ...

    def run_blocking(self, call: Call) -> Any: ...


class Frame(NamedTuple):
    """One run of an eager function; `run` tells the runs of one process apart."""

    name: str
    run: int
    engine: Engine


# The first number of whatever is counted for a trace, so that processes that share a trace never give the same one.
FIRST_NUMBER = "EAGERC_FIRST_NUMBER"


def numbers() -> Iterator[int]:
    """Numbers that no other process gives."""
    return itertools.count(int(os.environ.get(FIRST_NUMBER, "1")))


_runs = numbers()
_current: ContextVar[Frame | None] = ContextVar("eagerc_frame", default=None)


def current() -> Frame | None:
    """The frame of the eager function whose body makes the present call, None outside of any."""
    return _current.get()


def enter(name: str, engine: Engine) -> None:
    """Make a new frame the current one, for the rest of the present task of asyncio and whatever it starts."""
    _current.set(Frame(name, next(_runs), engine))
