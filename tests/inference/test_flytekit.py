"""The stand-in for flytekit against flytekit: where flytekit runs a case, it invokes the same entities."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inference import cases
from tests.inference.cases import Case
from tests.inference.oracle import Oracle

AT_LEAST = 250
"""So many cases flytekit alone can run; it refuses awaits of sync entities, references, tasks without outputs."""


APART = ("flytekit.experimental", "Executor", "executor", "Thread", "to_thread", "timeout=")
"""The classic dialect is gone from flytekit, in threads flytekit does not know whose body runs, and nothing times out
while it runs the body of an async task."""


@pytest.fixture(scope="module")
def flytekit() -> Iterator[Oracle]:
    """A process that runs programs on flytekit."""
    started = Oracle("--flytekit")
    yield started
    started.close()


def _comparable() -> list[Case]:
    """The cases whose runs never fail, and await every awaitable."""
    found = (cases.read(page) for page in cases.pages())
    return [
        case
        for case in found
        if case.mode != "static"
        and not any(run.raises for run in case.runs)
        and not any(" dropped" in line for lines in case.inferred.values() for line in lines)
        and not any(word in text for text in case.files.values() for word in APART)
    ]


@pytest.mark.slow
def test_stand_in_agrees(tmp_path: Path, oracle: Oracle, flytekit: Oracle) -> None:
    agreed = []
    for case in _comparable():
        folder = tmp_path / case.name
        cases.write(folder, case.files)
        runs = [run.text for run in case.runs]
        real = flytekit.run(folder, runs)
        if any(real.outcomes):
            continue
        assert (case.name, oracle.run(folder, runs).invoked) == (case.name, real.invoked)
        agreed.append(case.name)
    assert len(agreed) >= AT_LEAST
