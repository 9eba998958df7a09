"""Tracebacks as data, and tracebacks made of such data that look as the real ones did."""

import ast
import itertools
import sys
import types
from typing import Any, NamedTuple


class Frame(NamedTuple):
    """What a traceback shows of a frame; positions that are not known are negative."""

    module: str
    file: str
    function: str
    line: int
    end_line: int
    column: int
    end_column: int


def frames_of(traceback: types.TracebackType | None) -> tuple[Frame, ...]:
    """The frames of a traceback, the outermost first."""
    frames = []
    while traceback is not None:
        frames.append(_described(traceback))
        traceback = traceback.tb_next
    return tuple(frames)


def traceback_of(frames: tuple[Frame, ...]) -> types.TracebackType | None:
    """A traceback that shows these frames; their variables are lost."""
    made = None
    for frame in reversed(frames):
        made = types.TracebackType(made, *_made(frame), frame.line)
    return made


def _described(traceback: types.TracebackType) -> Frame:
    code, line = traceback.tb_frame.f_code, traceback.tb_lineno
    module = str(traceback.tb_frame.f_globals.get("__name__", ""))
    _, end_line, column, end_column = _position(code, traceback.tb_lasti)
    if end_line is None or column is None or end_column is None:
        return Frame(module, code.co_filename, code.co_name, line, line, -1, -1)
    return Frame(module, code.co_filename, code.co_name, line, end_line, column, end_column)


def _position(code: Any, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
    if instruction < 0 or not hasattr(code, "co_positions"):  # new in Python 3.11
        return None, None, None, None
    position: tuple[int | None, int | None, int | None, int | None] = next(
        itertools.islice(code.co_positions(), instruction // 2, None)
    )
    return position


def _made(frame: Frame) -> tuple[types.FrameType, int]:
    """A frame that stopped where the described one did, and its last instruction."""
    place = {
        "lineno": frame.line,
        "end_lineno": frame.end_line,
        "col_offset": frame.column,
        "end_col_offset": frame.end_column,
    }
    call = ast.Call(func=ast.Name(id="here", ctx=ast.Load(), **place), args=[], keywords=[], **place)
    code = compile(ast.Expression(body=call), frame.file, "eval").replace(co_name=frame.function)
    made: tuple[types.FrameType, int] = eval(code, {"__name__": frame.module, "here": _here})
    return made


def _here() -> tuple[types.FrameType, int]:
    caller = sys._getframe(1)
    return caller, caller.f_lasti
