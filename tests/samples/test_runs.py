"""What the samples give on flytekit, and that it is what was inferred from their source."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.samples.table import Outcome, cases


@pytest.mark.parametrize("number", range(len(cases())), ids=[f"{case.function}-{case.inputs}" for case in cases()])
def test_a_run_gives_what_the_table_says(number: int, outcomes: list[Outcome]) -> None:
    outcome = outcomes[number]
    assert outcome.result == outcome.case.result
    assert (outcome.case.raises in outcome.raises) if outcome.case.raises else not outcome.raises


def test_in_processes_everything_is_as_in_threads(
    outcomes: list[Outcome], outcomes_in_processes: list[Outcome]
) -> None:
    def story(outcome: Outcome) -> tuple[object, ...]:
        # What is gathered starts in the order of the source and ends in any order.
        events = [tuple(event[key] for key in ("event", "site", "entity", "parent")) for event in outcome.trace]
        return outcome.case, outcome.result, outcome.raises, sorted(events)

    assert [story(outcome) for outcome in outcomes_in_processes] == [story(outcome) for outcome in outcomes]


def source_name(entity: str) -> str:
    """Give the name of a definition for the name that Flyte gives it; they differ for map tasks."""
    return re.sub(
        r"^word_statistics\.counting\.map_count_words_\w+-arraynode$", "word_statistics.counting.count_each", entity
    )


def test_what_ran_is_what_was_inferred(samples: Path, outcomes: list[Outcome], eagerc: Callable[..., str]) -> None:
    report = json.loads(eagerc("deps", samples, "--format", "json"))
    inferred = {row["name"]: {entity["name"] for entity in row["entities"]} for row in report["functions"]}
    ran: dict[str, set[str]] = defaultdict(set)
    for outcome in outcomes:
        for event in outcome.trace:
            ran[event["parent"]].add(source_name(event["entity"]))
    assert ran == inferred
    assert not [row["unresolved"] for row in report["functions"] if row["unresolved"]]


def test_the_sites_that_ran_are_the_sites_inferred(
    samples: Path, outcomes: list[Outcome], eagerc: Callable[..., str]
) -> None:
    report = json.loads(eagerc("deps", samples, "--format", "json"))
    inferred = {
        (row["name"], site["id"])
        for row in report["functions"]
        for entity in row["entities"]
        for site in entity["sites"]
    }
    ran = {(event["parent"], event["site"]) for outcome in outcomes for event in outcome.trace}
    assert ran == inferred
