"""Cycles in a graph that is given by what follows each of its nodes."""

from collections.abc import Callable, Iterable, Iterator


def cycles(start: str, successors: Callable[[str], Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """The sets of nodes, among those that can be reached, whose members all reach one another; each sorted.

    A node alone is in a cycle where it follows itself. This is Tarjan's algorithm without recursion: a graph may be a
    chain of a thousand, and loading networkx would take longer than all the rest of `eagerc deps`.
    """
    found: list[tuple[str, ...]] = []
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_nodes: dict[str, None] = {}
    repeating: set[str] = set()
    walk: list[tuple[str, Iterator[str]]] = []

    def enter(node: str) -> None:
        order[node] = lowest[node] = len(order)
        open_nodes[node] = None
        walk.append((node, iter(successors(node))))

    enter(start)
    while walk:
        node, following = walk[-1]
        after = next(following, None)
        if after is None:
            walk.pop()
            if walk:
                lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[node])
            if lowest[node] == order[node]:
                members = _closed(open_nodes, node)
                if len(members) > 1 or node in repeating:
                    found.append(members)
        elif after not in order:
            enter(after)
        elif after in open_nodes:
            lowest[node] = min(lowest[node], order[after])
            if after == node:
                repeating.add(node)
    return tuple(sorted(found))


def _closed(open_nodes: dict[str, None], first: str) -> tuple[str, ...]:
    """Take the nodes that were opened since `first`, itself included."""
    members = []
    while first in open_nodes:
        members.append(open_nodes.popitem()[0])
    return tuple(sorted(members))
