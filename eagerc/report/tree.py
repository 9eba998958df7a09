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
        tree = _Tree(one.configured.analysis, colour)
        yield from _drawn(tree.root(one.function), branches)
        yield ""


def decided(function: EntityFunction) -> str:
    """How many of the calls that may reach an entity could be decided."""
    sites = {invocation.site for invocation in function.invocations}
    open_sites = {call.site for call in function.unresolved}
    total = len(sites | open_sites)
    return f"{total - len(open_sites)} of {total} call{'' if total == 1 else 's'} decided"


def _closure(analysis: Analysis, entity: Entity) -> str:
    direct, reached = len(analysis.dependencies(entity.name)), len(analysis.closure(entity.name))
    entities = "1 entity" if direct == 1 else f"{direct} entities"
    return f"invokes {entities}" if reached == direct else f"invokes {entities}, {reached} with what those invoke"


class _Tree:
    """Makes the tree of one eager function; what an entity invokes is shown where it occurs first."""

    def __init__(self, analysis: Analysis, colour: bool) -> None:
        self._analysis = analysis
        self._colour = colour
        self._shown: set[str] = set()

    def root(self, function: EntityFunction) -> Node:
        entity = function.entity
        name = self._painted(entity.name, terminal.BOLD)
        line = f"{name}  {function.dialect.value} eager function  {self._painted(entity.place, terminal.DIM)}"
        self._shown.add(entity.name)
        return Node(line, (decided(function), _closure(self._analysis, entity)), self._children(function))

    def _children(self, function: EntityFunction) -> tuple[Node, ...]:
        grouped: dict[str, list[Invocation]] = {}
        for invocation in function.invocations:
            grouped.setdefault(invocation.entity.name, []).append(invocation)
        entities = [self._entity(sites) for sites in grouped.values()]
        return (*entities, *map(self._unresolved, function.unresolved))

    def _entity(self, sites: Sequence[Invocation]) -> Node:
        entity = sites[0].entity
        kind = self._painted(entity.kind.value.replace("_", " "), terminal.BLUE)
        line = f"{visible(entity.name)}  {kind}  {self._painted(entity.place, terminal.DIM)}"
        body = self._analysis.body(entity.name)
        if body is None:
            return Node(line, tuple(map(_site, sites)), ())
        if entity.name in self._shown:
            return Node(f"{line}  (see above)", tuple(map(_site, sites)), ())
        self._shown.add(entity.name)
        return Node(line, tuple(map(_site, sites)), self._children(body))

    def _unresolved(self, call: UnresolvedCall) -> Node:
        place = self._painted(call.place, terminal.DIM)
        line = f"{self._painted('unresolved', terminal.YELLOW)} {visible(call.text)}  {place}"
        hint = (f"to decide it: {visible(call.hint)}",) if call.hint else ()
        return Node(line, (visible(call.reason), *hint), ())

    def _painted(self, text: object, colour: str) -> str:
        return painted(visible(str(text)), colour, self._colour)


def _site(invocation: Invocation) -> str:
    through = f", through {' > '.join(map(str, invocation.chain))}" if invocation.chain else ""
    doubt = "" if invocation.certain else ", one of several candidates"
    return visible(f"{invocation.place} {invocation.consumed.value}{through}{doubt}")


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
