"""The graph of one eager function: its control graph, the flow of data, and what the header says."""

from analyzers.flow import flow_of
from analyzers.flow.shape import walk
from analyzers.model.facts import EntityFunction
from analyzers.model.flow import Flow, Invoke
from codegen.graph.control import Graph, control_graph


def graph_of(function: EntityFunction) -> Graph:
    """The graph of a function, with its name, its place and how many of its calls are resolved."""
    return graph_of_tree(function, flow_of(function))


def graph_of_tree(function: EntityFunction, tree: Flow) -> Graph:
    """The graph of a function whose flow tree is known."""
    graph = control_graph(tree)
    _add_data(graph, tree)
    place = function.entity.place
    unresolved = {call.site for call in function.unresolved}
    sites = unresolved | {invocation.site for invocation in function.invocations}
    graph.graph |= {
        "name": function.entity.name,
        "kind": str(function.entity.kind),
        "path": place.path,
        "line": place.line,
        "calls": len(sites),
        "resolved": len(sites - unresolved),
    }
    return graph


def _add_data(graph: Graph, tree: Flow) -> None:
    """Add edges from where a value is made to where it is used; a use in a loop may come before what it uses."""
    order = list(graph.nodes)
    makers: dict[str, list[str]] = {}
    for node in order:
        if graph.nodes[node]["kind"] == "invoke":
            makers.setdefault(graph.nodes[node]["site"], []).append(node)
    flows = {
        (part.invocation.site, part.invocation.entity.name): part.invocation.flows
        for part in walk(tree)
        if isinstance(part, Invoke)
    }
    position = {node: index for index, node in enumerate(order)}
    for node in order:
        facts = graph.nodes[node]
        for flow in flows.get((facts.get("site", ""), facts.get("entity", "")), ()):
            for site in flow.sites:
                made = makers.get(site, [])
                earlier = [maker for maker in made if position[maker] < position[node]]
                for maker in _nearest(graph, node, earlier or made):
                    graph.add_edge(maker, node, kind="data", label=flow.argument, text=flow.text)


def _nearest(graph: Graph, node: str, makers: list[str]) -> list[str]:
    """The makers that share the most regions with a node: of a helper drawn twice, those in the same drawing."""
    own = set(_regions(graph, node))
    shared = [len(own.intersection(_regions(graph, maker))) for maker in makers]
    return [maker for maker, count in zip(makers, shared, strict=True) if count == max(shared)]


def _regions(graph: Graph, node: str) -> list[str]:
    parents = {region["id"]: region["parent"] for region in graph.graph["regions"]}
    found: list[str] = []
    region = graph.nodes[node]["region"]
    while region is not None:
        found.append(region)
        region = parents[region]
    return found
