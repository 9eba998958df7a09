"""Trace conformance: whether what a run started is a walk of the control edges of a graph.

The graph is played as a net of tokens. A token moves along control and exception edges; a fork puts one on each of its
branches, and a join waits for all of them. Passing an invocation consumes its site from the trace. What is no longer
waited for (a scheduled task, the siblings of a member that failed) is loose: it may start at any later time.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

from codegen.graph.control import Graph
from codegen.graph.regions import members

_PASSIVE = ("start", "choice", "loop", "try", "return", "raise", "end")


class Token(NamedTuple):
    """Where the control is: before a node, behind it (`done`), or anywhere in a region that runs many times."""

    place: str
    done: bool = False


class Marking(NamedTuple):
    """The tokens of one moment, sorted, and the nodes and regions that are loose."""

    tokens: tuple[Token, ...]
    loose: frozenset[str] = frozenset()


def first_deviation(graph: Graph, sites: Sequence[str], finished: bool = False) -> int | None:
    """The index of the first started site that no walk explains, None where the trace conforms.

    With `finished` the run came to its end, so that a walk has to reach one too: else the answer is the trace's length.
    """
    net = _Net(graph)
    start = next(node for node, facts in graph.nodes(data=True) if facts["kind"] == "start")
    markings = net.closure([Marking((Token(start),))])
    for index, site in enumerate(sites):
        markings = net.closure(fired for marking in markings for fired in net.fire(marking, site))
        if not markings:
            return index
    return len(sites) if finished and not any(net.ended(marking) for marking in markings) else None


class _Net:
    """The moves that a graph allows."""

    def __init__(self, graph: Graph) -> None:
        self._facts = {node: facts for node, facts in graph.nodes(data=True)}  # noqa: C416 (the stub is no mapping)
        self._control = _heads(graph, "control")
        self._exception = _heads(graph, "exception")
        self._join: dict[str, str] = {
            facts["fork"]: node for node, facts in self._facts.items() if facts["kind"] == "join"
        }
        self._members = {region["id"]: members(graph, region["id"]) for region in graph.graph["regions"]}
        forking = {facts["region"] for facts in self._facts.values() if facts["kind"] == "fork"}
        self._forking = [region["id"] for region in graph.graph["regions"] if region["id"] in forking]
        # A helper that runs many times is one place: its copies may mix in any way. The outermost one counts.
        self._mixed: dict[str, str] = {}
        for region in graph.graph["regions"]:
            if region["kind"] == "helper" and (region["over"] or region["optional"]):
                for node in self._members[region["id"]]:
                    self._mixed.setdefault(node, region["id"])
        self._starts = cache(self._sites_started)

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
        if any(site in self._starts(place) for place in marking.loose):
            yield marking
        for token in dict.fromkeys(marking.tokens):
            if not token.done and site in self._starts(token.place):
                yield marking if self._repeats(token.place) else _moved(marking, token, Token(token.place, done=True))

    def ended(self, marking: Marking) -> bool:
        """Whether the function has come to an end of its own."""
        return any(
            not token.done and self._kind(token.place) in ("return", "end") and not self._control[token.place]
            for token in marking.tokens
        )

    def _sites_started(self, place: str) -> frozenset[str]:
        """The sites that may start at a node, or anywhere in a region."""
        nodes = self._members.get(place, (place,))
        own = {self._facts[node]["site"] for node in nodes if "site" in self._facts[node]}
        return frozenset(own.union(*(self._facts[node].get("inside", ()) for node in nodes)))

    def _silent(self, marking: Marking) -> Iterator[Marking]:
        for token in dict.fromkeys(marking.tokens):
            for head in self._control_from(token):
                yield _moved(marking, token, self._arrive(head))
            for tail, head in self._exceptions_from(token):
                yield self._raised(marking, token, tail, head)
            yield from self._structural(marking, token)

    def _control_from(self, token: Token) -> Iterable[str]:
        if token.place in self._members:
            inside = self._members[token.place]
            return sorted({head for node in inside for head in self._control[node]} - inside)
        passed = token.done or self._kind(token.place) in _PASSIVE
        return self._control[token.place] if passed else ()

    def _exceptions_from(self, token: Token) -> Iterable[tuple[str, str]]:
        """An exception may come up before anything starts, while the arguments are evaluated."""
        inside = self._members.get(token.place, frozenset({token.place}))
        return [(node, head) for node in sorted(inside) for head in self._exception[node] if head not in inside]

    def _structural(self, marking: Marking, token: Token) -> Iterator[Marking]:
        """What a fork, a join and a call that need not run do with a token."""
        if token.done or token.place in self._members:
            return
        facts = self._facts[token.place]
        passed = Token(token.place, done=True)
        match facts["kind"]:
            case "fork" if self._waited(token.place):
                for entered in product(*(self._entered(head, token.place) for head in self._members_of(token.place))):
                    yield _moved(marking, token, *entered)
            case "fork":
                yield _loosened(_moved(marking, token, Token(self._join[token.place], done=True)), facts["region"])
            case "join":
                waiting = len(self._members_of(facts["fork"]))
                if marking.tokens.count(token) == waiting:
                    rest = tuple(other for other in marking.tokens if other != token)
                    yield marking._replace(tokens=tuple(sorted((*rest, passed))))
            case _:
                if facts.get("detached"):
                    yield _loosened(_moved(marking, token, passed), token.place)
                elif self._repeats(token.place) or facts.get("optional"):
                    yield _moved(marking, token, passed)

    def _members_of(self, fork: str) -> list[str]:
        """The first nodes of the members of a group; an edge right to the join says that a member may be skipped."""
        return [head for head in self._control[fork] if head != self._join.get(fork)]

    def _entered(self, head: str, fork: str) -> Iterator[Token]:
        token = self._arrive(head)
        yield token
        if token.place in self._members and not self._control_from(token):
            yield Token(self._join.get(fork, token.place))

    def _waited(self, fork: str) -> bool:
        """Whether the members of a group are waited for; without a join they are, and none ever ends."""
        return fork not in self._join or bool(self._facts[self._join[fork]]["joined"])

    def _raised(self, marking: Marking, token: Token, tail: str, head: str) -> Marking:
        """An exception that leaves a group leaves the other members behind."""
        left = _moved(marking, token)
        for region in self._forking:
            inside = self._members[region]
            if tail in inside and head not in inside:
                kept = tuple(other for other in left.tokens if not self._within(other, inside))
                left = _loosened(left._replace(tokens=kept), region)
        return left._replace(tokens=tuple(sorted((*left.tokens, self._arrive(head)))))

    def _within(self, token: Token, nodes: frozenset[str]) -> bool:
        return self._members.get(token.place, frozenset({token.place})) <= nodes

    def _arrive(self, head: str) -> Token:
        return Token(self._mixed.get(head, head))

    def _kind(self, place: str) -> str:
        return str(self._facts[place]["kind"]) if place in self._facts else ""

    def _repeats(self, place: str) -> bool:
        return (
            place in self._members
            or self._kind(place) in ("unresolved", "helper")
            or self._facts[place].get("many", False)
        )


def _heads(graph: Graph, kind: str) -> dict[str, tuple[str, ...]]:
    return {
        node: tuple(dict.fromkeys(head for _, head, facts in graph.out_edges(node, data=True) if facts["kind"] == kind))
        for node in graph.nodes
    }


def _moved(marking: Marking, token: Token, *after: Token) -> Marking:
    tokens = list(marking.tokens)
    tokens.remove(token)
    return marking._replace(tokens=tuple(sorted((*tokens, *after))))


def _loosened(marking: Marking, place: str) -> Marking:
    return marking._replace(loose=marking.loose | {place})
