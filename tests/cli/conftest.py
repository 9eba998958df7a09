"""Running the command line: in this process, which is fast, and in one of its own, as a user does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from eagerc.cli.main import main


class Done(NamedTuple):
    """What a command line did."""

    status: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def eagerc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Command:
    """Run `eagerc` with arguments in the test's folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Done:
        status = main([str(argument) for argument in arguments])
        printed = capfdbinary.readouterr()
        return Done(status, printed.out.decode(), printed.err.decode())

    return run


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Run `eagerc` with arguments in a process, in the test's folder and with a cache of its own."""

    def run(*arguments: str | Path, **variables: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "eagerc", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path.parent / f"{tmp_path.name}-cache"), **variables},
            capture_output=True,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
