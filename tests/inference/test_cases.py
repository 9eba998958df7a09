"""Each page of the library: what eagerc infers is what the page says, and what the page says is what runs show."""

from pathlib import Path

import pytest

from tests.inference import cases
from tests.inference.cases import Case, Expression
from tests.inference.oracle import Oracle

CASES = [cases.read(page) for page in cases.pages()]
RUNNABLE = [case for case in CASES if case.mode != "static"]


def named(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=named)
def test_inferred(case: Case, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    cases.write(tmp_path, case.files)
    found = cases.inferred(cases.analysis_of(tmp_path))
    expected = {name: sorted(lines.elements()) for name, lines in case.inferred.items()}
    same = {name: sorted(lines) for name, lines in found.items()} == expected
    if request.config.getoption("--update") and not same:
        cases.update(case.path, found)
    else:
        assert {name: sorted(lines) for name, lines in found.items()} == expected


@pytest.mark.parametrize("case", RUNNABLE, ids=named)
def test_recorded(case: Case, tmp_path: Path, oracle: Oracle) -> None:
    """The runs of a page invoke what it lists, all of it unless it says `subset`, and nothing else."""
    cases.write(tmp_path, case.files)
    recording = oracle.run(tmp_path, [run.text for run in case.runs])
    assert [_ended(run, outcome) for run, outcome in zip(case.runs, recording.outcomes, strict=True)] == [
        run.raises or "normally" for run in case.runs
    ]
    for function, lines in case.inferred.items():
        listed = cases.listing(lines)
        recorded = recording.invoked.get(function, frozenset())
        missed = frozenset() if listed.open else recorded - listed.possible
        extra = listed.certain - recorded if case.mode == "exact" else frozenset()
        assert (function, sorted(missed), sorted(extra)) == (function, [], [])


def _ended(run: Expression, outcome: str | None) -> str:
    """How a run ended: `normally`, the expected exception's name, or whatever else happened."""
    if outcome is None:
        return "normally"
    return run.raises if run.raises and outcome.startswith(f"{run.raises}:") else outcome
