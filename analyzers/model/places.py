"""Where something stands in a source file."""

from analyzers.model.record import Record


class Place(Record):
    """A span of source text; lines and columns count from 1, columns count characters.

    `path` is the path as it is shown to a person: relative to the working folder where it lies below it.
    `end_column` is the column after the last character.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
