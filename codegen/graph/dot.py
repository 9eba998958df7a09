"""Graphs as DOT source for graphviz."""

import math
from collections.abc import Sequence
from typing import Any

import graphviz

from codegen.graph import style
from codegen.graph.control import Graph
from codegen.graph.edges import DrawnEdge, drawn_edges, without_entries
from codegen.graph.labels import last, markup, short, tooltip
from codegen.graph.node_labels import Face, face
from codegen.graph.regions import members, region_title

# How many functions stand side by side before a second row begins.
_COLUMNS = 4
_GRAPH = {
    "bgcolor": style.CANVAS,
    "compound": "true",
    "fontname": style.FONT,
    "fontsize": "11",
    "fontcolor": style.INK,
    "labelloc": "t",
    "labeljust": "l",
    "margin": "0.2",
    "nodesep": "0.35",
    "ranksep": "0.42",
    "pad": "0.1",
}
_NODE = {
    "fontname": style.FONT,
    "fontsize": "11",
    "fontcolor": style.INK,
    "margin": "0.16,0.08",
    "height": "0.42",
    "penwidth": "1.2",
}
_EDGE = {
    "fontname": style.FONT,
    "fontsize": "9",
    "fontcolor": style.MUTED,
    "color": style.LINE,
    "arrowsize": "0.65",
    "penwidth": "1.1",
}
# Data does not shape the picture: control does.
_DATA = {
    "style": "dotted",
    "color": style.DATA,
    "fontsize": "8",
    "constraint": "false",
    "arrowhead": "vee",
    "arrowsize": "0.5",
}


def dot_source(graphs: Sequence[Graph]) -> str:
    """One drawing of the graphs: a single one under a header, several side by side in a frame each."""
    name = last(graphs[0].graph["name"]) if len(graphs) == 1 else "eager functions"
    drawing = graphviz.Digraph(name, graph_attr=_GRAPH, node_attr=_NODE, edge_attr=_EDGE)
    if len(graphs) == 1:
        drawing.attr(label=_header(graphs[0]))
    for index, graph in enumerate(graphs):
        _draw(drawing, graph, f"f{index}", framed=len(graphs) > 1)
    columns = max(_COLUMNS, math.isqrt(2 * len(graphs)))
    for index, upper in enumerate(graphs[:-columns]):
        # An edge that nobody sees puts a frame below another one, so that many functions do not make one long row.
        above = len(without_entries(upper)) - 1
        drawing.edge(f"f{index}n{above}", f"f{index + columns}n0", style="invis")
    return str(drawing.source)


def _draw(drawing: graphviz.Digraph, graph: Graph, prefix: str, framed: bool) -> None:
    graph = without_entries(graph)
    names = {node: f"{prefix}n{index}" for index, node in enumerate(graph.nodes)}
    if framed:
        # The outer cluster is invisible: its margin keeps the frames apart.
        with drawing.subgraph(name=f"cluster_{prefix}_around") as around:
            around.attr(peripheries="0", label="", margin="6")
            with around.subgraph(name=f"cluster_{prefix}") as frame:
                frame.attr(label=_header(graph), margin="16", **_filled("function"))
                _draw_region(frame, graph, None, names, prefix)
    else:
        _draw_region(drawing, graph, None, names, prefix)
    for edge in drawn_edges(graph):
        tail, head, end = names[edge.tail], names[edge.head], "ltail"
        if edge.back:
            # Turned around, so that the layout sees no cycle and a loop begins at its top.
            tail, head, end = head, tail, "lhead"
        leaving = {end: f"cluster_{prefix}_{edge.region}"} if edge.region else {}
        turned = {"dir": "back"} if edge.back else {}
        drawing.edge(tail, head, **_edge_attributes(graph, edge), **leaving, **turned)


def _header(graph: Graph) -> str:
    facts = graph.graph
    place = f"{facts['path']}:{facts['line']}"
    calls = f"{facts['resolved']} of {facts['calls']} call{'' if facts['calls'] == 1 else 's'} resolved"
    dashed = any(not graph.nodes[node]["always"] for node in graph.nodes if graph.nodes[node]["kind"] == "invoke")
    notes = [place, calls, *(["dashed: may run"] if dashed else [])]
    title = f'<font point-size="13"><b>{markup(last(facts["name"]))}</b></font>'
    small = f'<font point-size="9" color="{style.MUTED}">{markup("  ·  ".join(notes))}</font>'
    return f'<{title}<br align="left"/>{small}<br align="left"/>>'


def _draw_region(into: graphviz.Digraph, graph: Graph, region: str | None, names: dict[str, str], prefix: str) -> None:
    for node, facts in graph.nodes(data=True):
        if facts["region"] == region:
            into.node(names[node], **_node_attributes(face(facts)))
    for inner in graph.graph["regions"]:
        if inner["parent"] == region and members(graph, inner["id"]):
            with into.subgraph(name=f"cluster_{prefix}_{inner['id']}") as cluster:
                cluster.attr(**_region_attributes(inner))
                _draw_region(cluster, graph, inner["id"], names, prefix)


def _node_attributes(drawn: Face) -> dict[str, str]:
    look = drawn.look
    return {
        "label": drawn.label,
        "shape": look.shape,
        "style": look.style if drawn.always else f"{look.style},dashed",
        "fillcolor": look.fill,
        "color": look.stroke,
        "tooltip": tooltip(drawn.tooltip),
    } | dict(drawn.attributes)


def _region_attributes(region: dict[str, Any]) -> dict[str, str]:
    title = region_title(region)
    return {
        "label": f'<<font point-size="9" color="{style.MUTED}">{markup(short(title, 60))}</font>>',
        "tooltip": tooltip(title),
        "margin": "10",
    } | _filled(region["kind"])


def _filled(region: str) -> dict[str, str]:
    fill, stroke = style.REGIONS[region]
    return {"style": "rounded,filled", "fillcolor": fill, "color": stroke, "peripheries": "1"}


def _edge_attributes(graph: Graph, edge: DrawnEdge) -> dict[str, str]:
    data = f'<font color="{style.DATA_INK}">{markup(short(", ".join(edge.carries)))}</font>' if edge.carries else ""
    lines = [*([markup(short(edge.label, 34))] if edge.label else []), *([data] if data else [])]
    label = {"label": f"< {' <br/> '.join(lines)} >", "labeltooltip": tooltip(edge.label or ", ".join(edge.carries))}
    shown = label if lines else {}
    match edge.kind:
        case "exception":
            return {"style": "dashed", "color": style.FAILURE, "fontcolor": style.FAILURE} | shown
        case "data":
            return _DATA | shown
        case _:
            arrow = {"arrowhead": "none"} if graph.nodes[edge.head]["kind"] in ("fork", "join", "try") else {}
            return {"style": "solid" if edge.always else "dashed"} | arrow | shown
