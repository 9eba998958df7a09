"""Trace conformance: whether what a run started is a walk of the control edges of a graph.

The graph is played as a net of tokens. A token moves along control and exception edges; a fork puts one on each of
its branches, and a join waits for all of them. Passing an invocation consumes its site from the trace. What is scheduled
and not waited for leaves a token of its own behind, which may start at any later time.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from codegen.graph.control import Graph
from codegen.graph.regions import members

AT, AFTER, PENDING, INSIDE = "at", "after", "pending", "inside"
_PASSIVE = ("start", "choice", "loop", "try", "return", "raise", "end")


class Token(NamedTuple):
    """`at` a node that has not begun, `after` one that is done, `pending` at a detached one, `inside` a region."""

    state: str
    place: str


Marking = tuple[Token, ...]


def first_deviation(graph: Graph, sites: Sequence[str], finished: bool = False) -> int | None:
    """The index of the first started site that no walk explains, None where the trace conforms.

    With `finished` the run came to its end, so that a walk has to reach one too: else the answer is the trace's length.
    """
    net = _Net(graph)
    start = next(node for node, facts in graph.nodes(data=True) if facts["kind"] == "start")
    markings = net.closure([(Token(AT, start),)])
    for index, site in enumerate(sites):
        markings = net.closure(fired for marking in markings for fired in net.fire(marking, site))
        if not markings:
            return index
    return len(sites) if finished and not any(net.ended(marking) for marking in markings) else None


class _Net:
    """The moves that a graph allows."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._hub_of: dict[str, str] = {}
        self._members: dict[str, frozenset[str]] = {}
        self._join: dict[str, str] = {
            facts["fork"]: node for node, facts in graph.nodes(data=True) if facts["kind"] == "join"
        }
        for region in graph.graph["regions"]:
            if region["kind"] == "helper" and (region["over"] or region["optional"]):
                self._members[region["id"]] = inside = members(graph, region["id"])
                for node in inside:
                    self._hub_of.setdefault(node, region["id"])

    def closure(self, markings: Iterable[Marking]) -> set[Marking]:
        """The markings, and all that they can become without starting anything."""
        pending = list(markings)
        found = set(pending)
        while pending:
            for marking in self._silent(pending.pop()):
                if marking not in found:
                    found.add(marking)
                    pending.append(marking)
        return found

    def fire(self, marking: Marking, site: str) -> Iterator[Marking]:
        """The markings after `site` starts."""
        for index, token in enumerate(marking):
            rest = marking[:index] + marking[index + 1 :]
            for fired in self._fired(token, site):
                yield _marking(rest, fired)

    def ended(self, marking: Marking) -> bool:
        return any(
            token.state == AT and self._kind(token.place) in ("return", "end") and not list(self._heads(token.place))
            for token in marking
        )

    def _fired(self, token: Token, site: str) -> Iterator[tuple[Token, ...]]:
        if token.state == INSIDE:
            if any(self._starts(node, site) for node in self._members[token.place]):
                yield (token,)
        elif token.state in (AT, PENDING) and self._starts(token.place, site):
            if self._repeats(token.place):
                yield (token,)
            else:
                yield (Token(AFTER, token.place),) if token.state == AT else ()

    def _starts(self, node: str, site: str) -> bool:
        facts = self._graph.nodes[node]
        return facts.get("site") == site or site in facts.get("inside", ())

    def _silent(self, marking: Marking) -> Iterator[Marking]:
        for index, token in enumerate(marking):
            rest = marking[:index] + marking[index + 1 :]
            for moved in self._moves(token):
                yield _marking(rest, moved)
        yield from self._joins(marking)

    def _moves(self, token: Token) -> Iterator[tuple[Token, ...]]:
        """What one token can become on its own."""
        node = token.place
        if token.state == INSIDE:
            yield from self._leaves(node)
        elif token.state == AFTER:
            yield from ((self._arrive(head),) for head in self._heads(node))
        elif token.state == AT:
            yield from self._passes(node)

    def _passes(self, node: str) -> Iterator[tuple[Token, ...]]:
        facts = self._graph.nodes[node]
        kind = facts["kind"]
        if kind in _PASSIVE:
            yield from ((self._arrive(head),) for head in self._heads(node))
        elif kind == "fork":
            yield self._forked(node)
        elif kind != "join":
            # An exception may come up before anything starts, while the arguments are evaluated.
            yield from ((self._arrive(head),) for head in self._heads(node, "exception"))
            if facts.get("detached"):
                yield (Token(AFTER, node), Token(PENDING, node))
            elif self._repeats(node) or facts.get("optional"):
                yield (Token(AFTER, node),)

    def _forked(self, fork: str) -> tuple[Token, ...]:
        branches = tuple(self._arrive(head) for head in self._heads(fork, "control"))
        join = self._join[fork]
        return branches if self._graph.nodes[join]["joined"] else (*branches, Token(AFTER, join))

    def _joins(self, marking: Marking) -> Iterator[Marking]:
        for token in dict.fromkeys(marking):
            if token.state == AT and self._kind(token.place) == "join":
                facts = self._graph.nodes[token.place]
                waiting = len(list(self._heads(facts["fork"], "control"))) if facts["joined"] else 1
                if marking.count(token) >= waiting:
                    rest = list(marking)
                    for _ in range(waiting):
                        rest.remove(token)
                    yield _marking(tuple(rest), (Token(AFTER, token.place),) if facts["joined"] else ())

    def _leaves(self, hub: str) -> Iterator[tuple[Token, ...]]:
        inside = self._members[hub]
        for node in sorted(inside):
            for head in self._heads(node):
                if head not in inside:
                    yield (self._arrive(head),)

    def _arrive(self, head: str) -> Token:
        """The token that comes along an edge; a helper that runs any number of times is one place as a whole."""
        hub = self._hub_of.get(head)
        return Token(INSIDE, hub) if hub is not None else Token(AT, head)

    def _heads(self, node: str, *kinds: str) -> Iterator[str]:
        wanted = kinds or ("control", "exception")
        return (head for _, head, facts in self._graph.out_edges(node, data=True) if facts["kind"] in wanted)

    def _kind(self, node: str) -> str:
        return str(self._graph.nodes[node]["kind"])

    def _repeats(self, node: str) -> bool:
        facts = self._graph.nodes[node]
        return bool(facts.get("many")) or facts["kind"] in ("unresolved", "helper")


def _marking(rest: Marking, added: tuple[Token, ...]) -> Marking:
    return tuple(sorted((*rest, *added)))
