"""What flytekit's own commands make of a tree with a package, a helper, and an entity made inside a body."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from codegen.build import BuildResult

Write = Callable[[Mapping[str, str | bytes]], Path]
Build = Callable[..., BuildResult]

WORK = '''\
"""Doc."""
import asyncio
from flytekit import eager, map_task

from pkg.tasks import fit, total
from pkg.helpers import twice


@eager
async def main(x: int) -> int:
    parts = await asyncio.gather(fit(x=x), fit(x=x), twice(fit, x))
    more = map_task(fit)(x=[1, 2, 3])
    return total(xs=parts) + sum(more) + int(f"{await fit(x=0)}")
'''

TASKS = """\
from flytekit import task

@task
def fit(x: int) -> int:
    return x + 1

@task
def total(xs: list[int]) -> int:
    return sum(xs)
"""

HELPERS = """\
async def twice(entity, x):
    return await entity(x=await entity(x=x))
"""


@pytest.fixture
def tree(write: Write, built: Build) -> list[str]:
    """Build the project and give what `build/*` stands for."""
    folder = write({"pkg/__init__.py": "", "pkg/work.py": WORK, "pkg/tasks.py": TASKS, "pkg/helpers.py": HELPERS})
    assert built("pkg").declined == ()
    return sorted(str(path) for path in (folder / "build").iterdir())


def pyflyte(*arguments: str) -> str:
    command = [sys.executable, "-P", "-m", "flytekit.clis.sdk_in_container.pyflyte", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.usefixtures("tree")
def test_it_runs() -> None:
    assert pyflyte("run", "build/pkg/work.py", "main", "--x", "5").splitlines()[-1] == "29"


def test_it_registers_under_the_names_of_the_source(tree: list[str]) -> None:
    shown = pyflyte("register", "--copy", "none", "--dry-run", "-p", "p", "-d", "d", "--version", "v", *tree)
    for name in ("pkg.tasks.fit", "pkg.tasks.total", "pkg.tasks.map_fit_", "pkg.work.main"):
        assert f"Task: {name}" in shown
