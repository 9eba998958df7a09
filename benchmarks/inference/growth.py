"""How the time of the inference grows with the program: long chains of helpers, wide fans of entities."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from analyzers.analysis import analyze

SIZES = (10, 100, 1000)
ROUNDS = 3


class Point(NamedTuple):
    """The least processor time of some rounds for a program of one size."""

    shape: str
    size: int
    seconds: float


def chain(size: int) -> str:
    """Helpers that call each other, the last one a task."""
    helpers = [f"def helper_{i}(x):\n    return helper_{i + 1}(x)\n" for i in range(size)]
    last = f"def helper_{size}(x):\n    return work(x=x)\n"
    body = "@eager\nasync def flow(x: int) -> int:\n    return helper_0(x)\n"
    return "\n".join(["from flytekit import eager, task\n", _task("work"), *helpers, last, body])


def fan(size: int) -> str:
    """One eager function that calls many tasks, one after another."""
    tasks = [_task(f"work_{i}") for i in range(size)]
    calls = "".join(f"    x = work_{i}(x=x)\n" for i in range(size))
    body = f"@eager\nasync def flow(x: int) -> int:\n{calls}    return x\n"
    return "\n".join(["from flytekit import eager, task\n", *tasks, body])


def table(size: int) -> str:
    """A dictionary of many tasks, of which one is called by a key that is not known."""
    tasks = [_task(f"work_{i}") for i in range(size)]
    rows = "".join(f"    'work_{i}': work_{i},\n" for i in range(size))
    body = f"TABLE = {{\n{rows}}}\n\n@eager\nasync def flow(x: int) -> int:\n    return TABLE[f'work_{{x}}'](x=x)\n"
    return "\n".join(["from flytekit import eager, task\n", *tasks, body])


def _task(name: str) -> str:
    return f"@task\ndef {name}(x: int) -> int:\n    return x\n"


def seconds_for(text: str) -> float:
    """The best of some rounds of interpreting a file with this text."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.py"
        file.write_text(text, encoding="utf-8")
        return min(_once(str(file)) for _ in range(ROUNDS))


def _once(file: str) -> float:
    started = time.process_time()
    (flow,) = analyze([file]).functions
    seconds = time.process_time() - started
    if not flow.invocations or flow.unresolved:
        raise AssertionError(f"nothing was inferred of {file}")
    return seconds


def growth() -> Iterator[Point]:
    """The time for each shape and size."""
    shapes: tuple[Callable[[int], str], ...] = (chain, fan, table)
    for shape in shapes:
        for size in SIZES:
            yield Point(shape.__name__, size, seconds_for(shape(size)))
