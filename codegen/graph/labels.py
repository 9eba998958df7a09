"""Text from source as it may stand in pictures: shortened, and escaped for DOT, HTML-like labels and Mermaid."""

import html
import re

# A character that no XML document may hold would make the whole picture unreadable.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MERMAID_SPECIAL = re.compile(r"[^\w .,:=+*/()\[\]!?'-]")


def clean(text: str) -> str:
    """The text on one line, without what cannot be printed."""
    return _UNPRINTABLE.sub("\ufffd", " ".join(text.split()))


def short(text: str, width: int = 40) -> str:
    """The text if it fits the width, else its beginning and its end."""
    line = clean(text)
    if len(line) <= width:
        return line
    tail = width // 4
    return f"{line[: width - tail - 1].rstrip()}\u2026{line[-tail:].lstrip()}"


def markup(text: str) -> str:
    """The text inside an HTML-like label, where graphviz reads entities and then backslash sequences.

    Never empty: an element without content is a syntax error to graphviz.
    """
    return html.escape(clean(text)).replace("\\", "\\\\") or "&nbsp;"


def tooltip(text: str) -> str:
    r"""The text as a tooltip, from which graphviz takes two layers of backslashes and one of entities.

    Quotes become entities too, so that neither a backslash before one nor angle brackets around it mean anything.
    """
    return html.escape(clean(text)).replace("\\", "\\" * 4)


def mermaid(text: str) -> str:
    """The text inside a quoted Mermaid label: everything that may mean something is a character code.

    Never empty: a label without text is a syntax error to Mermaid, a blank is none.
    """
    return _MERMAID_SPECIAL.sub(lambda found: f"#{ord(found.group())};", clean(text)) or "#160;"


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]
