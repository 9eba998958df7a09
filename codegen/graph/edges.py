"""Which edges of a graph are drawn, and how."""

from collections.abc import Iterable, Iterator
from typing import Any

from codegen.graph import style
from codegen.graph.control import Graph
from codegen.graph.labels import markup, short, tooltip
from codegen.graph.regions import members

Edge = tuple[str, str, dict[str, Any]]


def drawn_edges(graph: Graph, prefix: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The edges with their DOT attributes.

    An exception leaves its `try` region as a whole, and data that takes the way of control is a label on that edge.
    """
    carried = _carried(graph)
    controlled: set[tuple[str, str]] = set()
    for tail, head, facts in _of_kind(graph, "control"):
        names = carried.pop((tail, head), ())
        controlled.add((tail, head))
        yield tail, head, _control(graph, tail, head, facts["label"], names)
    for tail, head, facts in _exceptions(graph):
        if (tail, head) not in controlled:
            inside = members(graph, facts["region"])
            whole = tail in inside and head not in inside
            leaving = {"ltail": f"cluster_{prefix}_{facts['region']}"} if whole else {}
            yield tail, head, _exception(facts["label"]) | leaving
    for (tail, head), names in carried.items():
        yield tail, head, _data(names)


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


def _control(graph: Graph, tail: str, head: str, label: str, names: Iterable[str]) -> dict[str, str]:
    source, target = graph.nodes[tail], graph.nodes[head]
    always = target["always"] and source["kind"] != "choice"
    lines = [markup(short(label, 34))] if label else []
    lines += [f'<font color="{style.DATA_INK}">{markup(", ".join(names))}</font>'] if names else []
    attributes = {"style": "solid" if always else "dashed"}
    if lines:
        attributes |= {"label": f"< {' <br/> '.join(lines)} >", "labeltooltip": tooltip(label or ", ".join(names))}
    if target["kind"] in ("fork", "join", "try"):
        attributes["arrowhead"] = "none"
    return attributes


def _exception(label: str) -> dict[str, str]:
    return {
        "label": f"< {markup(short(label, 34))} >",
        "labeltooltip": tooltip(label),
        "style": "dashed",
        "color": style.FAILURE,
        "fontcolor": style.FAILURE,
    }


def _data(names: Iterable[str]) -> dict[str, str]:
    return {
        "label": f"< {markup(', '.join(names))} >",
        "style": "dotted",
        "color": style.DATA,
        "fontcolor": style.DATA_INK,
        "fontsize": "8",
        "constraint": "false",
        "arrowhead": "vee",
        "arrowsize": "0.5",
    }
