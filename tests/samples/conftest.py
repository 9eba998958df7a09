"""The samples, built once, and what their functions did when they ran on flytekit."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.samples.table import Outcome, cases

HERE = Path(__file__).parent


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
    return _run_cases(tree, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="session")
def outcomes_in_processes(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """Every case, with the bodies of its tasks in processes of their own."""
    return _run_cases(tree, tmp_path_factory.mktemp("runs"), EAGERC_JOBS="2")


def _run_cases(tree: Path, folder: Path, **variables: str) -> list[Outcome]:
    table = cases()
    rows = json.dumps([case._asdict() for case in table])
    command = [sys.executable, "-P", str(HERE / "run_cases.py"), str(tree), str(folder / "trace.jsonl")]
    environment = {**os.environ, **variables}
    done = subprocess.run(command, input=rows, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        Outcome(case, row.get("result"), row.get("raises", []), row["trace"])
        for case, row in zip(table, found, strict=True)
    ]
