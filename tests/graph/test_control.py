"""Any flow tree becomes a graph in which every run of the tree is a walk."""

import json
from random import Random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.flow import print_flow, shape
from analyzers.model.flow import Arm, Branch, Flow, Helper, Invoke, Origin, Parallel, Return, Sequence
from codegen.graph.conformance import first_deviation
from codegen.graph.control import Graph, control_graph
from codegen.graph.document import tree_data
from codegen.graph.regions import members
from tests.graph.trees import Run, invoke, trees


def flow_edges(graph: Graph) -> "nx.DiGraph[str]":
    wanted = [(tail, head) for tail, head, facts in graph.edges(data=True) if facts["kind"] != "data"]
    flow: nx.DiGraph[str] = nx.DiGraph(wanted)
    flow.add_nodes_from(graph.nodes)
    return flow


@given(trees())
def test_everything_is_reached_from_the_start(tree: Flow) -> None:
    graph = control_graph(tree)
    start, *others = graph.nodes
    assert graph.nodes[start]["kind"] == "start"
    assert nx.descendants(flow_edges(graph), start) == set(others)


@given(trees())
def test_regions_nest_and_nodes_stand_in_them(tree: Flow) -> None:
    graph = control_graph(tree)
    known = {None}
    for region in graph.graph["regions"]:
        assert region["parent"] in known
        known.add(region["id"])
    assert {facts["region"] for _, facts in graph.nodes(data=True)} <= known


@given(trees())
def test_only_ends_and_clean_up_have_nothing_behind_them(tree: Flow) -> None:
    graph = control_graph(tree)
    flow = flow_edges(graph)
    cleaned = {
        node
        for region in graph.graph["regions"]
        if region["kind"] == "finally"
        for node in members(graph, region["id"])
    }
    last = {
        facts["kind"] for node, facts in graph.nodes(data=True) if not flow.out_degree(node) and node not in cleaned
    }
    assert last <= {"end", "return", "raise", "loop"}


@given(trees())
def test_a_graph_and_its_tree_survive_json(tree: Flow) -> None:
    graph = control_graph(tree)
    data = nx.node_link_data(graph, edges="edges")
    read = json.loads(json.dumps({**data, "tree": tree_data(tree)}))
    assert nx.node_link_data(nx.node_link_graph(read, edges="edges"), edges="edges") == data
    assert read["tree"]["node"] == type(tree).__name__.lower()


@given(trees())
def test_every_entity_is_printed(tree: Flow) -> None:
    printed = print_flow(tree)
    for part in shape.walk(tree):
        if isinstance(part, Invoke):
            assert part.invocation.entity.name.removeprefix("flow.") in printed


@given(trees(), st.integers(0, 2**32))
@settings(max_examples=200)
def test_every_run_is_a_walk(tree: Flow, seed: int) -> None:
    run = Run(tree, Random(seed))
    assert first_deviation(control_graph(tree), run.trace, run.finished) is None


def deviation(tree: Flow, *names: str) -> int | None:
    return first_deviation(control_graph(tree), [f"flow:main#{name}#0" for name in names])


A, B, C = invoke("a"), invoke("b"), invoke("c")


def test_an_entity_that_the_graph_lacks_is_a_deviation() -> None:
    assert deviation(Sequence((A, B)), "a", "c") == 1


def test_the_order_of_a_sequence_counts() -> None:
    assert deviation(Sequence((A, B)), "b") == 0


def test_one_invocation_runs_once() -> None:
    assert deviation(Sequence((A, B)), "a", "a") == 1


def test_only_one_arm_runs() -> None:
    assert deviation(Branch("x", (Arm("x", A), Arm("else", B))), "a", "b") == 1


def test_members_run_in_any_order_and_all_before_what_follows() -> None:
    tree = Sequence((Parallel((A, B), "gather", joined=True), C))
    assert deviation(tree, "b", "a", "c") is None
    assert deviation(tree, "b", "c") == 1


def test_what_is_only_scheduled_may_run_later() -> None:
    tree = Sequence((Parallel((A, B), "scheduled", joined=False), C))
    assert deviation(tree, "c", "b", "a") is None
    assert deviation(tree, "c", "c") == 1


def test_a_fan_out_over_a_helper_mixes_its_copies() -> None:
    tree = Sequence((Helper("flow.help", Sequence((A, B)), Origin(("for x in xs",))), C))
    assert deviation(tree, "a", "a", "b", "b", "c") is None
    assert deviation(tree, "a", "c", "b") == 2


def test_a_return_ends_the_run() -> None:
    tree = Sequence((A, Branch("x", (Arm("x", Return("", plain=True)), Arm("else", B))), C))
    assert deviation(tree, "a", "c") == 1


def test_a_return_in_a_helper_ends_the_helper() -> None:
    body = Sequence((A, Branch("x", (Arm("x", Return("", plain=True)), Arm("else", B)))))
    assert deviation(Sequence((Helper("flow.help", body), C)), "a", "c") is None


def test_an_unfinished_walk_deviates_at_its_end() -> None:
    sites = ["flow:main#a#0"]
    assert first_deviation(control_graph(Sequence((A, B))), sites, finished=True) == 1
