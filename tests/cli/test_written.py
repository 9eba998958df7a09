"""What `eagerc graph` and `eagerc build` write, and where."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from eagerc.failures import UsageError
from eagerc.files import write
from tests.cli.conftest import Command

SOURCE = """\
import importlib

from flytekit import eager, task


@task
async def boil(what: str) -> str:
    return what


@eager
async def dinner(how: str) -> str:
    await importlib.import_module(how).serve(what="leek")
    return await boil(what="leek")
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Path:
    file = tmp_path / "src" / "kitchen.py"
    file.parent.mkdir()
    file.write_text(SOURCE)
    return file


@pytest.mark.usefixtures("kitchen")
@pytest.mark.parametrize("target", ["src/kitchen.py:dinner", "src/kitchen.py:kitchen.dinner", "src"])
@pytest.mark.parametrize(
    ("name", "beginning"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.gv", b"digraph"), ("a.json", b"{")]
)
def test_a_picture_is_written_in_the_format_of_its_ending(
    target: str, name: str, beginning: bytes, eagerc: Command, tmp_path: Path
) -> None:
    done = eagerc("graph", target, "-o", name)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(beginning)


@pytest.mark.usefixtures("kitchen")
def test_a_build_says_what_it_left_open_and_how_to_register(eagerc: Command, tmp_path: Path) -> None:
    done = eagerc("build", "src/kitchen.py", "-o", "out tree")
    assert done.status == 0
    *_, undecided, built, command = done.stdout.splitlines()
    assert undecided == "1 call is unresolved and will be decided at run time; `eagerc deps` lists them."
    assert built.startswith("Built out tree: ")
    assert command.startswith("  pyflyte register --version ")
    assert command.endswith(" 'out tree'/*")
    assert (tmp_path / "out tree" / "kitchen.py").is_file()
    again = eagerc("build", "src/kitchen.py", "-o", "out tree")
    assert "nothing new" in again.stdout
    assert eagerc("build", "src/kitchen.py", "-o", "out tree", "--check").stdout == "out tree is up to date.\n"


def test_a_module_that_hides_one_of_python_is_told(kitchen: Path, eagerc: Command) -> None:
    kitchen.rename(kitchen.with_name("json.py"))
    told = "json: Python has a module of this name, and a process can import only one of the two; rename yours."
    assert told in eagerc("build", "src/json.py", "-o", "out").stdout.splitlines()


@pytest.mark.parametrize(
    "nested", ["x" + " + x" * 900, "boil(x=" * 95 + "x" + ")" * 95, "x" + ".real" * 900, "x if x else " * 900 + "x"]
)
def test_what_is_nested_as_deeply_as_python_allows_is_built_and_drawn(
    nested: str, kitchen: Path, eagerc: Command
) -> None:
    before = "from flytekit import eager, task\n@task\nasync def boil(x: int) -> int:\n    return x\n"
    kitchen.write_text(f"{before}@eager\nasync def dinner(x: int) -> int:\n    return await boil(x=x) + {nested}\n")
    for command in (("build", "src", "-o", "out"), ("graph", "src", "-o", "out.dot")):
        done = eagerc(*command)
        assert (done.status, done.stderr) == (0, "")


def test_the_configuration_may_name_the_folder(kitchen: Path, eagerc: Command, tmp_path: Path) -> None:
    (kitchen.parent / "pyproject.toml").write_text('[tool.eagerc.build]\noutput = "../out"\n')
    assert eagerc("build", "src").status == 0
    assert (tmp_path / "out" / "kitchen.py").is_file()


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    plain, written = tmp_path / "plain", tmp_path / "written"
    plain.touch()
    write(str(written), b"x")
    assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write(str(pipe), b"picture")
    assert os.read(reader, 100) == b"picture"
    assert pipe.is_fifo()
    os.close(reader)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write(str(tmp_path / "folder"), b"x")
    assert os.listdir(tmp_path) == ["folder"]


@pytest.mark.parametrize(("pattern", "told"), [("/out", True), ("out/*.py", True), ("else", False)])
def test_a_tree_that_git_ignores_is_told(tmp_path: Path, eagerc: Command, pattern: str, told: bool) -> None:
    """flytekit would upload an archive without a file."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text(f"{pattern}\n")
    (tmp_path / "kitchen.py").write_text(SOURCE)
    assert ("git ignores" in eagerc("build", "kitchen.py", "-o", "out").stdout) == told


def test_without_git_nothing_is_told(tmp_path: Path, eagerc: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "kitchen.py").write_text(SOURCE)
    done = eagerc("build", "kitchen.py", "-o", "out")
    assert done.status == 0
    assert "git ignores" not in done.stdout
