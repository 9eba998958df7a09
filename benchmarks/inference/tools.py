"""Two published call-graph tools on the same cases, installed into an environment that is thrown away afterwards.

Their edges are taken as they are: an entity counts as listed for an eager function if it can be reached from it without
passing through another entity. Neither tool knows Flyte, so an entity that is not a function can only be found by luck.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.inference.measured import Program, Score
from tests.inference import cases

PACKAGES = {"PyCG": "PyCG==0.0.8", "pyan3": "pyan3==2.9.0"}
ADAPTER = Path(__file__).parent / "edges.py"

Edges = Mapping[str, Sequence[str]]


class Result(NamedTuple):
    """How one tool did: `failures` counts the cases on which it crashed or ran out of time."""

    tool: str
    score: Score
    failures: int
    seconds: float


def environment(folder: Path) -> Path:
    """The interpreter of a fresh environment with the tools; raises where they cannot be installed."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "setuptools<81"]
    subprocess.run([*install, *PACKAGES.values()], check=True)
    return python


def compare(python: Path, programs: Sequence[Program]) -> list[Result]:
    """Each tool on all programs."""
    return [_result(python, tool, programs) for tool in PACKAGES]


def _result(python: Path, tool: str, programs: Sequence[Program]) -> Result:
    score, failures, seconds = Score(), 0, 0.0
    for program, answer in zip(programs, _answers(python, tool, programs), strict=True):
        seconds += answer.get("seconds", 0.0)
        failures += not answer
        entities = _entities(program)
        for function in program.invoked:
            score.count(program, function, reachable(answer.get("edges", {}), function, entities))
    return Result(tool, score, failures, seconds)


def _answers(python: Path, tool: str, programs: Sequence[Program]) -> list[dict[str, Any]]:
    """Who calls whom in each program, as the tool says; empty where it fails."""
    requests = [
        {
            "folder": str(program.root),
            "files": sorted(str(f.relative_to(program.root)) for f in program.root.rglob("*.py")),
        }
        for program in programs
    ]
    text = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([str(python), str(ADAPTER), tool], input=text, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _entities(program: Program) -> frozenset[str]:
    """Every entity that the program defines or invokes."""
    analysis = cases.analysis_of(program.folder)
    defined = {made.entity.name for module in analysis.modules for made in module.definitions}
    return frozenset(defined).union(*program.invoked.values())


def reachable(edges: Edges, start: str, entities: frozenset[str]) -> frozenset[str]:
    """The entities at the ends of the ways from `start` that pass through no other entity."""
    seen, waiting, found = {start}, [start], set()
    while waiting:
        for name in edges.get(waiting.pop(), ()):
            if name in entities:
                found.add(name)
            elif name not in seen:
                seen.add(name)
                waiting.append(name)
    return frozenset(found)
