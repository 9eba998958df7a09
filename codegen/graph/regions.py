"""The regions of a graph: loops, tries, parallel groups, `with` blocks, helpers."""

from typing import Any

from codegen.graph import style
from codegen.graph.control import Graph
from codegen.graph.labels import last


def members(graph: Graph, region: str) -> frozenset[str]:
    """The nodes in a region and in those inside it."""
    inside = {region}
    for inner in graph.graph["regions"]:
        if inner["parent"] in inside:
            inside.add(inner["id"])
    return frozenset(node for node, facts in graph.nodes(data=True) if facts["region"] in inside)


def region_title(region: dict[str, Any]) -> str:
    """What stands on a region: for a helper, how often it is entered as well."""
    if region["kind"] != "helper":
        return str(region["title"])
    many = "".join(f" {style.TIMES} {header}" for header in region["over"])
    return f"helper {last(region['title'])}{many}{' (may be skipped)' if region['optional'] else ''}"
