"""The samples, built once, and what their functions did when they ran on flytekit."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent


class Case(NamedTuple):
    """One row of `runs.toml`: a function, its inputs and what it gives."""

    function: str
    inputs: dict[str, Any]
    result: Any
    raises: str | None


class Outcome(NamedTuple):
    """What happened when a case ran: its result or exception, and the trace of its invocations."""

    case: Case
    result: Any
    raises: str | None
    trace: list[dict[str, Any]]


def cases() -> list[Case]:
    table = tomllib.loads((HERE / "runs.toml").read_text())
    return [
        Case(function, row["inputs"], row.get("result"), row.get("raises"))
        for function, rows in table.items()
        for row in rows
    ]


@pytest.fixture(scope="session")
def eagerc() -> Callable[..., str]:
    """Run the command line as a user does and give its standard output."""

    def run(*arguments: object, status: int = 0, **variables: str) -> str:
        command = [sys.executable, "-m", "eagerc", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **variables})
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory, samples: Path, eagerc: Callable[..., str]) -> Path:
    """The build tree of all samples."""
    folder = tmp_path_factory.mktemp("samples") / "build"
    eagerc("build", samples, "-o", folder)
    return folder


@pytest.fixture(scope="session")
def outcomes(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Every case, run on flytekit in one process that knows the build tree only."""
    traces = tmp_path_factory.mktemp("traces")
    table = cases()
    command = [sys.executable, "-P", str(HERE / "run_cases.py"), str(tree), str(traces)]
    rows = json.dumps([case._asdict() for case in table])
    done = subprocess.run(command, input=rows, capture_output=True, text=True, check=False, cwd=traces)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    return [
        Outcome(case, result.get("result"), result.get("raises"), read_trace(traces / f"{number}.jsonl"))
        for number, (case, result) in enumerate(zip(table, results, strict=True))
    ]


def read_trace(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
