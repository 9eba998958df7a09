"""How a build folder is written: as a whole, the same bytes each time, and never over what others wrote."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from codegen.build import BuildError, BuildResult
from codegen.build.folder import present_files

Write = Callable[[Mapping[str, str | bytes]], Path]
Build = Callable[..., BuildResult]
Contents = Callable[[Path], dict[str, bytes]]

BUILD = "from analyzers.analysis import analyze; from codegen.build import build; "


def run(code: str, folder: Path, project: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(project), **variables}
    return subprocess.run(
        [sys.executable, "-c", BUILD + code], cwd=folder, env=environment, text=True, capture_output=True, check=False
    )


def test_the_same_input_gives_the_same_bytes_everywhere(
    write: Write, eager: str, project: Path, tmp_path: Path, contents: Contents
) -> None:
    here = write(
        {"pkg/__init__.py": "", "pkg/work.py": eager + "\nfrom .more import *\n", "pkg/more.py": "import os\n"}
    )
    there = tmp_path / "else" / "where"
    there.mkdir(parents=True)
    (there / "sources").symlink_to(here / "pkg")
    runs = [
        (here, "build(analyze(['pkg']), 'build')", "1", here / "build"),
        (there, f"build(analyze([{str(here)!r} + '/pkg/work.py']), 'out')", "2", there / "out"),
        (tmp_path, "build(analyze(['project/pkg/more.py', 'project/pkg']), 'other')", "3", tmp_path / "other"),
    ]
    trees = []
    for folder, code, seed, output in runs:
        done = run(code, folder, project, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        trees.append(contents(output))
    assert trees[0] == trees[1] == trees[2]


def test_a_second_build_writes_nothing(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": eager})
    first = built("work.py")
    assert set(first.changed) == set(first.files)
    inode = (folder / "build").stat().st_ino
    assert built("work.py").changed == ()
    assert (folder / "build").stat().st_ino == inode


def test_a_change_is_written_and_stale_files_go(write: Write, built: Build, eager: str, contents: Contents) -> None:
    folder = write({"work.py": "import gone\n" + eager, "gone.py": ""})
    before = built("work.py")
    write({"work.py": eager})
    after = built("work.py")
    assert set(after.changed) == {"work.py", "gone.py", "eagerc_runtime/manifest.json"}
    assert set(contents(folder / "build")) == set(after.files)
    assert before.version != after.version


def test_check_writes_nothing(write: Write, built: Build, eager: str, contents: Contents) -> None:
    folder = write({"work.py": eager})
    missing = built("work.py", check=True)
    assert missing.changed == missing.files
    assert not (folder / "build").exists()
    built("work.py")
    assert built("work.py", check=True).changed == ()
    write({"work.py": eager + "# more\n"})
    before = contents(folder / "build")
    assert built("work.py", check=True).changed == ("eagerc_runtime/manifest.json", "work.py")
    assert contents(folder / "build") == before


def test_a_damaged_tree_is_mended(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": eager})
    built("work.py")
    (folder / "build/work.py").write_text("")
    assert built("work.py", check=True).changed == ("work.py",)
    assert built("work.py").changed == ("work.py",)
    assert (folder / "build/work.py").read_text()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "present",
    [
        {"build": "a file"},
        {"build/notes.txt": "mine"},
        {"build/eagerc_runtime/manifest.json": "{}"},
        {"build/eagerc_runtime/manifest.json": "no json"},
        {"build/eagerc_runtime/manifest.json": '{"schema": "eagerc.manifest/1", "files": []}', "build/mine.py": ""},
    ],
    ids=["file", "foreign", "empty manifest", "broken manifest", "one file more"],
)
def test_what_eagerc_did_not_write_stays(
    write: Write, built: Build, eager: str, contents: Contents, present: dict[str, str], check: bool
) -> None:
    folder = write({"work.py": eager, **present})
    before = contents(folder)
    with pytest.raises(BuildError, match="build") as caught:
        built("work.py", check=check)
    assert caught.value.remedy
    assert contents(folder) == before


def test_an_empty_folder_is_taken(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": eager})
    (folder / "build").mkdir()
    assert built("work.py").changed


def test_compiled_files_do_not_matter(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": eager})
    built("work.py")
    (folder / "build/__pycache__").mkdir()
    (folder / "build/__pycache__/work.cpython-311.pyc").write_bytes(b"")
    assert built("work.py").changed == ()
    write({"work.py": eager + "#\n"})
    assert built("work.py").changed


def test_a_linked_folder_stays_a_link(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": eager})
    (folder / "real").mkdir()
    (folder / "build").symlink_to("real")
    built("work.py")
    assert (folder / "build").is_symlink()
    assert (folder / "real/work.py").exists()


def test_missing_parents_are_made(write: Write, eager: str, project: Path) -> None:
    folder = write({"work.py": eager})
    done = run("build(analyze(['work.py']), 'far/away/build')", folder, project)
    assert done.returncode == 0, done.stderr
    assert (folder / "far/away/build/work.py").stat().st_mode & 0o044
    assert (folder / "far/away/build").stat().st_mode & 0o055
    assert os.listdir(folder / "far/away") == ["build"]


@pytest.mark.parametrize("failing", ["open", "makedirs", "rename"])
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"]
)
def test_a_failure_leaves_the_old_tree(
    write: Write,
    built: Build,
    eager: str,
    contents: Contents,
    monkeypatch: pytest.MonkeyPatch,
    failing: str,
    error: BaseException,
) -> None:
    """Whichever step fails, and however often it worked before."""
    folder = write({"work.py": eager})
    built("work.py")
    write({"work.py": eager + "# more\n"})
    before = contents(folder)
    for successes in range(3):
        with monkeypatch.context() as patched:
            _fail_after(patched, failing, successes, error)
            try:
                built("work.py")
            except (BuildError, KeyboardInterrupt):
                assert contents(folder) == before
            else:
                assert (failing, successes) == ("rename", 2), "an exchange takes two renames"
        assert [path for path in os.listdir(folder) if path.startswith(".")] == []


def _fail_after(patched: pytest.MonkeyPatch, failing: str, successes: int, error: BaseException) -> None:
    """Let a function that the build writes with fail once, after it worked some times."""
    import codegen.build.folder as module

    owner = module if failing == "open" else os
    original: Callable[..., object] = open if failing == "open" else getattr(os, failing)
    calls = iter(range(1000))

    def instead(*arguments: object, **keywords: object) -> object:
        writing = failing != "open" or "wb" in arguments
        if writing and next(calls) == successes:
            raise error
        return original(*arguments, **keywords)

    patched.setattr(owner, failing, instead, raising=False)


def test_a_killed_build_leaves_the_old_tree(
    write: Write, built: Build, eager: str, contents: Contents, project: Path
) -> None:
    folder = write({"work.py": eager})
    built("work.py")
    write({"work.py": eager + "# more\n"})
    before = contents(folder / "build")
    kill = (
        "import os, signal, codegen.build.folder as f; write = f._write; "
        "f._write = lambda file, content: "
        "os.kill(os.getpid(), signal.SIGKILL) if file.endswith('task.py') else write(file, content); "
    )
    done = run(f"{kill} build(analyze(['work.py']), 'build')", folder, project)
    assert done.returncode == -9
    assert contents(folder / "build") == before
    assert built("work.py").changed


def test_builds_at_once_leave_one_whole_tree(
    write: Write, built: Build, eager: str, contents: Contents, project: Path
) -> None:
    folder = write({"one/work.py": eager, "two/work.py": eager + "# two\n", "two/more.py": ""})
    results = []
    for name in ("one", "two"):
        built(f"{name}/work.py")
        results.append(contents(folder / "build"))
    repeat = "[build(analyze([f'{name}/work.py']), 'build') for _ in range(20) for name in ('one', 'two')]"
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(run, repeat, folder, project) for _ in range(3)]
    for done in runs:
        assert done.result().returncode == 0, done.result().stderr
    assert contents(folder / "build") in results
    assert sorted(os.listdir(folder)) == ["build", "one", "two"]


@pytest.mark.parametrize("away", range(4))
def test_a_tree_that_another_build_exchanges_can_be_read(
    write: Write, built: Build, eager: str, monkeypatch: pytest.MonkeyPatch, away: int
) -> None:
    """The folder is gone at one look at it, whichever that is, and back at the next."""
    folder = write({"work.py": eager})
    files = set(built("work.py").files)
    tree, looks = folder / "build", count()

    def look(original: Callable[..., os.stat_result], path: object, **keywords: object) -> os.stat_result:
        if str(path) != str(tree) or next(looks) != away:
            return original(path, **keywords)
        tree.rename(folder / "old")
        try:
            return original(path, **keywords)
        finally:
            (folder / "old").rename(tree)

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, partial(look, getattr(os, name)))
    assert set(present_files(str(tree))) in (files, set())
