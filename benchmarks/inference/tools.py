"""Two published call-graph tools on the same cases, installed into an environment that is thrown away afterwards.

Their edges are taken as they are: an entity counts as listed for an eager function if it can be reached from it without
passing through another entity. Neither tool knows Flyte, so an entity that is not a function can only be found by luck.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.inference.measured import Program, Score
from tests.inference import cases

PACKAGES = {"PyCG": "PyCG==0.0.8", "pyan3": "pyan3==2.9.0"}
SECONDS = 20
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
    for program in programs:
        started = time.perf_counter()
        edges = _edges(python, tool, program)
        seconds += time.perf_counter() - started
        failures += edges is None
        entities = _entities(program)
        for function in program.invoked:
            score.count(program, function, reachable(edges or {}, function, entities))
    return Result(tool, score, failures, seconds)


def _edges(python: Path, tool: str, program: Program) -> Edges | None:
    """Who calls whom, as the tool says; None where it fails."""
    files = sorted(str(file.relative_to(program.root)) for file in program.root.rglob("*.py"))
    command = [str(python), str(ADAPTER), tool, *files]
    try:
        done = subprocess.run(command, cwd=program.root, timeout=SECONDS, capture_output=True, text=True, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        return None
    edges: Edges = json.loads(done.stdout)
    return edges


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
