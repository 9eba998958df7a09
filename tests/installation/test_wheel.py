"""The wheel, installed as users of a commit hook have it: alone, without flytekit."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder)]
    subprocess.run([*command, str(project)], check=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of executables of an environment that holds the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", wheel], check=True)
    return folder / "bin"


def run(*command: object, folder: Path, status: int = 0) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_holds_the_packages_and_nothing_else(project: Path, wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    listed = run("git", "ls-files", "eagerc", "analyzers", "codegen", folder=project).splitlines()
    assert held == set(listed)


def test_flytekit_does_not_come_with_it(binaries: Path, tmp_path: Path) -> None:
    run(binaries / "python", "-c", "import flytekit", folder=tmp_path, status=1)


@pytest.mark.parametrize("arguments", [["check"], ["deps"], ["graph", "-o", "picture.svg"], ["build", "-o", "tree"]])
def test_every_verb_that_reads_source_works_without_flytekit(
    arguments: list[str], binaries: Path, samples: Path, tmp_path: Path
) -> None:
    verb, *options = arguments
    run(binaries / "eagerc", verb, samples, *options, folder=tmp_path)


def test_the_tree_is_the_one_of_the_source(binaries: Path, samples: Path, tmp_path: Path) -> None:
    run(binaries / "eagerc", "build", samples, "-o", "tree", folder=tmp_path)
    run(sys.executable, "-m", "eagerc", "build", samples, "-o", "tree", "--check", folder=tmp_path)
