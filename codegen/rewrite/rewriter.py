"""From the facts about a module to its built text: decide on changes, write them, verify."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from analyzers.model.facts import Reference, RewriteSite
from analyzers.model.places import Place
from analyzers.source import Source
from codegen.rewrite import expressions, imports
from codegen.rewrite.changes import Change, Changes, Hoist, Insertion, RuntimeImport, Unwritable
from codegen.rewrite.decisions import (
    Decision,
    Declined,
    Expressions,
    HoistedEntity,
    Hoists,
    decide_references,
    decide_sites,
)
from codegen.rewrite.insertions import spot_for_runtime
from codegen.rewrite.names import RUNTIME, imports_runtime, runtime_alias
from codegen.rewrite.placement import Spot, added, spots
from codegen.rewrite.verification import verify


class Rewritten(NamedTuple):
    """The built text of a module, and what was declined on the way."""

    text: str
    declined: tuple[Declined, ...]


class _Edit(NamedTuple):
    """Replace the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class _Written(NamedTuple):
    """The edits that write changed expressions, the changes that they make, and those that could not be written."""

    edits: tuple[_Edit, ...]
    changes: Mapping[ast.expr, Change]
    declined: tuple[Declined, ...]


def rewrite(
    path: str, source: Source, tree: ast.Module, sites: Sequence[RewriteSite], references: Sequence[Reference]
) -> Rewritten:
    """The built text of the module that `source` holds and `tree` parses; `path` is the one that places show.

    A module that cannot be changed as a whole, or that is a built one already, keeps its text.
    """
    if imports_runtime(tree):
        return Rewritten(source.text, ())
    try:
        return _rewritten(source, tree, sites, references)
    except Unwritable as reason:
        whole = Declined(Place(path, 1, 1, 1, 1), "", f"the module is copied unchanged: {reason}")
        return Rewritten(source.text, (whole,))


def _rewritten(
    source: Source, tree: ast.Module, sites: Sequence[RewriteSite], references: Sequence[Reference]
) -> Rewritten:
    alias = runtime_alias(source.text)
    available = spots(tree, source)
    hoists = Hoists(tree, source, available, alias)
    outcomes = _outcomes(source, tree, sites, references, hoists)
    decisions = {outcome.node: outcome for outcome in outcomes if isinstance(outcome, Decision)}
    written = _written(source, tree, decisions, alias)
    declined = (*(outcome for outcome in outcomes if isinstance(outcome, Declined)), *written.declined)
    changed = dict(imports.changed_imports(tree))
    entities = hoists.entities(change.name for change in written.changes.values() if isinstance(change, Hoist))
    additions = _additions(tree, available, written.changes, entities, alias)
    inserted = (_Edit(spot.offset, spot.offset, added(spot, lines, source.text)) for spot, lines in additions.items())
    text = _applied(source.text, (*written.edits, *_import_edits(source, changed), *inserted))
    insertions = tuple(Insertion(spot.before, tuple(lines)) for spot, lines in sorted(additions.items(), key=_offset))
    verify(tree, Changes(alias, written.changes, changed, insertions), text)
    return Rewritten(text, tuple(sorted(declined)))


def _outcomes(
    source: Source, tree: ast.Module, sites: Sequence[RewriteSite], references: Sequence[Reference], hoists: Hoists
) -> tuple[Decision | Declined, ...]:
    places = (*(site.place for site in sites), *(reference.place for reference in references))
    found = Expressions(tree, source, (*places, *(site.hoist for site in sites if site.hoist)))
    outcomes = (*decide_sites(found, sites), *decide_references(found, references))
    decisions = [outcome for outcome in outcomes if isinstance(outcome, Decision)]
    return (*outcomes, *hoists.decide(found, sites, decisions))


def _written(source: Source, tree: ast.Module, decisions: Mapping[ast.expr, Decision], alias: str) -> _Written:
    """Write every outermost expression that changes; one that cannot be written is declined with all inside it."""
    edits: list[_Edit] = []
    changes: dict[ast.expr, Change] = {}
    declined: list[Declined] = []
    for unit in _outermost(tree, decisions):
        inside = [decisions[node] for node in ast.walk(unit) if isinstance(node, ast.expr) and node in decisions]
        wanted = {decision.node: decision.change for decision in inside}
        place = source.place("", unit)
        try:
            text = expressions.written(source.segment(place), unit, wanted, alias)
        except Unwritable as reason:
            declined.extend(decision.declined(str(reason)) for decision in inside)
        else:
            edits.append(_Edit(*_extent(source, place), text))
            changes.update(wanted)
    return _Written(tuple(edits), changes, tuple(declined))


def _outermost(tree: ast.Module, decisions: Mapping[ast.expr, Decision]) -> Iterator[ast.expr]:
    """The expressions to write: those that change, without those inside others; an f-string is written as a whole."""
    stack: list[ast.AST] = [tree] if decisions else []
    while stack:
        node = stack.pop()
        if isinstance(node, ast.expr) and _is_written(node, decisions):
            yield node
        else:
            stack.extend(ast.iter_child_nodes(node))


def _is_written(node: ast.expr, decisions: Mapping[ast.expr, Decision]) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(inner in decisions for inner in ast.walk(node))
    return node in decisions


def _import_edits(source: Source, changed: Mapping[ast.ImportFrom, RuntimeImport]) -> Iterator[_Edit]:
    for node, change in changed.items():
        place = source.place("", node)
        yield _Edit(*_extent(source, place), imports.written(source.segment(place), change))


def _additions(
    tree: ast.Module,
    available: Sequence[Spot],
    changed: Mapping[ast.expr, Change],
    entities: Sequence[HoistedEntity],
    alias: str,
) -> dict[Spot, list[str]]:
    """The statements to add at each spot: the import of the runtime if anything uses it, and the hoisted entities."""
    additions: dict[Spot, list[str]] = {}
    uses = [node for node, change in changed.items() if not isinstance(change, Hoist)]
    if uses:
        additions[spot_for_runtime(tree, available, uses)] = [f"import {RUNTIME} as {alias}"]
    for entity in entities:
        additions.setdefault(entity.spot, []).append(entity.statement)
    return additions


def _offset(addition: tuple[Spot, list[str]]) -> int:
    return addition[0].offset


def _extent(source: Source, place: Place) -> tuple[int, int]:
    return source.offset(place.line, place.column), source.offset(place.end_line, place.end_column)


def _applied(text: str, edits: Sequence[_Edit]) -> str:
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text
