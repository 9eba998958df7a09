"""The dynamic oracle: runs the source of a case as it was written, and gives what each eager function invoked."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
SERVER = "tests.inference.recording.server"


class Recording(NamedTuple):
    """What came of some runs: the entities by eager function, and for each run the exception that ended it."""

    invoked: dict[str, frozenset[str]]
    outcomes: tuple[str | None, ...]


class Oracle:
    """A process that forks one for each program; start it once for many cases."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", SERVER, *options]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT)

    def run(self, folder: Path, runs: Sequence[str]) -> Recording:
        """Run expressions such as `main.train(x=1)` one after another on the program in `folder`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        roots = [str(folder), *(str(root) for root in [folder / "src"] if root.is_dir())]
        request = {"folder": str(folder), "roots": roots, "runs": list(runs)}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "died" in answer:
            raise RuntimeError(answer["died"])
        invoked = {name: frozenset(found) for name, found in answer["recorded"].items()}
        return Recording(invoked, tuple(answer["outcomes"]))

    def close(self) -> None:
        self._process.communicate()
