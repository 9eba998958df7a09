"""The changes that the rewriter decides on, as values keyed by the `ast` nodes of the source."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Invoke:
    """A call is handed to the runtime: `f(x)` becomes `alias.function("site", f, x)`."""

    function: str
    site: str


@dataclass(frozen=True, slots=True)
class Rename:
    """An attribute of flytekit becomes an attribute of the runtime: `fl.eager` becomes `alias.name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Hoist:
    """An expression moves to the module and leaves `name` behind; `parenthesized` where it touches another word."""

    name: str
    parenthesized: bool


Change = Invoke | Rename | Hoist


class RuntimeImport(NamedTuple):
    """The names that the runtime gives to the module where flytekit was to, as source text.

    Where an import brings nothing else, that from the runtime takes its place; otherwise it follows on the same line.
    """

    names: str
    alone: bool


class Insertion(NamedTuple):
    """Statements added to the module in front of the source's top-level statement number `before`."""

    before: int
    statements: tuple[str, ...]


class Changes(NamedTuple):
    """Everything that distinguishes the built module from its source."""

    alias: str
    expressions: Mapping[ast.expr, Change]
    imports: Mapping[ast.ImportFrom, RuntimeImport]
    insertions: tuple[Insertion, ...]


class Unwritable(Exception):  # noqa: N818 - not an error: the reason why a change is declined
    """A change that cannot be written without harm; the message is the reason, for a person."""
