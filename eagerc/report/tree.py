"""What eager functions invoke, as a tree for a person at a terminal."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from analyzers.analysis import Analysis

from analyzers.model.calls import Invocation, UnresolvedCall
from analyzers.model.entities import Entity
from analyzers.model.facts import EntityFunction
from eagerc import terminal
from eagerc.targets import Selected
from eagerc.terminal import painted, visible


class Branches(NamedTuple):
    """How a tree is drawn: before a child, before the last child, and below each of them."""

    child: str
    last: str
    below_child: str
    below_last: str


ROUND = Branches("├── ", "└── ", "│   ", "    ")
ASCII = Branches("|-- ", "`-- ", "|   ", "    ")


class Node(NamedTuple):
    """One line of the tree, more lines that explain it, and what hangs below it."""

    line: str
    details: tuple[str, ...]
    children: tuple["Node", ...]


def report(selected: Sequence[Selected], colour: bool) -> Iterator[str]:
    """A tree for each eager function: entities with their call sites, and what they invoke in turn."""
    branches = ROUND if terminal.can_print("├└│─") else ASCII
    for one in selected:
        yield from _drawn(_root(one, colour), branches)
        yield ""


def _root(selected: Selected, colour: bool) -> Node:
    function, analysis = selected.function, selected.configured.analysis
    entity = function.entity
    name = painted(visible(entity.name), terminal.BOLD, colour)
    where = painted(visible(str(entity.place)), terminal.DIM, colour)
    details = (decided(function), *([f"invokes {closure}"] if (closure := _closure(analysis, entity)) else []))
    return Node(
        f"{name}  {function.dialect.value} eager function  {where}", details, _children(function, analysis, (), colour)
    )


def decided(function: EntityFunction) -> str:
    """How many of the calls that may reach an entity could be decided."""
    sites = {invocation.site for invocation in function.invocations}
    open_sites = {call.site for call in function.unresolved}
    total = len(sites | open_sites)
    return f"{total - len(open_sites)} of {total} call{'' if total == 1 else 's'} decided"


def _closure(analysis: Analysis, entity: Entity) -> str:
    direct, reached = len(analysis.dependencies(entity.name)), len(analysis.closure(entity.name))
    if not reached:
        return ""
    return f"{direct} directly, {reached} with what they invoke" if reached != direct else str(direct)


def _children(function: EntityFunction, analysis: Analysis, above: tuple[str, ...], colour: bool) -> tuple[Node, ...]:
    grouped: dict[str, list[Invocation]] = {}
    for invocation in function.invocations:
        grouped.setdefault(invocation.entity.name, []).append(invocation)
    entities = [_entity(sites, analysis, (*above, function.entity.name), colour) for sites in grouped.values()]
    return (*entities, *(_unresolved(call, colour) for call in function.unresolved))


def _entity(sites: Sequence[Invocation], analysis: Analysis, above: tuple[str, ...], colour: bool) -> Node:
    entity = sites[0].entity
    kind = painted(entity.kind.value.replace("_", " "), terminal.BLUE, colour)
    where = painted(visible(str(entity.place)), terminal.DIM, colour)
    doubt = "" if any(site.certain for site in sites) else "  one of several candidates"
    again = entity.name in above
    line = f"{visible(entity.name)}  {kind}  {where}{doubt}{'  (see above)' if again else ''}"
    body = None if again else analysis.body(entity.name)
    return Node(line, tuple(map(_site, sites)), _children(body, analysis, above, colour) if body else ())


def _site(invocation: Invocation) -> str:
    through = f", through {' > '.join(map(_short, invocation.chain))}" if invocation.chain else ""
    return f"{visible(str(invocation.place))} {invocation.consumed.value}{through}"


def _short(place: object) -> str:
    return visible(str(place))


def _unresolved(call: UnresolvedCall, colour: bool) -> Node:
    line = f"{painted('unresolved', terminal.YELLOW, colour)} {visible(call.text)}  {visible(str(call.place))}"
    return Node(line, tuple(visible(text) for text in (call.reason, call.hint) if text), ())


def _drawn(node: Node, branches: Branches) -> Iterator[str]:
    yield node.line
    for detail in node.details:
        yield f"{branches.below_child if node.children else branches.below_last}{detail}"
    for at, child in enumerate(node.children, start=1):
        last = at == len(node.children)
        lines = _drawn(child, branches)
        yield (branches.last if last else branches.child) + next(lines)
        below = branches.below_last if last else branches.below_child
        yield from (below + line for line in lines)
