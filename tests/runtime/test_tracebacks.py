"""Tracebacks of containers: what is left of them is the user's."""

from pathlib import Path

import pytest
from eagerc_runtime.programs.tracebacks import user_part

from .conftest import Run

REMOTE = """\
remote traceback:
  Traceback (most recent call last):
    File "/app/site-packages/flytekit/core/base_task.py", line 767, in dispatch_execute
      native_outputs = self.execute(**native_inputs)
                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    File "/app/eagerc_runtime/task.py", line 54, in execute
      return container.run_body(self.name)
    File "/app/shop.py", line 5, in sell
      return 1 / 0
             ~~^~~
    File "/app/eagerc_runtime/invocation.py", line 67, in _awaited
      raise failure  # outside of the handler

  ZeroDivisionError: division by zero
execution: http://console/e1"""


def test_frames_of_the_machinery_go() -> None:
    assert user_part(REMOTE) == (
        "remote traceback:\n"
        "  Traceback (most recent call last):\n"
        '    File "/app/shop.py", line 5, in sell\n'
        "      return 1 / 0\n"
        "             ~~^~~\n"
        "\n"
        "  ZeroDivisionError: division by zero\n"
        "execution: http://console/e1"
    )


PROGRAM = """
import asyncio
import eagerc_runtime as _eagerc2
from eagerc_runtime import eager
from flytekit import task, workflow

@task
def refuse(x: int = 0) -> int:
    raise ValueError(f"no return for {x}")

@eager
async def nested() -> int:
    return await asyncio.gather(_eagerc2.invoke("a", refuse), _eagerc2.invoke_overridable("b", refuse, x=1))

@eager
async def blocking() -> int:
    return 1 + _eagerc2.invoke_blocking("m:blocking#refuse#1", refuse, x=3)

@eager
async def notes() -> list[str]:
    found = await asyncio.gather(nested(), blocking(), return_exceptions=True)
    return [error.__notes__[0] for error in found]

if __name__ == "__main__":
    print("\\n".join(asyncio.run(notes())))
"""
LINES = (
    "invoked at {}:13: return await asyncio.gather(refuse(), refuse(x=1))",
    "invoked at {}:17: return 1 + refuse(x=3)",
)


def test_the_line_of_a_call_is_shown_as_in_the_source(
    run: Run, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (tree / "program.py").write_text(PROGRAM)
    assert run("program.py").stdout.splitlines()[-2:] == [line.format("program.py") for line in LINES]
    root = tmp_path_factory.mktemp("source")
    (root / "program.py").write_text(PROGRAM)
    shown = run("program.py", EAGERC_SOURCE_ROOTS=str(root)).stdout
    assert shown.splitlines()[-2:] == [line.format(root / "program.py") for line in LINES]
