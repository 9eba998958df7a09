"""What of a text may reach a terminal, and how wide it is there."""

import os
import sys
from typing import TextIO

RED, GREEN, YELLOW, BLUE, BOLD, DIM = "31", "32", "33", "34", "1", "2"
_TAB = "    "


def visible(text: str) -> str:
    """`text` with everything escaped that a terminal would not show as a character.

    Control characters, escape sequences and marks of writing direction could make a terminal show something else than
    the source says.
    """
    if text.isprintable():
        return text
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character == "\t":
        return _TAB
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


def width(text: str) -> int:
    """The number of terminal columns that visible text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 1 + (east_asian_width(char) in "WF") for char in text)


def painted(text: str, colour: str, wanted: bool) -> str:
    """`text` in a colour, if colours are wanted."""
    return f"\x1b[{colour}m{text}\x1b[0m" if wanted else text


def wants_colour(choice: str, stream: TextIO | None) -> bool:
    """Whether to print colours: `choice` is `always`, `never`, or `auto` for what suits the stream."""
    if choice != "auto":
        return choice == "always"
    if stream is None or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def can_print(text: str) -> bool:
    """Whether standard output can encode `text`."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True
