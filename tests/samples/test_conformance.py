"""Every recorded run of a sample is a walk of the graph that was drawn from its source alone."""

from collections import defaultdict
from pathlib import Path

import pytest

from codegen.graph.conformance import first_deviation
from codegen.graph.control import Graph
from codegen.graph.function import graph_of
from eagerc.analyses import analysis_of_all
from tests.samples.table import Outcome, cases


@pytest.fixture(scope="module")
def graphs(samples: Path) -> dict[str, Graph]:
    analysis = analysis_of_all([str(samples)]).analysis
    return {function.entity.name: graph_of(function) for function in analysis.functions}


@pytest.mark.parametrize("number", range(len(cases())), ids=[f"{case.function}-{case.inputs}" for case in cases()])
def test_a_run_is_a_walk_of_the_graph(number: int, outcomes: list[Outcome], graphs: dict[str, Graph]) -> None:
    outcome = outcomes[number]
    started: dict[tuple[str, int], list[str]] = defaultdict(list)
    for event in outcome.trace:
        if event["event"] == "start":
            started[event["parent"], event["run"]].append(event["site"])
    assert outcome.case.function in {parent for parent, _ in started}
    for (parent, _), sites in started.items():
        finished = parent == outcome.case.function and not outcome.raises
        assert first_deviation(graphs[parent], sites, finished) is None, (parent, sites)
