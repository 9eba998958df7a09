"""What only a process of its own shows: signals, pipes, encodings, what is imported, what is never run."""

import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest

from analyzers.model.places import Place
from eagerc import analyses
from tests.cli.conftest import Command

SOURCE = """\
from pathlib import Path

from flytekit import eager, task

Path("executed").touch()


@task
async def greet(name: str) -> str:
    return f"héllo {name}"


@eager
async def welcome(name: str) -> str:
    return await greet(name=name)
"""
# Every module costs a part of a millisecond, and `check` is started for each file that is saved. A name that ends in a
# dot stands for a whole package of ours.
IMPORTS_OF_CHECK = (Path(__file__).parent / "imports_of_check.txt").read_text().split()
WAITING = """\
import sys, time
from eagerc import analyses
from eagerc.cli.main import main

def analyze(*_):
    print(flush=True)
    time.sleep(60)

analyses.analyze = analyze
sys.exit(main(["check", "shop.py"]))
"""
LOADED = """\
import sys
from eagerc.cli.main import main
status = main(sys.argv[1:])
print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.parametrize(
    ("command", "unwanted"),
    [
        ("deps shop.py", {"flytekit", "libcst", "networkx", "graphviz", "rich"}),
        ("graph shop.py --format dot", {"flytekit", "libcst", "rich"}),
        ("build shop.py -o out", {"flytekit", "rich"}),
    ],
)
def test_what_a_verb_imports_and_never_runs(command: str, unwanted: set[str], tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    # Measuring coverage in the process would import what the process itself does not.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run(
        [sys.executable, "-P", "-c", LOADED, *command.split()],
        cwd=tmp_path,
        env=unmeasured,
        capture_output=True,
        check=True,
        text=True,
    )
    assert unwanted & set(done.stderr.split()) == set()
    assert not (tmp_path / "executed").exists()


def test_the_modules_that_check_imports(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    before, after = (
        subprocess.run(
            [sys.executable, "-P", "-c", f"import sys{code}; print(*sys.modules)"],
            cwd=tmp_path,
            capture_output=True,
            check=True,
            text=True,
        )
        for code in ("", "; from eagerc.cli.main import main; main(['check', 'shop.py'])")
    )
    imported = set(after.stdout.splitlines()[-1].split()) - set(before.stdout.split())
    packages = tuple(name for name in IMPORTS_OF_CHECK if name.endswith("."))
    assert {name for name in imported - set(IMPORTS_OF_CHECK) if not f"{name}.".startswith(packages)} == set()
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["check", "shop.py"], 0), (["check", "gone.py"], 2), (["check", "broken.py"], 1), (["--version"], 0), ([], 2)],
)
def test_the_process_ends_with_the_exit_code(
    arguments: list[str], status: int, process: Command, tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    (tmp_path / "broken.py").write_text("x = (\n")
    assert process(*arguments).status == status


def test_the_version_is_that_of_the_package(process: Command) -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert process("--version").stdout == f"{project['name']} {project['version']}\n"


def test_output_that_cannot_encode_a_character_shows_its_escape(process: Command, tmp_path: Path) -> None:
    (tmp_path / "caf\u00e9.py").write_text("x = (  # caf\u00e9\n")
    done = process("check", "caf\u00e9.py", PYTHONIOENCODING="ascii")
    assert done.status == 1
    assert "caf\\xe9.py:1:5: EGR001" in done.stdout


def test_a_tree_for_output_without_lines_is_drawn_in_ascii(process: Command, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    assert "\n`-- shop.greet" in process("deps", "shop.py", PYTHONIOENCODING="latin-1").stdout


def test_a_reader_that_leaves_is_no_failure_of_eagerc(tmp_path: Path) -> None:
    for number in range(400):
        (tmp_path / f"broken{number}.py").write_text("eager = (\n")
    command = subprocess.Popen(
        [sys.executable, "-P", "-m", "eagerc", "check", "."],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stderr is not None
    with command.stdout, command.stderr:
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() == b""
    assert command.wait() == 141


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "eagerc", "check", "shop.py"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_interruption_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    command = subprocess.Popen(
        [sys.executable, "-P", "-c", WAITING],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stderr is not None
    with command.stdout, command.stderr:
        command.stdout.readline()
        command.send_signal(signal.SIGINT)
        assert command.stderr.read() == b"eagerc: interrupted\n"
    assert command.wait() == 130


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the analysis of any file fail while it looks at line 7."""

    def analyze(*_: object) -> NoReturn:
        place = Place("shop.py", 7, 1, 7, 9)
        raise LookupError(f"lost\x1b at {place.line}")

    monkeypatch.setattr(analyses, "analyze", analyze)


@pytest.mark.usefixtures("failing")
def test_a_failure_of_eagerc_says_so_and_where(eagerc: Command, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    done = eagerc("check", "shop.py")
    assert done.status == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines[0].startswith(r"eagerc: internal failure: LookupError: lost\x1b at 7 (analyze, line ")
    assert lines[1] == "eagerc: while looking at shop.py:7:1"
    assert all(line.startswith("eagerc: ") for line in lines)


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("arguments", [["--debug", "check", "shop.py"], ["check", "shop.py", "--debug"]])
def test_a_failure_is_raised_for_who_debugs(arguments: list[str], tmp_path: Path, eagerc: Command) -> None:
    (tmp_path / "shop.py").write_text(SOURCE)
    with pytest.raises(LookupError):
        eagerc(*arguments)


@pytest.mark.parametrize("source", ["(" * 5000 + ")" * 5000, "x = " + "-" * 100_000 + "1", "[" * 150 + "]" * 150])
def test_deep_nesting_is_no_failure_of_eagerc(source: str, eagerc: Command, tmp_path: Path) -> None:
    (tmp_path / "deep.py").write_text(f"from flytekit import eager\nx = {source}\n")
    for verb in ("check", "deps"):
        done = eagerc(verb, "deep.py")
        assert done.status in (0, 1)
        assert "internal failure" not in done.stderr
