"""`eagerc run`: the build, the interpreter of the user's environment, and what comes back."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from eagerc.build_cache import KEPT_TREES
from tests.cli.conftest import Command

SOURCE = """\
import os
from pathlib import Path
from statistics import mean

from flytekit import eager, map_task, task


@task
def read(path: str, last: bool) -> str:
    print(f"reading in {os.getcwd()}")
    return Path(path).read_text().split()[-1 if last else 0]


@eager
async def words(path: str, last: bool = False) -> str:
    return await read(path=path, last=last)


@eager
async def stubborn() -> int:
    if not [word for word in [] if word]:
        raise ArithmeticError("I will not count")
    return 1


@task
def process() -> int:
    return os.getpid()


@eager
async def processes() -> list[int]:
    return [os.getpid(), await process(), await process()]


@eager
async def average() -> float:
    return mean([])


@eager
async def loud(paths: list[str], last: list[bool]) -> list[str]:
    return await map_task(read)(path=paths, last=last)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "shop.py").write_text(SOURCE)
    return folder / "shop.py"


@pytest.mark.usefixtures("shop")
def test_the_result_is_the_last_line(process: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("leek and onion")
    before = sorted(tmp_path.rglob("*"))
    done = process("run", "src/shop.py", "words", "--path", "notes.txt", "--last")
    assert done.status == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == [f"reading in {tmp_path}", "onion"]
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("shop")
def test_a_flag_that_is_required_can_be_false(process: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("leek and onion")
    done = process("run", "src/shop.py", "read", "--path", "notes.txt", "--no-last")
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["leek"], "")


def test_an_exception_is_shown_as_the_user_wrote_it(shop: Path, process: Command) -> None:
    done = process("run", "src/shop.py", "stubborn")
    assert done.status == 1
    assert f'File "{shop}", line 22, in stubborn\n    raise ArithmeticError("I will not count")\n' in done.stderr
    assert "I will not count" in done.stderr.splitlines()[-1]
    assert "eagerc" not in done.stderr


def test_a_traceback_leads_into_libraries_too(shop: Path, process: Command) -> None:
    done = process("run", "--build-dir", "deeper/than/the/source", "src/shop.py", "average")
    assert f'File "{shop}", line 38, in average\n    return mean([])\n' in done.stderr
    assert f'File "{statistics.__file__}", line ' in done.stderr


@pytest.mark.usefixtures("shop")
def test_tasks_run_in_processes(process: Command) -> None:
    done = process("run", "--jobs", "2", "src/shop.py", "processes")
    own, *others = json.loads(done.stdout.splitlines()[-1])
    assert own not in others
    assert len(set(others)) == 1


@pytest.mark.usefixtures("shop")
def test_modules_of_the_working_folder_stay_out(process: Command, tmp_path: Path) -> None:
    (tmp_path / "types.py").write_text("")
    (tmp_path / "notes.txt").write_text("leek")
    done = process("run", "src/shop.py", "words", "--path", "notes.txt")
    assert done.stdout.endswith("leek\n"), done.stderr


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["words"], "Missing option '--path'"),
        (["word"], "src/shop.py holds no entity 'word'; did you mean 'words'?"),
        (["zzz"], "no entity 'zzz'; it holds average, loud, process, processes, read, stubborn, words"),
        (["Shop.words"], "src/shop.py holds no entity 'Shop.words'"),
        (["SOURCE"], "src/shop.py holds no entity 'SOURCE'"),
    ],
)
def test_wrong_inputs_are_wrong_usage(arguments: list[str], message: str, process: Command) -> None:
    done = process("run", "src/shop.py", *arguments, COLUMNS="200")
    assert done.status == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("shop")
def test_an_interpreter_without_flytekit_is_told(process: Command, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    done = process("run", "--python", str(bare), "src/shop.py", "words")
    assert done.status == 2
    assert "has no flytekit; install it there, or name another with --python" in done.stderr


@pytest.mark.usefixtures("shop")
def test_the_active_environment_comes_before_our_own(process: Command, tmp_path: Path) -> None:
    python = tmp_path / "active" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho $EAGERC_PROGRESS active\n")
    python.chmod(0o755)
    assert process("run", "src/shop.py", "words", VIRTUAL_ENV=str(tmp_path / "active")).stdout == "1 active\n"


@pytest.mark.usefixtures("shop")
def test_trees_are_kept_by_content(process: Command, tmp_path: Path) -> None:
    quiet = tmp_path / "quiet"
    quiet.write_text("#!/bin/sh\n")
    quiet.chmod(0o755)
    cache = tmp_path / "cache"
    run = ("run", "--python", str(quiet), "src/shop.py", "words")
    for _ in range(2):
        assert process(*run, XDG_CACHE_HOME=str(cache)).status == 0
        assert len(os.listdir(cache / "eagerc" / "builds")) == 1
    with (tmp_path / "src" / "shop.py").open("a") as file:
        file.write("# changed\n")
    process(*run, XDG_CACHE_HOME=str(cache))
    assert len(os.listdir(cache / "eagerc" / "builds")) == 2


@pytest.mark.usefixtures("shop")
def test_without_a_cache_a_folder_has_to_be_named(process: Command) -> None:
    done = process("run", "src/shop.py", "words", XDG_CACHE_HOME="/dev/null")
    assert done.status == 2
    assert done.stderr.startswith("eagerc: the cache cannot be used: ")
    assert done.stderr.endswith("; name a folder with --build-dir\n")


def fill(cache: Path) -> list[Path]:
    """Put more trees into a cache than are kept, the oldest first, and what an interrupted run leaves there."""
    trees = [cache / "eagerc" / "builds" / f"tree{number}" for number in range(KEPT_TREES + 5)]
    for age, tree in enumerate(reversed(trees)):
        (tree / "pkg").mkdir(parents=True)
        os.utime(tree, (1e9 - age, 1e9 - age))
    (trees[0].parent / ".tree.half" / "new").mkdir(parents=True)
    return trees


@pytest.mark.usefixtures("shop")
def test_the_trees_used_last_are_kept(process: Command, tmp_path: Path) -> None:
    trees = fill(tmp_path / "cache")
    done = process("run", "--python", "true", "src/shop.py", "words", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.status == 0, done.stderr
    left = set(trees[0].parent.iterdir())
    assert len(left) == KEPT_TREES
    assert left.issuperset(trees[-KEPT_TREES + 1 :])


@pytest.mark.usefixtures("shop")
def test_no_tree_is_removed_while_a_run_is_under_way(process: Command, tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.write_text("#!/bin/sh\necho started\nread line\n")
    waiting.chmod(0o755)
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    run = subprocess.Popen(
        [sys.executable, "-P", "-m", "eagerc", "run", "--python", str(waiting), "src/shop.py", "words"],
        cwd=tmp_path,
        env={**os.environ, **cache},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with run:
        assert run.stdout is not None
        assert run.stdout.readline() == "started\n"
        trees = fill(tmp_path / "cache")
        assert process("run", "--python", "true", "src/shop.py", "words", **cache).status == 0
        assert all(tree.is_dir() for tree in trees)
        run.communicate("\n")
    assert process("run", "--python", "true", "src/shop.py", "words", **cache).status == 0
    assert len(os.listdir(trees[0].parent)) == KEPT_TREES


@pytest.mark.usefixtures("shop")
def test_a_folder_may_be_named_for_the_tree(process: Command, tmp_path: Path) -> None:
    process("run", "--python", "true", "--build-dir", "tree", "src/shop.py", "words")
    assert (tmp_path / "tree" / "shop.py").is_file()
    assert (tmp_path / "tree" / "eagerc_runtime" / "manifest.json").is_file()
