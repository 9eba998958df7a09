"""The interpreter of the user's environment, and how a program of a build tree is started on it."""

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple, NoReturn

from eagerc.failures import UsageError

# What the interpreter of the user's environment is started on. It imports from the tree first, and nothing from the
# working folder: the sources may lie there, and modules that go by the name of Python's own.
_START = """\
import sys
sys.path[0] = sys.argv.pop(1)
import importlib, importlib.util
if importlib.util.find_spec("flytekit") is None:
    print(f"eagerc: {sys.executable} has no flytekit; install it there, or name another with --python", file=sys.stderr)
    sys.exit(2)
try:
    program = importlib.import_module(f"eagerc_runtime.programs.{sys.argv.pop(1)}")
    sys.exit(program.main(sys.argv[1:]))
except KeyboardInterrupt:
    sys.exit(130)
"""


def interpreter(named: str | None) -> str:
    """The interpreter of the user's environment: the one named, else the active environment's, else our own."""
    active = os.environ.get("VIRTUAL_ENV")
    wanted = named or (os.path.join(active, "bin", "python") if active else sys.executable)
    found = shutil.which(wanted)
    if found is None:
        raise UsageError(f"{wanted}: there is no such interpreter; name one with --python")
    return found


class Program(NamedTuple):
    """A module of a tree's runtime to start, and what it is told.

    `roots` are the folders of the sources, where the program finds the file that a built one was made from.
    """

    module: str
    arguments: Sequence[str]
    roots: Iterable[str]
    jobs: int | None = None


def start(python: str, tree: str, program: Program) -> NoReturn:
    """Let a program take the place of this process, and with it the terminal and signals."""
    environment = {**os.environ, "EAGERC_PROGRESS": "1", "EAGERC_SOURCE_ROOTS": os.pathsep.join(program.roots)}
    if program.jobs is not None:
        environment["EAGERC_JOBS"] = str(program.jobs)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(python, [python, "-c", _START, tree, program.module, *program.arguments], environment)
    except OSError as error:
        raise UsageError(f"{python}: cannot be started: {error.strerror}") from error
