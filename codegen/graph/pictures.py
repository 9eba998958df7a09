"""The graphs of eager functions in every format."""

import json
from collections.abc import Sequence

from analyzers.model.facts import EntityFunction
from analyzers.recursion import deep_recursion
from codegen.graph.document import document
from codegen.graph.dot import dot_source
from codegen.graph.formats import FORMATS, GraphError
from codegen.graph.function import graph_of
from codegen.graph.mermaid import mermaid_source
from codegen.graph.render import draw


def to_json(functions: Sequence[EntityFunction]) -> str:
    """The graphs as a document of the schema `eagerc.graph/1`."""
    return json.dumps(document(functions), indent=2, ensure_ascii=False) + "\n"


def to_dot(functions: Sequence[EntityFunction]) -> str:
    """The graphs as one DOT digraph, side by side."""
    return dot_source([graph_of(function) for function in functions])


def to_mermaid(functions: Sequence[EntityFunction]) -> str:
    """The graphs as one Mermaid flowchart."""
    return mermaid_source([graph_of(function) for function in functions])


@deep_recursion()
def render(functions: Sequence[EntityFunction], format_: str) -> bytes:
    """One picture of the functions; raises `GraphError` where nothing can draw it."""
    match format_:
        case "json":
            # A surrogate, from a file name that is no text, becomes the escape that JSON has for it.
            return to_json(functions).encode("utf-8", "backslashreplace")
        case "dot":
            return to_dot(functions).encode()
        case "mermaid":
            return to_mermaid(functions).encode()
        case "svg" | "png" | "pdf":
            return draw(to_dot(functions), format_)
        case _:
            raise GraphError(f"unknown picture format {format_}", f"choose one of {', '.join(FORMATS)}")
