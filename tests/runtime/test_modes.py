"""The same program in threads and in processes: every call ends alike."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from eagerc_runtime import eager, invoke
from eagerc_runtime.embedded import jobs
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Run

PROGRAM = "import json, workshop; print(); print(json.dumps(workshop.described_calls()))"


class Told(NamedTuple):
    """What a run of all calls told."""

    calls: dict[str, Any]
    trace: list[dict[str, Any]]


@pytest.fixture
def told(workshop: Path, run: Run) -> dict[str, Told]:
    """By number of processes."""
    (workshop / "a folder").mkdir()
    (workshop / "a folder" / "of one").write_text("file")
    found = {}
    for limit in ("", "2"):
        done = run("-c", PROGRAM, EAGERC_JOBS=limit, EAGERC_TRACE=f"trace{limit}")
        assert done.returncode == 0, done.stderr
        trace = [json.loads(line) for line in (workshop / f"trace{limit}").read_text().splitlines()]
        found[limit] = Told(json.loads(done.stdout.splitlines()[-1]), trace)
    return found


def test_results_exceptions_and_traces_are_the_same(told: dict[str, Told]) -> None:
    threads, processes = told[""], told["2"]
    place = [calls.pop("where") for calls, _ in told.values()]  # a time and a folder of this run
    assert [kind for kind, _ in place] == ["builtins.list"] * 2
    assert threads.calls == processes.calls
    assert len(threads.calls) > 45

    def story(trace: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        return [tuple(event[key] for key in ("event", "site", "entity", "parent")) for event in trace]

    assert story(threads.trace) == story(processes.trace)
    invocations = {event["id"] for event in processes.trace}
    assert len(invocations) == len({event["id"] for event in threads.trace})
    assert len({event["run"] for event in processes.trace}) == len({event["run"] for event in threads.trace})


VALUES = st.one_of(
    st.tuples(st.just("of_list"), st.lists(st.integers())),
    st.tuples(st.just("of_dict"), st.dictionaries(st.text(), st.lists(st.floats(allow_nan=False)))),
    st.tuples(st.just("of_text"), st.text()),
    st.tuples(st.just("of_float"), st.floats(allow_nan=False)),
    st.tuples(st.just("of_nothing"), st.none() | st.integers()),
    st.tuples(st.just("of_choice"), st.integers() | st.text()),
)


@pytest.fixture(scope="module")
def gathered(program: Callable[[str], Any]) -> Iterator[Callable[..., list[Any]]]:
    """What calls of tasks of `workshop` give together, in threads or in processes."""
    workshop = program("workshop")
    given: list[Any] = []
    found: list[Any] = []

    @eager
    async def body() -> int:
        awaitables = [invoke("s", getattr(workshop, name), value=value) for name, value in given]
        found[:] = await asyncio.gather(*awaitables, return_exceptions=True)
        return 0

    with contextlib.closing(jobs.Jobs(2)) as pool, pytest.MonkeyPatch.context() as patch:

        def gather(calls: list[tuple[str, Any]], *, processes: bool) -> list[Any]:
            patch.setattr(jobs, "pool", lambda: pool if processes else None)
            given[:] = calls
            asyncio.run(body())
            return list(found)

        yield gather


@settings(max_examples=25)
@given(st.lists(VALUES, min_size=1, max_size=8))
def test_values_arrive_as_they_do_in_threads(gathered: Any, calls: list[tuple[str, Any]]) -> None:
    assert repr(gathered(calls, processes=True)) == repr(gathered(calls, processes=False))
