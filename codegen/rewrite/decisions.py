"""Decide which expressions of a module change, from the call sites and references that the analysis found."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analyzers.model.facts import Form, Reference, RewriteSite
from analyzers.model.places import Place
from analyzers.source import Source
from codegen.rewrite.changes import Change, Hoist, Invoke, Rename, Unwritable
from codegen.rewrite.insertions import spot_for_hoist
from codegen.rewrite.names import replacement
from codegen.rewrite.placement import Spot

_FUNCTIONS = {
    Form.AWAITABLE: "invoke",
    Form.BLOCKING: "invoke_blocking",
    Form.OVERRIDABLE: "invoke_overridable",
}
_Span = tuple[int, int, int, int]


class Declined(NamedTuple):
    """A place that stays as it was written: `site` is the site id, empty where no call is concerned."""

    place: Place
    site: str
    reason: str


class Decision(NamedTuple):
    """One expression that changes; `place` and `site` are those of the call site or reference that asks for it."""

    node: ast.expr
    change: Change
    place: Place
    site: str

    def declined(self, reason: str) -> Declined:
        return Declined(self.place, self.site, reason)


class HoistedEntity(NamedTuple):
    """A statement that makes an entity at the top level of the module."""

    name: str
    statement: str
    spot: Spot


class Expressions:
    """The calls and attributes of a module by their places."""

    def __init__(self, tree: ast.Module, source: Source, places: Iterable[Place]) -> None:
        lines = {place.line for place in places}
        self._nodes: dict[_Span, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call | ast.Attribute) and node.lineno in lines:
                self._nodes.setdefault(_span(source.place("", node)), []).append(node)

    def at(self, place: Place, kind: type[ast.expr]) -> tuple[ast.expr, ...]:
        """The expressions of a kind at a place: more than one only where Python 3.11 misplaces parts of f-strings."""
        return tuple(node for node in self._nodes.get(_span(place), ()) if isinstance(node, kind))


def decide_sites(found: Expressions, sites: Sequence[RewriteSite]) -> Iterator[Decision | Declined]:
    """What becomes of each call site, in order."""
    by_span: dict[_Span, list[RewriteSite]] = {}
    for site in sites:
        by_span.setdefault(_span(site.place), []).append(site)
    for group in by_span.values():
        calls = found.at(group[0].place, ast.Call)
        matched = len(calls) == len(group) and len({ast.dump(call) for call in calls}) == 1
        for index, site in enumerate(group):
            if site.form is Form.DECLINED:
                yield Declined(site.place, site.id, site.reason)
            elif matched:
                yield Decision(calls[index], Invoke(_FUNCTIONS[site.form], site.id), site.place, site.id)
            else:
                yield Declined(site.place, site.id, "the call cannot be told from others in the same f-string")


def decide_references(found: Expressions, references: Sequence[Reference]) -> Iterator[Decision | Declined]:
    """What becomes of each attribute that names something of flytekit: most stay."""
    for reference in references:
        name = replacement(reference.name)
        if name is None:
            continue
        match found.at(reference.place, ast.Attribute):
            case (ast.Attribute(ctx=ast.Load()) as node,):
                yield Decision(node, Rename(name), reference.place, "")
            case _:
                yield Declined(reference.place, "", f"{reference.name} is not read here in a way that can be replaced")


class Hoists:
    """Takes entities made inside bodies to the top level of the module; equal ones become one."""

    def __init__(self, tree: ast.Module, source: Source, spots: Sequence[Spot], alias: str) -> None:
        self._tree = tree
        self._source = source
        self._spots = spots
        self._alias = alias
        self._entities: dict[str, HoistedEntity] = {}

    def decide(
        self, found: Expressions, sites: Sequence[RewriteSite], others: Sequence[Decision]
    ) -> Iterator[Decision | Declined]:
        """What becomes of each expression that makes an entity inside a body."""
        changing = {decision.node for decision in others}
        asking = {_span(site.hoist): (site.hoist, site.id) for site in reversed(sites) if site.hoist}
        for place, site in sorted(asking.values()):
            try:
                node = self._hoistable(found, place, changing)
                entity = self._entity(node)
            except Unwritable as reason:
                yield Declined(place, site, f"the entity cannot be made at the top level of the module: {reason}")
            else:
                yield Decision(node, Hoist(entity.name, self._touches_a_name(place)), place, site)

    def entities(self, names: Iterable[str]) -> tuple[HoistedEntity, ...]:
        """The statements to add for those of the hoisted entities that are used in the end."""
        used = set(names)
        return tuple(entity for entity in self._entities.values() if entity.name in used)

    def _hoistable(self, found: Expressions, place: Place, changing: set[ast.expr]) -> ast.expr:
        match found.at(place, ast.Call):
            case (node,) if not any(inner in changing for inner in ast.walk(node)):
                return node
            case (_,):
                raise Unwritable("it contains calls that change themselves")
            case _:
                raise Unwritable("it cannot be told from others in the same f-string")

    def _entity(self, node: ast.expr) -> HoistedEntity:
        expression = ast.unparse(node)
        if "\n" in expression:
            raise Unwritable("it does not fit on one line")
        spot = spot_for_hoist(self._tree, self._spots, node)
        name = f"{self._alias}_{len(self._entities) + 1}"
        return self._entities.setdefault(expression, HoistedEntity(name, f"{name} = {expression}", spot))

    def _touches_a_name(self, place: Place) -> bool:
        start = self._source.offset(place.line, place.column)
        end = self._source.offset(place.end_line, place.end_column)
        around = self._source.text[max(start - 1, 0) : start] + self._source.text[end : end + 1]
        return any(character.isidentifier() or character.isdigit() for character in around)


def _span(place: Place) -> _Span:
    return place[1:]
