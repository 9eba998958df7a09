"""Each page shows sources and their flow trees; what really runs is a walk of the tree's graph.

`pytest --update` writes the trees anew.
"""

import ast
import asyncio
import contextlib
import gc
import re
import warnings
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, NamedTuple

import pytest

from analyzers.analysis import analyze
from analyzers.flow import flow_of, print_flow
from analyzers.model.facts import EntityFunction
from codegen.graph.conformance import first_deviation
from codegen.graph.function import graph_of

HERE = Path(__file__).parent
RUNS = 40

_SOURCE = re.compile(r"^```python\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_TREE = re.compile(r"\n```text\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


class Case(NamedTuple):
    """The part of a page under one heading."""

    page: Path
    title: str
    preamble: str
    text: str

    @property
    def source(self) -> str:
        found = _SOURCE.search(self.text)
        assert found, self.title
        return f"{self.preamble}\n\n{found.group(1)}"


def cases() -> list[Any]:
    return [pytest.param(case, id=f"{case.page.stem}: {case.title}") for case in _cases()]


def _cases() -> Iterator[Case]:
    for page in sorted(HERE.glob("*.md")):
        before, *parts = re.split(r"^(?=## )", page.read_text(), flags=re.MULTILINE)
        preamble = _SOURCE.search(before)
        assert preamble, page
        for part in parts:
            yield Case(page, part.splitlines()[0].removeprefix("## "), preamble.group(1), part)


def function_of(case: Case, folder: Path) -> EntityFunction:
    path = folder / "flow.py"
    path.write_text(case.source)
    analysis = analyze([str(path)])
    assert not analysis.errors
    (function,) = (found for found in analysis.functions if found.entity.name == "flow.main")
    return function


@pytest.mark.parametrize("case", cases())
def test_tree(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    printed = print_flow(flow_of(function_of(case, tmp_path)))
    shown = _TREE.search(case.text)
    if request.config.getoption("--update"):
        body = _TREE.sub("", case.text).rstrip("\n")
        following = "\n" if case.text.endswith("\n\n") else ""
        anew = f"{body}\n\n```text\n{printed}```\n{following}"
        case.page.write_text(case.page.read_text().replace(case.text, anew))
    else:
        assert shown, f"no tree is shown: {printed}"
        assert printed == shown.group(1)


@pytest.mark.parametrize("case", cases())
def test_every_run_is_a_walk(case: Case, tmp_path: Path) -> None:
    graph = graph_of(function_of(case, tmp_path))
    # Runs are recorded by entity: what one call site starts is not known to a function that it calls.
    for facts in graph.nodes.values():
        facts["site"] = facts.get("entity", "")
        facts["site"] = facts["site"].removeprefix("flow.")
        facts["inside"] = [site.split("#")[1] for site in facts.get("inside", ())]
        if facts["kind"] == "unresolved":
            facts["inside"] = ["a", "b", "c", "w"]
    tree = ast.parse(case.source)
    tree.body = [node for node in tree.body if not _of_flytekit(node)]
    code = compile(tree, "flow.py", "exec")
    with warnings.catch_warnings():
        # Where a run fails, what it made and did not come to await is dropped: all of it here, under the filter.
        warnings.simplefilter("ignore", RuntimeWarning)
        runs = [run(code, seed) for seed in range(RUNS)]
        gc.collect()
    for seed, (trace, finished) in enumerate(runs):
        assert first_deviation(graph, trace, finished) is None, (seed, trace, finished)


class StoppedError(BaseException):
    """A run that takes too long."""


def run(code: CodeType, seed: int) -> tuple[list[str], bool]:
    """What `main` starts when every entity returns a random number or fails, and whether it came to its end."""
    dice = Random(seed)
    trace: list[str] = []

    def entity(function: Callable[..., object]) -> Callable[..., Awaitable[int]]:
        async def started(x: int) -> int:
            trace.append(function.__name__)
            if len(trace) > 60:
                raise StoppedError
            for _ in range(dice.randrange(3)):
                await asyncio.sleep(0)
            if dice.random() < 0.15:
                raise ValueError(x)
            return dice.randint(-1, 3)

        return started

    names: dict[str, Any] = {"task": entity, "workflow": entity, "eager": lambda function: function}
    exec(code, names)
    finished = False
    with asyncio.Runner() as runner, contextlib.suppress(Exception, StoppedError):
        runner.get_loop().set_exception_handler(lambda *_: None)
        runner.run(names["main"](dice.randint(0, 4)))
        finished = True
    return trace, finished


def _of_flytekit(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flytekit")
