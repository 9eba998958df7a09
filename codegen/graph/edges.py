"""Which edges of a graph are drawn: fewer than it has, so that a picture stays readable."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from codegen.graph.control import Graph
from codegen.graph.regions import members

Edge = tuple[str, str, dict[str, Any]]


class DrawnEdge(NamedTuple):
    """One edge of a picture.

    `kind` is control, exception or data; `label` the condition, `carries` the arguments that data flows into. `region`
    is the id of the region that the edge leaves as a whole. `always` is false where some run does not take the edge,
    `back` is true where it leads to the next round of a loop.
    """

    tail: str
    head: str
    kind: str
    label: str
    carries: tuple[str, ...]
    always: bool
    region: str | None
    back: bool = False


def drawn_edges(graph: Graph) -> Iterator[DrawnEdge]:
    """The edges as drawn.

    An exception leaves its `try` region as a whole, and data that takes the way of control is a note on that edge.
    """
    carried = _carried(graph)
    position = {node: index for index, node in enumerate(graph.nodes)}
    controlled: set[tuple[str, str]] = set()
    for tail, head, facts in _of_kind(graph, "control"):
        carries = carried.pop((tail, head), ())
        controlled.add((tail, head))
        always = graph.nodes[head]["always"] and graph.nodes[tail]["kind"] != "choice"
        yield DrawnEdge(tail, head, "control", facts["label"], carries, always, None, position[head] < position[tail])
    for tail, head, facts in _exceptions(graph):
        if (tail, head) not in controlled:
            inside = members(graph, facts["region"])
            region = facts["region"] if tail in inside and head not in inside else None
            yield DrawnEdge(tail, head, "exception", facts["label"], (), False, region, position[head] < position[tail])
    for (tail, head), carries in carried.items():
        yield DrawnEdge(tail, head, "data", "", carries, False, None)


def without_entries(graph: Graph) -> Graph:
    """The graph without the nodes where a `try` begins, as far as something in it follows that can stand for them."""
    shown = graph.copy()
    for entry in [node for node, facts in graph.nodes(data=True) if facts["kind"] == "try"]:
        into = _of_kind(shown, "control", tail=entry)
        inside = members(graph, graph.nodes[entry]["region"])
        if len(into) == 1 and into[0][1] in inside:
            for tail, _, facts in _of_kind(shown, "control", head=entry):
                shown.add_edge(tail, into[0][1], **facts)
            shown.remove_node(entry)
    return shown


def _of_kind(graph: Graph, kind: str, tail: str | None = None, head: str | None = None) -> list[Edge]:
    """The edges of one kind in order; all of them, or those from a node, or those to it."""
    return [
        edge
        for edge in graph.edges(data=True)
        if edge[2]["kind"] == kind and tail in (None, edge[0]) and head in (None, edge[1])
    ]


def _exceptions(graph: Graph) -> Iterator[Edge]:
    """One edge for each way out of a region, from the last node that may raise: it stands lowest."""
    seen: set[tuple[str, str, str]] = set()
    for tail, head, facts in reversed(_of_kind(graph, "exception")):
        source = facts["region"] if tail in members(graph, facts["region"]) else tail
        way = (source, head, facts["label"])
        if way not in seen:
            seen.add(way)
            yield tail, head, facts


def _carried(graph: Graph) -> dict[tuple[str, str], tuple[str, ...]]:
    """The argument names that data carries between two nodes."""
    carried: dict[tuple[str, str], tuple[str, ...]] = {}
    for tail, head, facts in _of_kind(graph, "data"):
        before = carried.get((tail, head), ())
        carried[tail, head] = before if facts["label"] in before else (*before, facts["label"])
    return carried
