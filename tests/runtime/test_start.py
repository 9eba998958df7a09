"""A tree with a copy of the payload, started in the ways that people start eager functions."""

import ast
from pathlib import Path

import pytest

from .conftest import PAYLOAD, Run

PROGRAM = """
import asyncio, sys
import eagerc_runtime as _eagerc
from eagerc_runtime import EagerException, eager
from flytekit import task

@task
def add_one(x: int) -> int:
    return x + 1

@task
def fail(x: int) -> int:
    raise KeyError(f"no return for {x}")

@eager
async def fine(x: int, y: int = 2) -> int:
    return sum(await asyncio.gather(*(_eagerc.invoke("s", add_one, x=x) for _ in range(y))))

@eager
async def broken(x: int) -> int:
    return await _eagerc.invoke("s", fail, x=x)

@eager
async def leaves(x: int) -> int:
    sys.exit(await _eagerc.invoke("s", add_one, x=x))
    return 1

@eager
async def left_behind(x: int) -> int:
    asyncio.create_task(_eagerc.invoke("s", add_one, x=x))
    return 1

@task
def endless(x: int) -> int:
    import time
    time.sleep(600)
    return x

@eager
async def impatient(x: int) -> int:
    try:
        return await asyncio.wait_for(_eagerc.invoke("s", endless, x=x), 0.1)
    except asyncio.TimeoutError:
        return -1

if __name__ == "__main__":
    print("result", asyncio.run(globals()[sys.argv[1]](x=5)))
"""

WITNESS = """
import asyncio, sys
from program import fine

def witness(event, arguments):
    if event in ("subprocess.Popen", "os.posix_spawn", "os.fork"):
        print("started", event)

sys.addaudithook(witness)
print("result", asyncio.run(fine(x=5)))
"""


@pytest.fixture
def program(tree: Path) -> Path:
    (tree / "program.py").write_text(PROGRAM)
    return tree


@pytest.mark.usefixtures("program")
def test_as_a_program(run: Run) -> None:
    assert run("program.py", "fine").stdout.splitlines()[-1] == "result 12"


@pytest.mark.usefixtures("program")
def test_a_run_starts_no_process(run: Run) -> None:
    # A hook stays in its process until that ends, so that this is one of its own.
    finished = run("-c", WITNESS)
    assert finished.stdout.splitlines() == ["result 12"], finished.stderr


@pytest.mark.usefixtures("program")
def test_by_pyflyte_run(run: Run) -> None:
    finished = run("-m", "flytekit.clis.sdk_in_container.pyflyte", "run", "program.py", "fine", "--x", "5", "--y", "3")
    assert finished.stdout.splitlines()[-1:] == ["18"], finished.stderr


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    "way",
    [
        ("program.py", "broken"),
        ("-m", "flytekit.clis.sdk_in_container.pyflyte", "run", "program.py", "broken", "--x", "5"),
    ],
)
def test_an_error_shows_its_class_and_its_message(run: Run, way: tuple[str, ...]) -> None:
    finished = run(*way)
    assert finished.returncode == 1
    assert "KeyError: 'no return for 5'" in finished.stderr + finished.stdout
    assert "EagerException" not in finished.stderr + finished.stdout


@pytest.mark.usefixtures("program")
def test_the_program_can_end_itself(run: Run) -> None:
    assert run("program.py", "leaves").returncode == 6


@pytest.mark.usefixtures("program")
def test_what_was_left_behind_is_cancelled(run: Run) -> None:
    finished = run("program.py", "left_behind")
    assert (finished.stdout.splitlines()[-1:], finished.stderr) == (["result 1"], "")


@pytest.mark.usefixtures("program")
def test_an_abandoned_task_does_not_hold_up_the_end(run: Run) -> None:
    assert run("program.py", "impatient").stdout.splitlines()[-1] == "result -1"


def test_the_payload_is_written_for_python_3_10() -> None:
    for path in sorted(PAYLOAD.glob("*.py")):
        ast.parse(path.read_text(), feature_version=(3, 10))
