"""Running the command line in a process of its own, as a user does."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def eagerc(tmp_path: Path) -> Command:
    """Run `eagerc` with arguments in the test's folder, without colours and with a cache of its own."""

    def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "VIRTUAL_ENV")},
            "XDG_CACHE_HOME": str(tmp_path.parent / f"{tmp_path.name}-cache"),
            "PYTHONIOENCODING": "utf-8",
            **variables,
        }
        return subprocess.run(
            [sys.executable, "-P", "-m", "eagerc", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            check=False,
        )

    return run
