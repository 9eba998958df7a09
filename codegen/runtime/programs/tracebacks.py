"""Tracebacks of the user's program, at the places of the source that its built files were made from."""

import os
import re
import traceback

from ..tree import RUNTIME, TREE, parts_from_tree, source

# What carries a call from the command line to the user's function, and from there to the user's tasks.
_MACHINERY = frozenset({"flytekit", "click", "rich_click", "asyncio", "concurrent", "importlib"})
_REMOTE_MACHINERY = _MACHINERY | {RUNTIME}
_FRAME = re.compile(r' *File "(?P<file>[^"]*)", line \d+, in ')


def text(error: BaseException) -> str:
    """A traceback of the user's own frames."""
    shown = traceback.TracebackException.from_exception(error)
    _trim(shown)
    return "".join(shown.format())


def place(error: BaseException) -> str:
    """`FILE:LINE: ` of the innermost frame in the user's program, empty where there is none."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{_shown(source(error.filename))}:{error.lineno}: "
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_of_tree(frame.filename)]
    return f"{_shown(source(frames[-1].filename))}:{frames[-1].lineno}: " if frames else ""


def user_part(remote: str) -> str:
    """The text of a traceback from a container without the frames that are not the user's."""
    kept, machinery = [], None
    for line in remote.splitlines():
        indent = len(line) - len(line.lstrip())
        if machinery is not None and indent > machinery:
            continue
        frame = _FRAME.match(line)
        parts = frame["file"].split("/") if frame else ()
        machinery = indent if not _REMOTE_MACHINERY.isdisjoint(parts) else None
        if machinery is None:
            kept.append(line)
    return "\n".join(kept)


def place_in_tree(path: str, line: int) -> str:
    """`FILE:LINE` of a place that the manifest names by a path in the tree."""
    return f"{_shown(source(os.path.join(TREE, path)))}:{line}"


def _shown(file: str) -> str:
    short = os.path.relpath(file)
    return file if short.startswith(os.pardir) else short


def _trim(shown: traceback.TracebackException) -> None:
    frames = [_at_source(frame) for frame in shown.stack if not _is_machinery(frame.filename)]
    shown.stack = traceback.StackSummary.from_list(frames)
    for inner in (shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ())):
        if inner is not None:
            _trim(inner)


def _is_machinery(file: str) -> bool:
    parts = parts_from_tree(file)
    if parts[0] == os.pardir:
        return file.startswith("<") or not _MACHINERY.isdisjoint(parts)
    return parts[0] == RUNTIME


def _is_of_tree(file: str) -> bool:
    return parts_from_tree(file)[0] not in (os.pardir, RUNTIME)


def _at_source(frame: traceback.FrameSummary) -> traceback.FrameSummary:
    """The frame in the source: each statement stands on the same line there."""
    file = source(frame.filename)
    return frame if file == frame.filename else traceback.FrameSummary(file, frame.lineno, frame.name)
