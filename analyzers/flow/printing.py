"""A flow tree as indented text."""

from collections.abc import Iterator

from analyzers.model.flow import (
    Branch,
    Break,
    Continue,
    Flow,
    Helper,
    Invoke,
    Loop,
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

_INDENT = "  "


def print_flow(tree: Flow) -> str:
    """The tree as text, one construct a line, what is inside indented; ends with a newline unless empty."""
    return "".join(f"{line}\n" for line in _lines(tree))


def _lines(tree: Flow) -> Iterator[str]:  # noqa: C901 - one line for each kind of node
    match tree:
        case Sequence():
            for child in tree.children:
                yield from _lines(child)
        case Parallel():
            yield f"parallel {tree.how}{'' if tree.joined else ', not awaited here'}"
            for child in tree.children:
                yield from _member(child)
        case Branch():
            yield from _branch(tree)
        case Loop():
            yield from _loop(tree)
        case Try():
            yield from _try(tree)
        case Match():
            yield from _match(tree)
        case With():
            yield from _block(f"with {tree.items}", tree.body)
        case Helper():
            yield from _helper(tree)
        case Invoke(invocation=invocation, origin=origin):
            yield f"{invocation.entity.kind} {_short(invocation.entity.name)} [{invocation.consumed}]{_origin(origin)}"
        case Unresolved(call=call, origin=origin):
            yield f"unresolved {call.text}: {call.reason}{_origin(origin)}"
        case Return():
            yield f"return {tree.value}".rstrip()
        case Raise():
            yield f"raise {tree.exception}".rstrip()
        case Break():
            yield "break"
        case Continue():
            yield "continue"


def _block(title: str, body: Flow) -> Iterator[str]:
    yield title
    yield from (_INDENT + line for line in _lines(body))


def _member(tree: Flow) -> Iterator[str]:
    """One member of a group; a sequence gets a title, so that it is seen to be one."""
    if isinstance(tree, Sequence):
        tree_lines = _block("sequence", tree)
    else:
        tree_lines = _lines(tree)
    yield from (_INDENT + line for line in tree_lines)


def _branch(tree: Branch) -> Iterator[str]:
    if not tree.test:
        yield "one of"
        for arm in tree.arms:
            yield from (_INDENT + line for line in _block(f"{arm.label}:", arm.body))
        return
    first, *others = tree.arms
    if first.body != Sequence():
        yield from _block(f"if {first.label}", first.body)
    for arm in others:
        if arm.body != Sequence():
            yield from _block(arm.label if first.body != Sequence() else f"unless {first.label}", arm.body)


def _loop(tree: Loop) -> Iterator[str]:
    if tree.head != Sequence():
        yield from _block("before each round", tree.head)
    yield from _block(tree.header, tree.body)
    if tree.orelse != Sequence():
        yield from _block("without break", tree.orelse)


def _try(tree: Try) -> Iterator[str]:
    yield from _block("try", tree.body)
    for handler in tree.handlers:
        yield from _block(f"except {handler.catches}".rstrip(), handler.body)
    if tree.orelse != Sequence():
        yield from _block("else", tree.orelse)
    if tree.final != Sequence():
        yield from _block("finally", tree.final)


def _match(tree: Match) -> Iterator[str]:
    yield f"match {tree.subject}"
    for case in tree.cases:
        title = f"case {case.pattern}{f' if {case.test}' if case.test else ''}"
        if case.guard != Sequence():
            yield from (_INDENT + line for line in _block("guard", case.guard))
        yield from (_INDENT + line for line in _block(title, case.body))


def _helper(tree: Helper) -> Iterator[str]:
    title = f"helper {tree.function}{_origin(tree.origin)}"
    if tree.body is None:
        yield f"{title} (entered before)"
    else:
        yield from _block(title, tree.body)


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _origin(origin: Origin) -> str:
    many = "".join(f" ({header})" for header in origin.over)
    return f"{many}{' (optional)' if origin.optional else ''}"
