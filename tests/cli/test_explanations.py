"""Chains and cycles, on whatever graph and program."""

from pathlib import Path

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.analysis import Analysis, analyze
from analyzers.chains import Action, Chain, chains
from analyzers.cycles import cycles
from analyzers.model.facts import EntityFunction
from tests.inference import cases

SAMPLES = Path(__file__).parents[2] / "samples"
NODES = st.sampled_from("abcdefg")


@given(edges=st.sets(st.tuples(NODES, NODES)))
def test_cycles_are_strongly_connected_components(edges: set[tuple[str, str]]) -> None:
    graph: networkx.DiGraph[str] = networkx.DiGraph(edges)
    graph.add_node("a")
    reached = graph.subgraph({"a", *networkx.descendants(graph, "a")})
    expected = {
        tuple(sorted(component))
        for component in networkx.strongly_connected_components(reached)
        if len(component) > 1 or reached.has_edge(*component, *component)
    }
    assert set(cycles("a", lambda node: sorted(graph.successors(node)))) == expected


def test_a_long_way_is_no_recursion() -> None:
    assert cycles("0", lambda node: [str((int(node) + 1) % 5000)]) == (tuple(sorted(map(str, range(5000)))),)


@pytest.mark.parametrize("page", cases.pages(), ids=lambda page: page.stem)
def test_every_dependency_is_explained(page: Path, tmp_path: Path) -> None:
    cases.write(tmp_path, cases.read(page).files)
    analysis = cases.analysis_of(tmp_path)
    for function in analysis.functions:
        explain(analysis, function)


def test_every_dependency_of_the_samples_is_explained() -> None:
    analysis = analyze([str(SAMPLES)])
    for function in analysis.functions:
        explain(analysis, function)


def explain(analysis: Analysis, function: EntityFunction) -> None:
    """Assert that every entity that is reached has chains to it, and that those are as short as the analysis knows."""
    for entity in analysis.closure(function.entity.name):
        found = chains(analysis, function, entity.name)
        assert found, entity.name
        assert all(chain.steps[-1].name == entity.name for chain in found)
    for invocation in function.invocations:
        found = chains(analysis, function, invocation.entity.name)
        (chain,) = [
            chain
            for chain in found
            if chain.invocation.place == invocation.place and chain.invocation.entity == invocation.entity
        ]
        assert calls(chain) <= len(invocation.chain) + 1


def calls(chain: Chain) -> int:
    return sum(1 for step in chain.steps if step.action is not Action.RUNS)
