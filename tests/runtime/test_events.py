"""What a run tells about itself."""

import json
from pathlib import Path

from .conftest import Run

PROGRAM = """
import asyncio, time
import eagerc_runtime as _eagerc
from eagerc_runtime import eager
from flytekit import task

@task
def wait(seconds: float) -> float:
    time.sleep(seconds)
    return seconds

@task
def fail(seconds: float) -> float:
    time.sleep(seconds)
    raise ValueError("no return")

@eager
async def inner(seconds: float) -> float:
    return _eagerc.invoke_blocking("site of wait", wait, seconds=seconds)

@eager
async def outer(slow: float, quick: float) -> float:
    await asyncio.gather(_eagerc.invoke("site of inner", inner, slow), _eagerc.invoke("site of wait", wait, quick))
    try:
        await _eagerc.invoke("site of fail", fail, slow)
    except ValueError:
        return 0.0
"""


def test_a_trace_tells_each_start_and_end_with_its_parent(run: Run, tree: Path) -> None:
    (tree / "program.py").write_text(PROGRAM)
    start_program = "import asyncio, program; asyncio.run(program.outer(slow=0.0, quick=0.0))"
    assert run("-c", start_program, EAGERC_TRACE="trace.jsonl").returncode == 0
    events = [json.loads(line) for line in (tree / "trace.jsonl").read_text().splitlines()]
    told = sorted((event["site"], event["entity"], event["parent"], event["event"]) for event in events)
    assert told == [
        ("site of fail", "program.fail", "program.outer", "error"),
        ("site of fail", "program.fail", "program.outer", "start"),
        ("site of inner", "program.inner", "program.outer", "end"),
        ("site of inner", "program.inner", "program.outer", "start"),
        ("site of wait", "program.wait", "program.inner", "end"),
        ("site of wait", "program.wait", "program.inner", "start"),
        ("site of wait", "program.wait", "program.outer", "end"),
        ("site of wait", "program.wait", "program.outer", "start"),
    ]
    times = [event["time"] for event in events]
    assert times == sorted(times)
    assert len({event["id"] for event in events}) == 4
    assert len({event["run"] for event in events if event["parent"] == "program.outer"}) == 1


def test_progress_tells_what_takes_long_and_nothing_else(run: Run, tree: Path) -> None:
    (tree / "program.py").write_text(PROGRAM)
    start_program = "import asyncio, program; asyncio.run(program.outer(slow=1.5, quick=0.0))"
    finished = run("-c", start_program, EAGERC_PROGRESS="1")
    assert finished.returncode == 0
    lines = [line for line in finished.stderr.splitlines() if line.startswith("eagerc: ")]
    assert lines == [
        "eagerc: program.inner is still running (site of inner)",
        "eagerc: program.wait is still running (site of wait)",
        *sorted(line for line in lines if line.endswith("s (site of wait)")),
        *sorted(line for line in lines if line.endswith("s (site of inner)")),
        "eagerc: program.fail is still running (site of fail)",
        *sorted(line for line in lines if "failed with ValueError after 1." in line),
    ]
    assert len(lines) == 6


def test_silence_is_the_default(run: Run, tree: Path) -> None:
    (tree / "program.py").write_text(PROGRAM)
    start_program = "import asyncio, program; asyncio.run(program.outer(slow=1.2, quick=0.0))"
    assert "eagerc:" not in run("-c", start_program).stderr
