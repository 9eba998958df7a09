"""The payload under the name that it has in a build tree, imported from where it lies in the project."""

import importlib
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PAYLOAD = Path(__file__).parents[2] / "codegen" / "runtime"
DATA = Path(__file__).parent / "data"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _import_payload() -> None:
    spec = importlib.util.spec_from_file_location("eagerc_runtime", PAYLOAD / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["eagerc_runtime"] = package
    spec.loader.exec_module(package)


_import_payload()


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of the payload are made, even after a test of another folder that configured `logging`."""
    monkeypatch.setattr(logging.getLogger("eagerc"), "disabled", False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder that holds a copy of the payload, as a build tree does."""
    shutil.copytree(PAYLOAD, tmp_path / "eagerc_runtime", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Import a program of `data`, from a folder from which the processes that this one starts import too."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "eagerc_runtime").symlink_to(PAYLOAD)
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module
    for path in DATA.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.fixture
def workshop(tree: Path) -> Path:
    """That folder with the programs of `data` beside the payload."""
    return Path(shutil.copytree(DATA, tree, dirs_exist_ok=True))


@pytest.fixture
def run(tree: Path) -> Run:
    """Run Python in the tree, without anything of the project on its path."""

    def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, *arguments]
        env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment}
        return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, timeout=120, check=False)

    return run
