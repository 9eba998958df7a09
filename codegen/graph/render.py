"""DOT source as an image, drawn by whatever graphviz the machine has."""

import os.path
import pathlib
import shutil
import sys

import graphviz
from graphviz.backend import dot_command

from codegen.graph.formats import GraphError

_PURE = "graphviz-pure"
_PNG_RESOLUTION = "144"
_REMEDY = f"install Graphviz so that `dot` is on the PATH, or `pip install {_PURE}` into the environment of eagerc"


def engine() -> str:
    """The path of the system's `dot` if there is one, else of `graphviz-pure`."""
    beside = os.path.join(os.path.dirname(sys.executable), _PURE)
    found = shutil.which("dot") or shutil.which(beside) or shutil.which(_PURE)
    if found is None:
        raise GraphError("neither Graphviz nor graphviz-pure is installed, so nothing can draw", _REMEDY)
    return found


def draw(source: str, format_: str) -> bytes:
    """The image of DOT source."""
    command = engine()
    if format_ == "pdf" and os.path.basename(command).startswith(_PURE):
        raise GraphError("graphviz-pure draws no PDF", "install Graphviz so that `dot` is on the PATH, or draw an SVG")
    # The package reads this variable at each call; it has no other place for the path of the command.
    dot_command.DOT_BINARY = pathlib.Path(command)
    if format_ == "png":
        source = source.replace("{", f"{{\n\tdpi={_PNG_RESOLUTION}", 1)
    try:
        image: bytes = graphviz.Source(source).pipe(format=format_, quiet=True)
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode("utf-8", "replace").strip()
        raise GraphError(f"{command} could not draw the picture: {said or error}", _REMEDY) from error
    except graphviz.ExecutableNotFound as error:
        raise GraphError(f"{command} cannot be started", _REMEDY) from error
    return image
