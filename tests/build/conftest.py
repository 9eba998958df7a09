"""Small projects to build."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from analyzers.analysis import analyze
from analyzers.model.settings import Settings
from codegen.build import BuildResult, build

EAGER = """\
from flytekit import eager, task

@task
def double(x: int) -> int:
    return 2 * x

@eager
async def main(x: int) -> int:
    return await double(x=x)
"""

Write = Callable[[Mapping[str, str | bytes]], Path]
Build = Callable[..., BuildResult]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files below the working folder of the test, which is where it builds."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def write_files(files: Mapping[str, str | bytes]) -> Path:
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write_files


@pytest.fixture
def built() -> Build:
    """Analyse paths and build them into the folder `build`."""

    def build_paths(*paths: str, check: bool = False, settings: Settings | None = None) -> BuildResult:
        settings = settings or Settings()
        return build(analyze(paths, settings), "build", check=check, settings=settings)

    return build_paths


@pytest.fixture
def eager() -> str:
    """The source of a module with one eager function, `main`, and the task `double`."""
    return EAGER


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """All the files below a folder, by path."""
    return files_of
