"""Applying the edits that rules propose: chosen without overlap, applied from the end backwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from analyzers.model.diagnostics import Diagnostic, Edit, Fix
from analyzers.source import Source


class Mended(NamedTuple):
    """A file as it was and as edits would leave it; `problem` says why it must stay as it was."""

    path: str
    before: str
    after: str
    data: bytes
    problem: str | None


def choose(diagnostics: Iterable[Diagnostic], paths: Collection[str], unsafe: bool) -> tuple[Fix, ...]:
    """The fixes within `paths` that can be applied together: none overlaps one that came before it.

    Fixes that make the same edit, such as adding an import, share it.
    """
    chosen: list[Fix] = []
    taken: set[Edit] = set()
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or not (fix.safe or unsafe) or not all(edit.place.path in paths for edit in fix.edits):
            continue
        new = set(fix.edits) - taken
        if not any(_overlap(edit, other) for edit in new for other in taken):
            chosen.append(fix)
            taken |= new
    return tuple(chosen)


def mend(fixes: Sequence[Fix], sources: Mapping[str, Source]) -> tuple[Mended, ...]:
    """What the fixes make of the files that they edit, sorted by path; nothing is written."""
    by_path: dict[str, set[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            by_path.setdefault(edit.place.path, set()).add(edit)
    return tuple(_mended(path, sources[path], by_path[path]) for path in sorted(by_path))


def _overlap(one: Edit, other: Edit) -> bool:
    if one.place.path != other.place.path:
        return False
    start, end = _span(one)
    other_start, other_end = _span(other)
    return start == other_start or (start < other_end and other_start < end)


def _span(edit: Edit) -> tuple[tuple[int, int], tuple[int, int]]:
    place = edit.place
    return (place.line, place.column), (place.end_line, place.end_column)


def _mended(path: str, source: Source, edits: Iterable[Edit]) -> Mended:
    after = _edited(source, edits)
    bom = b"\xef\xbb\xbf" if source.bom else b""
    try:
        data = bom + after.encode(source.encoding)
        compile(data, path, "exec", dont_inherit=True)
    except UnicodeEncodeError as error:
        return Mended(path, source.text, after, b"", f"the fix cannot be written in {source.encoding}: {error.reason}")
    except (SyntaxError, ValueError) as error:
        return Mended(path, source.text, after, b"", f"the fix would leave a file that does not parse: {error}")
    return Mended(path, source.text, after, data, None)


def _edited(source: Source, edits: Iterable[Edit]) -> str:
    text = source.text
    for edit in sorted(edits, key=_span, reverse=True):
        place = edit.place
        start = source.offset(place.line, place.column)
        end = source.offset(place.end_line, place.end_column)
        text = text[:start] + _with_line_ends_of(source, edit.replacement) + text[end:]
    return text


def _with_line_ends_of(source: Source, replacement: str) -> str:
    if "\n" not in replacement:
        return replacement
    first = source.text[len(source.lines[0]) :][:2]
    ends = first if first == "\r\n" else first[:1] or "\n"
    return replacement.replace("\r\n", "\n").replace("\n", ends)
