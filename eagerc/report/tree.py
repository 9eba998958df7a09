"""What eager functions invoke, as a tree for a person at a terminal."""

from collections.abc import Iterator, Sequence

from analyzers.analysis import Analysis
from analyzers.model.calls import Invocation, UnresolvedCall
from analyzers.model.entities import Entity
from analyzers.model.facts import EntityFunction
from eagerc import terminal
from eagerc.report.drawing import Node, drawn
from eagerc.report.effort import lines
from eagerc.report.headings import heading
from eagerc.targets import Selected
from eagerc.terminal import painted, visible


def report(selected: Sequence[Selected], colour: bool, verbose: bool) -> Iterator[str]:
    """A tree for each eager function: entities with their call sites, and what they invoke in turn."""
    for one in selected:
        yield from drawn(_Tree(one.configured.analysis, colour, verbose).root(one.function))
        yield ""
    if not selected:
        yield "No eager functions."


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

    def __init__(self, analysis: Analysis, colour: bool, verbose: bool) -> None:
        self._analysis = analysis
        self._colour = colour
        self._verbose = verbose
        self._shown: set[str] = set()

    def root(self, function: EntityFunction) -> Node:
        self._shown.add(function.entity.name)
        details = (decided(function), _closure(self._analysis, function.entity), *self._effort(function))
        cycles = map(_cycle, self._analysis.cycles(function.entity.name))
        return Node(heading(function, self._colour), (*details, *cycles), self._children(function))

    def _effort(self, function: EntityFunction) -> tuple[str, ...]:
        return lines(function) if self._verbose else ()

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
        return Node(line, (*map(_site, sites), *self._effort(body)), self._children(body))

    def _unresolved(self, call: UnresolvedCall) -> Node:
        place = self._painted(call.place, terminal.DIM)
        line = f"{self._painted('unresolved', terminal.YELLOW)} {visible(call.text)}  {place}"
        hint = (f"to decide it: {visible(call.hint)}",) if call.hint else ()
        return Node(line, (f"{call.category.value}: {visible(call.reason)}", *hint), ())

    def _painted(self, text: object, colour: str) -> str:
        return painted(visible(str(text)), colour, self._colour)


def _cycle(members: Sequence[str]) -> str:
    how = "invoke one another" if len(members) > 1 else "invokes itself"
    return visible(f"cycle: {', '.join(members)} {how}")


def _site(invocation: Invocation) -> str:
    through = f", through {' > '.join(map(str, invocation.chain))}" if invocation.chain else ""
    doubt = "" if invocation.certain else ", one of several candidates"
    return visible(f"{invocation.place} {invocation.consumed.value}{through}{doubt}")
