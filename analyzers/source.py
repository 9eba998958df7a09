"""One decoded source file, and the translation between `ast` positions, places and character offsets."""

import ast
import codecs
import re

from analyzers.model.places import Place

_LINE_END = r"\r\n|\r|\n"
_COOKIE = rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"


class Source:
    """The text of one file, without its byte order mark; `lines` carry no line ends.

    Lines end where Python's own parser ends them: at CR LF, CR or LF, and nowhere else.
    """

    __slots__ = ("_starts", "bom", "encoding", "lines", "text")

    def __init__(self, text: str, encoding: str = "utf-8", bom: bool = False) -> None:
        self.text = text
        self.encoding = encoding
        self.bom = bom
        starts = [0]
        starts.extend(match.end() for match in re.finditer(_LINE_END, text))
        self._starts = tuple(starts)
        self.lines = tuple(re.split(_LINE_END, text))

    def place(
        self, path: str, node: ast.expr | ast.stmt | ast.excepthandler | ast.alias | ast.keyword | ast.arg
    ) -> Place:
        """The place of a node that has a position; `ast` counts UTF-8 bytes, a place counts characters."""
        end_line = node.end_lineno or node.lineno
        end_column = node.end_col_offset or node.col_offset
        return Place(
            path,
            node.lineno,
            self._column(node.lineno, node.col_offset),
            end_line,
            self._column(end_line, end_column),
        )

    def segment(self, place: Place) -> str:
        """The source text of a place."""
        return self.text[self.offset(place.line, place.column) : self.offset(place.end_line, place.end_column)]

    def offset(self, line: int, column: int) -> int:
        """The character offset in `text` of a line and column that count from 1."""
        return self._starts[line - 1] + column - 1

    def _column(self, line: int, byte_offset: int) -> int:
        text = self.lines[line - 1]
        if text.isascii():
            return byte_offset + 1
        return len(text.encode("utf-8", "surrogatepass")[:byte_offset].decode("utf-8", "replace")) + 1


class DecodeError(ValueError):
    """The bytes of a file are no Python source text; `line` is where that shows, counted from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def decode(data: bytes) -> Source:
    """The source text in `data`, decoded as Python decodes it (PEP 263).

    Raises `DecodeError` for an unknown encoding, for bytes that do not fit it, and for NUL bytes.
    """
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    encoding, line = _declared_encoding(body)
    if bom and encoding != "utf-8":
        raise DecodeError(f"the file begins with a UTF-8 mark and declares the encoding {encoding}", line)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        at = body[: error.start].count(b"\n") + 1
        raise DecodeError(f"byte 0x{body[error.start]:02x} is not {encoding} text", at) from error
    except LookupError as error:
        raise DecodeError(f"unknown encoding {encoding}", line) from error
    if "\0" in text:
        raise DecodeError("the file contains a NUL byte", text[: text.index("\0")].count("\n") + 1)
    return Source(text, encoding, bom)


def _declared_encoding(body: bytes) -> tuple[str, int]:
    for number, line in enumerate(body.split(b"\n", 2)[:2], start=1):
        cookie = re.match(_COOKIE, line) if b"coding" in line else None
        if cookie:
            name = cookie.group(1).decode("ascii")
            try:
                known = codecs.lookup(name)
            except LookupError as error:
                raise DecodeError(f"unknown encoding {name}", number) from error
            if not known._is_text_encoding:
                raise DecodeError(f"{name} is no text encoding", number)
            return known.name, number
        if line.lstrip(b" \t\f")[:1] not in (b"", b"#", b"\r"):
            break
    return "utf-8", 1
