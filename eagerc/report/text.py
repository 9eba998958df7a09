"""Diagnostics for a person at a terminal: the place, the line with the span marked, the remedy."""

from collections.abc import Callable, Iterator, Sequence

from analyzers.model.diagnostics import Diagnostic, Severity
from analyzers.model.places import Place
from eagerc import terminal
from eagerc.report.numbers import counted
from eagerc.terminal import painted, visible, width

_COLOURS = {Severity.ERROR: terminal.RED, Severity.WARNING: terminal.YELLOW, Severity.NOTE: terminal.BLUE}

_MOST_SHOWN = 160  # characters of a line: generated lines can be longer than a terminal holds
_CUT = "..."

LineOf = Callable[[str, int], str | None]


def report(diagnostics: Sequence[Diagnostic], line_of: LineOf, colour: bool) -> Iterator[str]:
    """The lines to print; `line_of` gives a line of source, or None where there is none to show."""
    for diagnostic in diagnostics:
        yield from _diagnostic(diagnostic, line_of, colour)
        yield ""


def summary(diagnostics: Sequence[Diagnostic], file_count: int, colour: bool) -> str:
    """The last line: how much was found, and how much of it can be mended."""
    if not diagnostics:
        return painted(f"No problems in {counted(file_count, 'file')}.", terminal.GREEN, colour)
    files = len({diagnostic.place.path for diagnostic in diagnostics})
    safe = sum(1 for diagnostic in diagnostics if diagnostic.fix and diagnostic.fix.safe)
    unsafe = sum(1 for diagnostic in diagnostics if diagnostic.fix and not diagnostic.fix.safe)
    fixable = [f"{safe} fixable with --fix"] * bool(safe) + [f"{unsafe} with --unsafe-fixes"] * bool(unsafe)
    found = f"{counted(len(diagnostics), 'problem')} in {counted(files, 'file')} of {file_count}"
    if fixable:
        found += f" ({', '.join(fixable)})"
    return painted(f"{found}.", terminal.BOLD, colour)


def mended(count: int) -> str:
    """A line that says how much was mended."""
    return f"Mended {counted(count, 'problem')}."


def _diagnostic(diagnostic: Diagnostic, line_of: LineOf, colour: bool) -> Iterator[str]:
    tint = _COLOURS[diagnostic.severity]
    place = painted(visible(str(diagnostic.place)), terminal.BOLD, colour)
    yield f"{place}: {painted(diagnostic.code, tint, colour)} {visible(diagnostic.message)}"
    line = line_of(diagnostic.place.path, diagnostic.place.line)
    gutter = " " * len(str(diagnostic.place.line))
    if line is not None and line.strip():
        shown, marks = marked(line, diagnostic.place)
        yield painted(f"  {diagnostic.place.line} | ", terminal.DIM, colour) + shown
        yield painted(f"  {gutter} | ", terminal.DIM, colour) + painted(marks, tint, colour)
    if diagnostic.remedy:
        yield painted(f"  {gutter} = ", terminal.DIM, colour) + visible(diagnostic.remedy)


def marked(line: str, place: Place) -> tuple[str, str]:
    """A line of source as it is shown, and under it the marks of a span that begins there.

    Of a long line the part around the beginning of the span is shown.
    """
    line = line.rstrip()
    begin, end = place.column - 1, place.end_column - 1 if place.end_line == place.line else len(line)
    first = 0 if len(line) <= _MOST_SHOWN else max(0, min(begin - _MOST_SHOWN // 4, len(line) - _MOST_SHOWN))
    last = min(len(line), first + _MOST_SHOWN)
    before = _CUT * (first > 0) + visible(line[first:begin])
    inside = visible(line[begin : min(end, last)])
    shown = before + visible(line[begin:last]) + _CUT * (last < len(line))
    return shown, " " * width(before) + "^" * max(1, width(inside))
