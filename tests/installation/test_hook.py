"""The hook for other repositories, installed by pre-commit from a clone of this one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

RIGHT = """\
from flytekit import eager, task


@task
async def greet(name: str) -> str:
    return f"hello {name}"


@eager
async def welcome(name: str) -> str:
    return await greet(name=name)
"""
WRONG = RIGHT.replace("return await greet(name=name)", "greet(name=name)\n    return name")


def git(*arguments: str, folder: Path) -> None:
    identity = ["-c", "user.name=tester", "-c", "user.email=tester@localhost"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def clone(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the project whose one commit is the project as it stands."""
    folder = tmp_path_factory.mktemp("clone")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=project, check=True, capture_output=True, text=True)
    for name in filter(None, listing.stdout.split("\0")):
        if (project / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((project / name).read_bytes())
    git("init", "--quiet", folder=folder)
    git("add", "--all", folder=folder)
    git("commit", "--quiet", "--message", "the project", folder=folder)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place where pre-commit keeps the environments that it makes."""
    return tmp_path_factory.mktemp("home")


def try_hook(hook: str, source: str, *, clone: Path, home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one hook of the clone in a fresh repository that holds the source."""
    (folder / "workflow.py").write_text(source)
    git("init", "--quiet", folder=folder)
    git("add", "--all", folder=folder)
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(clone), hook, "--all-files", "--color", "never"]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(home)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_hook_passes_a_right_file(clone: Path, home: Path, tmp_path: Path) -> None:
    done = try_hook("eagerc-check", RIGHT, clone=clone, home=home, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_the_hook_stops_a_wrong_file(clone: Path, home: Path, tmp_path: Path) -> None:
    done = try_hook("eagerc-check", WRONG, clone=clone, home=home, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "workflow.py:11" in done.stdout
    assert "EGR101" in done.stdout


def test_the_fixing_hook_mends_it(clone: Path, home: Path, tmp_path: Path) -> None:
    done = try_hook("eagerc-fix", WRONG, clone=clone, home=home, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "    await greet(name=name)\n" in (tmp_path / "workflow.py").read_text()
