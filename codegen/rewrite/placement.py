"""Where a statement can be added to a module without moving a line of it."""

import ast
import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple

from analyzers.source import Source

_COMPOUND = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.Match),
    *(ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar),
)
_ENCODING = re.compile(r"[ \t\f]*#.*?coding[:=]")


class SpotKind(Enum):
    """Behind a simple statement on its line, on a blank line, before a comment on its line, or on a new last line."""

    BEHIND = auto()
    BLANK = auto()
    COMMENT = auto()
    END = auto()


class Spot(NamedTuple):
    """A place for new statements: the character offset, and the number of the top-level statement that comes next."""

    before: int
    offset: int
    kind: SpotKind


def spots(tree: ast.Module, source: Source) -> tuple[Spot, ...]:
    """Every spot of the module in source order; none comes before its docstring and its imports from `__future__`."""
    first = prologue(tree)
    found: list[Spot] = []
    end = 0
    for index, statement in enumerate(tree.body):
        found.extend(_between(source, index, end, _first_line(statement)))
        end = statement.end_lineno or statement.lineno
        following = tree.body[index + 1].lineno if index + 1 < len(tree.body) else 0
        if not isinstance(statement, _COMPOUND) and following != end:
            place = source.place("", statement)
            found.append(Spot(index + 1, source.offset(place.end_line, place.end_column), SpotKind.BEHIND))
    found.extend(_between(source, len(tree.body), end, len(source.lines)))
    found.append(Spot(len(tree.body), len(source.text), SpotKind.END))
    return tuple(spot for spot in found if spot.before >= first)


def prologue(tree: ast.Module) -> int:
    """The number of statements that have to stay first: the docstring and imports from `__future__`."""
    count = 1 if ast.get_docstring(tree, clean=False) is not None else 0
    for index, statement in enumerate(tree.body):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            count = index + 1
    return count


def main_guard(tree: ast.Module) -> int:
    """The number of the statement `if __name__ == "__main__":`, or that of statements where there is none."""
    for index, statement in enumerate(tree.body):
        match statement:
            case ast.If(test=ast.Compare(left=ast.Name("__name__"), comparators=[ast.Constant("__main__")])):
                return index
            case _:
                pass
    return len(tree.body)


def added(spot: Spot, statements: Sequence[str], text: str) -> str:
    """What has to be inserted at a spot so that `statements` stand there."""
    line = "; ".join(statements)
    match spot.kind:
        case SpotKind.BEHIND:
            return f"; {line}"
        case SpotKind.BLANK:
            return line
        case SpotKind.COMMENT:
            return f"{line}  "
        case SpotKind.END:
            end = re.search(r"\r\n|\r|\n", text)
            newline = end.group() if end else "\n"
            return line + newline if text.endswith(("\n", "\r")) else newline + line


def _between(source: Source, index: int, end: int, start: int) -> Iterator[Spot]:
    """The blank and comment lines after line `end` and before line `start`."""
    for number in range(max(end + 1, _directives(source) + 1), start):
        line = source.lines[number - 1].strip(" \t\f")
        continued = number > 1 and source.lines[number - 2].endswith("\\")
        if not continued and line == "":
            yield Spot(index, source.offset(number, 1), SpotKind.BLANK)
        elif not continued and line.startswith("#"):
            yield Spot(index, source.offset(number, 1), SpotKind.COMMENT)


def _directives(source: Source) -> int:
    """The number of lines at the top that hold `#!` or the encoding."""
    for number in (2, 1):
        line = source.lines[number - 1] if number <= len(source.lines) else ""
        if _ENCODING.match(line) or (number == 1 and line.startswith("#!")):
            return number
    return 0


def _first_line(statement: ast.stmt) -> int:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return min([statement.lineno, *(decorator.lineno for decorator in statement.decorator_list)])
    return statement.lineno
