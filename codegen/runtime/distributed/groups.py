"""Groups of exceptions, as Python writes them in a traceback."""

import re
from typing import NamedTuple

_FIRST = re.compile(r"^(?P<margin> *)\+-\+-+ 1 -+$", re.MULTILINE)
_HEADER = "Traceback (most recent call last):"
# What the runtime notes on exceptions; nothing else tells notes from a message of several lines.
_NOTES = ("remote traceback:", "execution: ", "invoked at ")


class Written(NamedTuple):
    """One exception of a group: its class by name, its text and notes, and its own exceptions where it is a group."""

    kind: str
    text: str
    notes: str
    within: tuple["Written", ...]


def written(trace: str) -> tuple[Written, ...]:
    """The exceptions of the group with which a traceback ends."""
    firsts = list(_FIRST.finditer(trace))
    if not firsts:
        return ()
    margin = min(len(first["margin"]) for first in firsts)
    *_, first = (first for first in firsts if len(first["margin"]) == margin)
    inner = " " * (margin + 2)
    parts = re.split(rf"^{inner}\+-+(?: (?:\d+|\.\.\.) -+)?$", trace[first.end() :], flags=re.MULTILINE)
    found = (_exception(_without_margin(part, f"{inner}|"), written(part)) for part in parts)
    return tuple(one for one in found if one is not None)


def _without_margin(part: str, margin: str) -> list[str]:
    return [line[len(margin) + 1 :] for line in part.splitlines() if line.startswith(margin)]


def _exception(lines: list[str], within: tuple[Written, ...]) -> Written | None:
    """The exception that is told after the last of its tracebacks; none in what follows the end of a group."""
    headers = [number for number, line in enumerate(lines) if line.endswith(_HEADER) and not line.startswith(" ")]
    told = lines[headers[-1] + 1 :] if headers else lines
    while told and told[0].startswith(" "):  # frames
        told = told[1:]
    if not told:
        return None
    end = next((number for number, line in enumerate(told) if line.startswith(_NOTES)), len(told))
    kind, _, text = "\n".join(told[:end]).partition(":")
    return Written(kind, text.removeprefix(" "), "\n".join(told[end:]), within)
