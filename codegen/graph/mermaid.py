"""Graphs as Mermaid flowcharts, which GitHub and documentation tools draw by themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analyzers.model.entities import EntityKind
from codegen.graph import style
from codegen.graph.control import Graph
from codegen.graph.edges import DrawnEdge, drawn_edges, without_entries
from codegen.graph.labels import last, mermaid, short
from codegen.graph.regions import members, region_title

_INDENT = "  "
# What stands around the label of a node, for each shape that graphviz would draw.
_SHAPES = {
    "box": ("[", "]"),
    "ellipse": ("([", "])"),
    "folder": ("[/", "/]"),
    "tab": ("[/", "\\]"),
    "hexagon": ("{{", "}}"),
    "octagon": ("[\\", "\\]"),
    "box3d": ("[[", "]]"),
    "cds": (">", "]"),
    "note": ("[\\", "/]"),
    "component": ("[(", ")]"),
    "house": ("[/", "\\]"),
}


def mermaid_source(graphs: Sequence[Graph]) -> str:
    """One flowchart of the graphs, each in a frame that says what it is."""
    lines = ["flowchart TB"]
    data: list[int] = []
    drawn = 0
    for index, whole in enumerate(graphs):
        graph = without_entries(whole)
        names = {node: f"f{index}n{number}" for number, node in enumerate(graph.nodes)}
        facts = graph.graph
        note = f"{facts['path']}:{facts['line']}, {facts['resolved']} of {facts['calls']} calls resolved"
        title = f"{mermaid(last(facts['name']))}<br/>{mermaid(note)}"
        lines.append(f'{_INDENT}subgraph f{index}["{title}"]')
        lines += [_INDENT * 2 + line for line in _region(graph, None, names, f"f{index}")]
        lines.append(f"{_INDENT}end")
        for edge in drawn_edges(graph):
            lines.append(_INDENT + _edge(edge, names, f"f{index}"))
            data += [drawn] if edge.kind == "data" else []
            drawn += 1
    lines += [_INDENT + line for line in _classes()]
    if data:
        lines.append(f"{_INDENT}linkStyle {','.join(map(str, data))} stroke:{style.DATA},stroke-width:1px")
    return "\n".join(lines) + "\n"


def _region(graph: Graph, region: str | None, names: Mapping[str, str], prefix: str) -> Iterator[str]:
    for node, facts in graph.nodes(data=True):
        if facts["region"] == region:
            yield _node(names[node], facts)
    for inner in graph.graph["regions"]:
        if inner["parent"] == region and members(graph, inner["id"]):
            yield f'subgraph {prefix}{_plain(inner["id"])}["{mermaid(short(region_title(inner), 60))}"]'
            yield from (_INDENT + line for line in _region(graph, inner["id"], names, prefix))
            yield "end"


def _node(name: str, facts: Mapping[str, Any]) -> str:
    match facts["kind"]:
        case "invoke":
            look = style.ENTITIES[EntityKind(facts["entity_kind"])]
            opening, closing = _SHAPES[look.shape]
            lines = [last(facts["entity"]), look.word, *_badges(facts)]
            return _shape(name, opening, lines, closing, facts["entity_kind"], facts)
        case "unresolved":
            lines = [f"? {short(facts['title'])}", short(facts["reason"], 56), *_badges(facts)]
            return _shape(name, "[", lines, "]", "unresolved", facts)
        case "helper":
            return _shape(name, "[", [last(facts["title"]), "entered again", *_badges(facts)], "]", "plain", facts)
        case "start" | "end":
            return _shape(name, "([", [facts["kind"]], "])", "plain", facts)
        case "return":
            return _shape(name, "([", [short(facts["title"]) if facts["plain"] else "return"], "])", "plain", facts)
        case "raise":
            return _shape(name, "([", [short(facts["title"])], "])", "failure", facts)
        case "choice":
            return _shape(name, "{", [short(facts["title"])], "}", "plain", facts)
        case _:
            return _shape(name, "((", [""], "))", "plain", facts)


def _shape(name: str, opening: str, lines: list[str], closing: str, kind: str, facts: Mapping[str, Any]) -> str:
    label = "<br/>".join(mermaid(line) for line in lines)
    runs = "" if facts["always"] else "_may"
    return f'{name}{opening}"{label}"{closing}:::{kind}{runs}'


def _badges(facts: Mapping[str, Any]) -> list[str]:
    return [f"{style.TIMES} {short(header)}" for header in facts["over"]]


def _edge(edge: DrawnEdge, names: Mapping[str, str], prefix: str) -> str:
    tail = f"{prefix}{_plain(edge.region)}" if edge.region else names[edge.tail]
    text = ", ".join(part for part in (edge.label, ", ".join(edge.carries)) if part)
    label = f'|"{mermaid(short(text, 34))}"|' if text else ""
    arrow = "-->" if edge.kind == "control" and edge.always else "-.->"
    return f"{tail} {arrow}{label} {names[edge.head]}"


def _classes() -> Iterator[str]:
    looks = {str(kind): look for kind, look in style.ENTITIES.items()}
    looks |= {"unresolved": style.UNRESOLVED, "plain": style.RETURN, "failure": style.RAISE}
    for name, look in looks.items():
        colours = f"fill:{look.fill},stroke:{look.stroke},color:{style.INK}"
        yield f"classDef {name} {colours}"
        yield f"classDef {name}_may {colours},stroke-dasharray:5 3"


def _plain(region: str) -> str:
    """The id of a region without the dash that Mermaid could take for the beginning of an arrow."""
    return region.replace("-", "_")
