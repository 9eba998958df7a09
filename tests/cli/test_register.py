"""`eagerc register` and `eagerc run --remote` before anything is started, and what they start."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

SOURCE = """\
from flytekit import eager, task


@task
def one(x: int) -> int:
    return x


@eager
async def work(x: int) -> int:
    return await one(x=x)
"""


@pytest.fixture(autouse=True)
def work(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text(SOURCE)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.py").write_text("from flytekit import eager\ndef\n")


@pytest.fixture
def telling(tmp_path: Path) -> Path:
    """An interpreter that only tells which arguments it gets."""
    path = tmp_path / "telling"
    path.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[3:]))\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("register",), 2, "the following arguments are required: PATH"),
        (("register", "absent.py"), 2, "absent.py: No such file or directory"),
        (("register", "empty"), 2, "no eager function was found; name a file or folder that holds one"),
        (("register", "broken.py"), 1, "broken.py:2:4: invalid syntax"),
        (("register", "--python", "absent", "work.py"), 2, "absent: there is no such interpreter"),
        (("register", "--config", "absent", "work.py"), 2, "absent: there is no such configuration file"),
        (("register", "--wait", "work.py"), 2, "unrecognized arguments: --wait"),
        (("run", "--wait", "work.py", "work"), 2, "--wait: only for a run on a cluster; add --remote"),
        (
            ("run", "-p", "p", "--recover", "e", "work.py", "work"),
            2,
            "--project, --recover: only for a run on a cluster",
        ),
        (("run", "--remote", "empty", "work"), 2, "empty: is a folder; name the file that holds the function"),
    ],
)
def test_wrong_usage_starts_nothing(process: Command, arguments: tuple[str, ...], status: int, message: str) -> None:
    done = process(*arguments)
    assert (done.status, done.stdout) == (status, "")
    assert message in done.stderr


def test_an_interpreter_without_flytekit_is_told(process: Command, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    done = process("register", "--python", str(bare), "work.py")
    assert done.status == 2
    assert "has no flytekit; install it there, or name another with --python" in done.stderr


def test_only_what_was_chosen_is_handed_over(process: Command, telling: Path, tmp_path: Path) -> None:
    options = ("-p", "shop", "--image", "a=i:1", "--image", "i:2", "--activate-launchplans", "--dry-run")
    done = process("register", "--python", str(telling), "--build-dir", "tree", *options, "work.py")
    tree, program, choices = json.loads(done.stdout)
    assert (tree, program) == (str(tmp_path / "tree"), "register")
    assert json.loads(choices) == {
        "project": "shop",
        "image": ["a=i:1", "i:2"],
        "activate_launchplans": True,
        "dry_run": True,
    }


def test_a_remote_run_hands_over_the_call_as_it_stands(process: Command, telling: Path, tmp_path: Path) -> None:
    call = ("work.py", "work", "--x", "1", "--wait")
    done = process("run", "--python", str(telling), "--build-dir", "tree", "--remote", "--recover", "e1", *call)
    _, program, choices, source, built, *rest = json.loads(done.stdout)
    assert (program, source, built) == ("run_remote", "work.py", str(tmp_path / "tree" / "work.py"))
    assert json.loads(choices) == {"recover": "e1"}
    assert rest == ["work", "--x", "1", "--wait"]


def test_the_help_lists_the_verb(eagerc: Command) -> None:
    assert "  register  build, and register all that eager functions need on a cluster" in eagerc("--help").stdout
