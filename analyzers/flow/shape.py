"""Constructors that put flow trees together and leave out what decides nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzers.model.flow import (
    Arm,
    Branch,
    Break,
    Continue,
    Flow,
    Handler,
    Helper,
    Invoke,
    Loop,
    LoopKind,
    Match,
    Origin,
    Parallel,
    Raise,
    Return,
    Sequence,
    Try,
    Unresolved,
    With,
)

NOTHING = Sequence()
SCHEDULED = "scheduled"
_LOOP_JUMPS = frozenset({Break, Continue})


def sequence(parts: Iterable[Flow]) -> Flow:
    """The parts one after another; tasks that are scheduled one right after another run side by side."""
    children: list[Flow] = []
    for part in _flattened(parts):
        previous = children[-1] if children else None
        if isinstance(part, Parallel) and isinstance(previous, Parallel) and _scheduling(part, previous):
            children[-1] = replace(previous, children=(*previous.children, *part.children))
        else:
            children.append(part)
    return children[0] if len(children) == 1 else Sequence(tuple(children))


def scheduled(child: Flow) -> Flow:
    """A member that is started, and not waited for."""
    return Parallel((child,), SCHEDULED, joined=False)


def group(parts: Flow, children: Iterable[Flow], how: str, joined: bool) -> Flow:
    """Members side by side, without those that do nothing.

    A group that is made in the call of another one is a member of it, and what was scheduled there its members are.
    """
    inner = tuple(_flattened((parts,)))
    nested = tuple(part for part in inner if isinstance(part, Parallel))
    before = tuple(part for part in inner if not isinstance(part, Parallel))
    if any(isinstance(started, Invoke | Helper) for part in before for started in walk(part)):
        # What is awaited between the arguments lets those before it start.
        return sequence((parts, group(NOTHING, children, how, joined)))
    members = tuple(member for part in nested for member in (part.children if _schedules(part) else (part,)))
    members += tuple(child for child in children if child != NOTHING)
    return sequence((*before, Parallel(members, how, joined))) if members else sequence(before)


def task_group(body: Flow) -> Flow:
    """The region of a `TaskGroup`: what it only schedules are its members, else its body is."""
    if body == NOTHING:
        return NOTHING
    if isinstance(body, Parallel) and _schedules(body):
        return Parallel(body.children, "TaskGroup", joined=True)
    return Parallel((body,), "TaskGroup", joined=True)


def branch(test: str, arms: Iterable[Arm]) -> Flow:
    """A choice, unless no arm does anything."""
    ways = tuple(arms)
    return Branch(test, ways) if any(arm.body != NOTHING for arm in ways) else NOTHING


def loop(tree: Loop) -> Flow:
    """A loop, unless nothing in it invokes or leaves; a loop that only schedules is a fan-out."""
    if not invokes(tree) and not escapes(tree):
        return NOTHING
    counted = tree.kind is not LoopKind.WHILE and tree.head == tree.orelse == NOTHING
    if counted and isinstance(tree.body, Parallel) and _schedules(tree.body):
        return replace(tree.body, children=tuple(_repeated(child, tree.header) for child in tree.body.children))
    return tree


def attempt(body: Flow, handlers: tuple[Handler, ...], orelse: Flow, final: Flow) -> Flow:
    """A `try` statement, unless nothing in it invokes or leaves."""
    parts = (body, orelse, final, *(handler.body for handler in handlers))
    if all(part == NOTHING for part in parts):
        return NOTHING
    if not handlers and final == NOTHING:
        return sequence((body, orelse))
    return Try(body, handlers, orelse, final)


def context(items: str, body: Flow) -> Flow:
    """A `with` statement around something that invokes or leaves."""
    return With(items, body) if body != NOTHING else NOTHING


def parts_of(tree: Flow) -> tuple[Flow, ...]:
    """The trees directly inside a tree, in source order."""
    match tree:
        case Sequence() | Parallel():
            return tree.children
        case Branch():
            return tuple(arm.body for arm in tree.arms)
        case Loop():
            return (tree.head, tree.body, tree.orelse)
        case Try():
            return (tree.body, *(handler.body for handler in tree.handlers), tree.orelse, tree.final)
        case Match():
            return tuple(part for case in tree.cases for part in (case.guard, case.body))
        case With():
            return (tree.body,)
        case Helper():
            return (tree.body,) if tree.body is not None else ()
        case Invoke() | Unresolved() | Return() | Raise() | Break() | Continue():
            return ()


def walk(tree: Flow) -> Iterator[Flow]:
    """The tree and everything in it, in source order."""
    pending = [tree]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(parts_of(current)))


def invokes(tree: Flow) -> bool:
    """Whether something in the tree begins to run, or might."""
    return any(
        isinstance(part, Invoke | Unresolved) or (isinstance(part, Helper) and part.body is None) for part in walk(tree)
    )


def escapes(tree: Flow) -> frozenset[type[Flow]]:
    """The kinds of jump in the tree that leave it."""
    match tree:
        case Return() | Raise() | Break() | Continue():
            return frozenset({type(tree)})
        case Loop():
            inside = escapes(tree.head) | escapes(tree.body)
            return (inside - _LOOP_JUMPS) | escapes(tree.orelse)
        case Helper():
            inside = frozenset() if tree.body is None else escapes(tree.body)
            return inside & {Raise}
        case _:
            return frozenset[type[Flow]]().union(*(escapes(part) for part in parts_of(tree)))


def _flattened(parts: Iterable[Flow]) -> Iterator[Flow]:
    for part in parts:
        if isinstance(part, Sequence):
            yield from part.children
        else:
            yield part


def _schedules(tree: Parallel) -> bool:
    return tree.how == SCHEDULED and not tree.joined


def _scheduling(*trees: Parallel) -> bool:
    return all(_schedules(tree) for tree in trees)


def _repeated(tree: Flow, header: str) -> Flow:
    if isinstance(tree, Invoke | Helper | Unresolved):
        return replace(tree, origin=Origin((header, *tree.origin.over), tree.origin.optional))
    return tree
