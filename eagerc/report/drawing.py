"""Trees as lines of text."""

from collections.abc import Iterator
from typing import NamedTuple

from eagerc import terminal


class Node(NamedTuple):
    """One line of the tree, more lines that explain it, and what hangs below it."""

    line: str
    details: tuple[str, ...]
    children: tuple["Node", ...]


class _Branches(NamedTuple):
    """How a tree is drawn: before a child, before the last child, and below each of them."""

    child: str
    last: str
    below_child: str
    below_last: str


_ROUND = _Branches("├── ", "└── ", "│   ", "    ")
_ASCII = _Branches("|-- ", "`-- ", "|   ", "    ")


def drawn(root: Node) -> Iterator[str]:
    """The lines of a tree, in characters that standard output can encode."""
    return _drawn(root, _ROUND if terminal.can_print("├└│─") else _ASCII)


def _drawn(node: Node, branches: _Branches) -> Iterator[str]:
    yield node.line
    for detail in node.details:
        yield f"{branches.below_child if node.children else branches.below_last}{detail}"
    for at, child in enumerate(node.children, start=1):
        last = at == len(node.children)
        lines = _drawn(child, branches)
        yield (branches.last if last else branches.child) + next(lines)
        below = branches.below_last if last else branches.below_child
        yield from (below + line for line in lines)
