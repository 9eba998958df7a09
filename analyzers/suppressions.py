"""Comments that silence rules: `# eagerc: ignore[EGR101]` on a line, `# eagerc: ignore-file[EGR101]` for its file."""

import re
from collections.abc import Iterator

from analyzers.model.places import Place
from analyzers.model.record import Record
from analyzers.source import Source

_MARK = "eagerc:"
_COMMENT = r"#\s*eagerc:\s*(?P<what>ignore-file|ignore)\b(?!-)(?:\s*\[(?P<codes>[^\]#]*)\])?[^#]*"


class Suppression(Record):
    """One comment: `codes` as written, empty where it names none; `place` spans the comment up to the next `#`."""

    place: Place
    codes: tuple[str, ...]
    whole_file: bool

    def covers(self, place: Place, code: str) -> bool:
        """Whether it silences `code` at `place`: on the span's first or last line, or anywhere for a whole file."""
        here = self.whole_file or self.place.line in (place.line, place.end_line)
        return here and code in self.codes


def suppressions(path: str, source: Source) -> tuple[Suppression, ...]:
    """The suppressions of one file, in order; of text that is not Python, those before the point where that shows."""
    if _MARK not in source.text:
        return ()
    return tuple(found for line, column, text in _comments(source) for found in _parse(path, line, column, text))


def _comments(source: Source) -> Iterator[tuple[int, int, str]]:
    """Line and column (from 1) and text of each comment; a string that looks like one is none."""
    import tokenize

    lines = iter([f"{line}\n" for line in source.lines])
    try:
        for token in tokenize.generate_tokens(lambda: next(lines, "")):
            if token.type == tokenize.COMMENT and _MARK in token.string:
                yield token.start[0], token.start[1] + 1, token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _parse(path: str, line: int, column: int, text: str) -> Iterator[Suppression]:
    for match in re.finditer(_COMMENT, text):
        content = match.group().rstrip()
        start = column + match.start()
        codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
        place = Place(path, line, start, line, start + len(content))
        yield Suppression(place, codes, match["what"] == "ignore-file")
