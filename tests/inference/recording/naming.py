"""The names of entities that calls make, such as `fit_all = map_task(fit)`: found from the frame that makes them.

It reads the source and the positions of the running instruction, and shares nothing with the analysis.
"""

import ast
import functools
import sys
from pathlib import Path
from types import CodeType, FrameType

ROOTS: list[str] = []
"""The folder of the program; frames of files outside it make nothing."""

_LONGEST = 80
"""eagerc names an entity after at most so much of the source."""
_SCOPES = ("<locals>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>", "<module>")


def name_here() -> str:
    """`module.qualname.variable` of the entity that the nearest frame of the program makes, or its call's text."""
    frame = _program_frame()
    scope = [frame.f_globals["__name__"], *(part for part in _qualname(frame.f_code) if part not in _SCOPES)]
    return ".".join([*scope, _variable_or_text(frame)])


def _qualname(code: CodeType) -> list[str]:
    return code.co_qualname.split(".")


def _program_frame() -> FrameType:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename.startswith(tuple(ROOTS)) and frame.f_code.co_name != "__init__":
            return frame
        frame = frame.f_back
    raise LookupError("no frame of the program makes this entity")


def _variable_or_text(frame: FrameType) -> str:
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    source, calls = _calls(frame.f_code.co_filename)
    if None in positions or positions not in calls:
        raise LookupError(f"no call at {positions} of {frame.f_code.co_filename}")
    call, variable = calls[positions]
    return variable or _shortened(" ".join((ast.get_source_segment(source, call) or "").split()))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


@functools.cache
def _calls(file: str) -> tuple[str, dict[tuple[int | None, ...], tuple[ast.expr, str | None]]]:
    """The calls in a file by their span, each with the variable that it is assigned to."""
    source = Path(file).read_text(encoding="utf-8")
    tree = ast.parse(source)
    names: dict[ast.expr, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name), *_], value=value):
                names[value] = name
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                names[value] = name
            case _:
                pass
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return source, {
        (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset): (node, names.get(node)) for node in calls
    }
