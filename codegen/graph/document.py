"""Graphs and flow trees as JSON documents of the schema `eagerc.graph/1`."""

from collections.abc import Iterable
from typing import Any

from analyzers.flow import flow_of
from analyzers.model.facts import EntityFunction
from analyzers.model.flow import (
    Branch,
    Break,
    Continue,
    Flow,
    Helper,
    Invoke,
    Loop,
    Match,
    Origin,
    Parallel,
    Raise,
    Return,
    Sequence,
    Try,
    Unresolved,
    With,
)
from codegen.graph.function import graph_of_tree

SCHEMA = "eagerc.graph/1"


def document(functions: Iterable[EntityFunction]) -> dict[str, Any]:
    """The graphs of the functions as node-link data, each with its flow tree."""
    return {"schema": SCHEMA, "functions": [_function(function) for function in functions]}


def _function(function: EntityFunction) -> dict[str, Any]:
    import networkx as nx

    tree = flow_of(function)
    data = nx.node_link_data(graph_of_tree(function, tree), edges="edges")
    return {"name": function.entity.name, **data, "tree": tree_data(tree)}


def tree_data(tree: Flow) -> dict[str, Any]:
    """A flow tree as JSON values: each node an object whose `node` says what it is."""
    return {"node": type(tree).__name__.lower()} | _fields(tree)


def _fields(tree: Flow) -> dict[str, Any]:  # noqa: C901 - one entry for each kind of node
    match tree:
        case Sequence():
            return {"children": [tree_data(child) for child in tree.children]}
        case Parallel():
            return {"how": tree.how, "joined": tree.joined, "children": [tree_data(child) for child in tree.children]}
        case Branch():
            arms = [{"label": arm.label, "body": tree_data(arm.body)} for arm in tree.arms]
            return {"test": tree.test, "arms": arms}
        case Loop():
            facts = {"kind": str(tree.kind), "header": tree.header, "starts": tree.starts, "ends": tree.ends}
            parts = {"head": tree.head, "body": tree.body, "orelse": tree.orelse}
            return facts | {name: tree_data(part) for name, part in parts.items()}
        case Try():
            handlers = [
                {"catches": handler.catches, "total": handler.total, "body": tree_data(handler.body)}
                for handler in tree.handlers
            ]
            parts = {"body": tree.body, "orelse": tree.orelse, "final": tree.final}
            return {"handlers": handlers} | {name: tree_data(part) for name, part in parts.items()}
        case Match():
            cases = [
                {
                    "pattern": case.pattern,
                    "test": case.test,
                    "guard": tree_data(case.guard),
                    "body": tree_data(case.body),
                }
                for case in tree.cases
            ]
            return {"subject": tree.subject, "cases": cases}
        case With():
            return {"items": tree.items, "body": tree_data(tree.body)}
        case Helper():
            body = None if tree.body is None else tree_data(tree.body)
            return {"function": tree.function, "body": body, "inside": list(tree.inside)} | _origin(tree.origin)
        case Invoke():
            invocation = tree.invocation
            return {"site": invocation.site, "entity": invocation.entity.name} | _origin(tree.origin)
        case Unresolved():
            return {"site": tree.call.site, "call": tree.call.text, "reason": tree.call.reason} | _origin(tree.origin)
        case Return():
            return {"value": tree.value}
        case Raise():
            return {"exception": tree.exception}
        case Break() | Continue():
            return {}


def _origin(origin: Origin) -> dict[str, Any]:
    return {"over": list(origin.over), "optional": origin.optional}
