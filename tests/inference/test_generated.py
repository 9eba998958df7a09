"""Random programs: what a run invokes is inferred, and nothing is left undecided."""

import ast
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, note, settings

from tests.inference import cases
from tests.inference.oracle import Oracle
from tests.inference.programs import INPUTS, programs

RUNS = [f"main.flow(x={value})" for value in INPUTS]
FRAMES_PER_CALL = 20
CALM = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)


def examined(files: dict[str, str], oracle: Oracle) -> None:
    """Interpret a program, run it, and compare."""
    note(files["main.py"])
    with TemporaryDirectory() as name:
        folder = Path(name)
        cases.write(folder, files)
        (flow,) = cases.analysis_of(folder).functions
        recording = oracle.run(folder, RUNS)
    assert recording.outcomes == (None,) * len(RUNS)
    assert recording.invoked.get("main.flow", frozenset()) <= {call.entity.name for call in flow.invocations}
    assert [call.text for call in flow.unresolved] == []
    assert len(flow.frames) <= FRAMES_PER_CALL * calls_in(files)


def calls_in(files: dict[str, str]) -> int:
    """How many calls a program has: what the number of analysed bodies is measured by."""
    trees = [ast.walk(ast.parse(text)) for text in files.values()]
    return sum(isinstance(node, ast.Call) for tree in trees for node in tree)


@settings(max_examples=60, suppress_health_check=CALM)
@given(files=programs())
def test_runs_are_inferred(files: dict[str, str], oracle: Oracle) -> None:
    examined(files, oracle)


@pytest.mark.slow
@settings(max_examples=2000, suppress_health_check=CALM)
@given(files=programs())
def test_many_runs_are_inferred(files: dict[str, str], oracle: Oracle) -> None:
    examined(files, oracle)
