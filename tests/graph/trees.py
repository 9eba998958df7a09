"""Flow trees to draw: made by hand, made at random, and run at random."""

import ast
from dataclasses import replace
from functools import cache
from itertools import count
from random import Random

from hypothesis import strategies as st

from analyzers.flow import shape
from analyzers.model.calls import Category, Consumption, Invocation, Supplied, UnresolvedCall
from analyzers.model.entities import Entity, EntityKind
from analyzers.model.flow import (
    Arm,
    Branch,
    Break,
    Case,
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
from analyzers.model.places import Place

_ONCE = Origin()
_CALL = ast.Name("call", ast.Load())


def invoke(name: str, origin: Origin = _ONCE, kind: EntityKind = EntityKind.TASK, path: str = "flow.py") -> Invoke:
    place = Place(path, 1, 1, 1, 9)
    entity = Entity(f"flow.{name}", kind, place, None)
    site = f"flow:main#{name}#0"
    supplied = Supplied(0, (), open=False)
    return Invoke(Invocation(entity, site, place, Consumption.AWAITED, True, _CALL, (), supplied, ()), origin)


def unresolved(name: str, reason: str = "who knows", text: str = "pick()") -> Unresolved:
    place = Place("flow.py", 1, 1, 1, 9)
    category = Category.UNKNOWN_NAME
    awaited = Consumption.AWAITED
    return Unresolved(UnresolvedCall(f"flow:main#{name}#0", place, text, category, reason, "say", _CALL, (), awaited))


NAMES = st.sampled_from([f"t{index}" for index in range(12)])
TEXTS = st.sampled_from(["x < 0", 'name == "a|b"', "", "\\N", "x" * 200, "<b>&lt;</b>"])
ORIGINS = st.builds(Origin, st.sampled_from([(), (), ("for x in xs",)]), st.booleans())


@cache
def trees(depth: int = 2, looping: bool = False) -> st.SearchStrategy[Flow]:
    """Any flow tree that a program can have: jumps out of loops only inside loops."""
    leaves: list[st.SearchStrategy[Flow]] = [
        st.builds(invoke, NAMES, ORIGINS, st.sampled_from(EntityKind)),
        st.builds(invoke, NAMES),
        st.builds(unresolved, NAMES),
        st.builds(Return, TEXTS, st.booleans()),
        st.builds(Raise, TEXTS),
    ]
    if looping:
        leaves += [st.just(Break()), st.just(Continue())]
    if depth == 0:
        return st.one_of(leaves)
    inner = trees(depth - 1, looping)
    members = st.lists(trees(depth - 1), min_size=1, max_size=3).map(tuple)
    handlers = st.lists(st.builds(Handler, TEXTS, st.booleans(), inner), max_size=2).map(tuple)
    nodes: list[st.SearchStrategy[Flow]] = [
        *leaves,
        st.lists(inner, min_size=2, max_size=4).map(shape.sequence),
        st.lists(inner, min_size=2, max_size=4).map(shape.sequence),
        st.builds(Parallel, members.map(_without_jumps), st.just("gather"), st.booleans()),
        st.builds(
            lambda test, arms: Branch(test, tuple(arms)),
            TEXTS,
            st.lists(st.builds(Arm, TEXTS, inner), min_size=2, max_size=3),
        ),
        st.builds(
            Loop,
            st.sampled_from(LoopKind),
            TEXTS,
            inner.map(_plain),
            trees(depth - 1, True),
            inner,
            st.booleans(),
            st.booleans(),
        ),
        st.builds(Try, inner, handlers, inner, st.one_of(st.just(shape.NOTHING), trees(depth - 1))),
        st.builds(
            Match,
            TEXTS,
            st.lists(st.builds(Case, TEXTS, TEXTS, inner.map(_plain), inner), min_size=1, max_size=3).map(tuple),
        ),
        st.builds(With, TEXTS, inner),
        st.builds(Helper, st.just("flow.help"), trees(depth - 1), ORIGINS),
        st.builds(Helper, st.just("flow.again"), st.none(), ORIGINS, st.just(("flow:main#t0#0",))),
    ]
    return st.one_of(nodes)


def _without_jumps(children: tuple[Flow, ...]) -> tuple[Flow, ...]:
    """The members of a group are calls: what a jump leaves is a helper."""
    return tuple(Helper("flow.member", child) if shape.escapes(child) else child for child in children)


def _plain(tree: Flow) -> Flow:
    """What an expression can do: it never jumps."""
    return Sequence() if shape.escapes(tree) else tree


class FailedError(Exception):
    """An entity, or plain code between entities, raised."""


class ReturnedError(Exception):
    """A `return`."""


class BrokeError(Exception):
    """A `break`."""


class ContinuedError(Exception):
    """A `continue`."""


class CutError(Exception):
    """The process ended in the middle of the run."""


class Run:
    """One run of a flow tree, decided by dice: the sites that it started, and whether it came to its end."""

    def __init__(self, tree: Flow, dice: Random) -> None:
        self._dice = dice
        self.trace: list[str] = []
        self._detached: list[tuple[int, list[str]]] = []
        self.finished = True
        try:
            self._run(tree)
        except ReturnedError:
            pass
        except (FailedError, CutError):
            self.finished = False
        for position, sites in reversed(self._detached):
            self._weave(sites, position)

    def _run(self, tree: Flow) -> None:  # noqa: C901 - one case for each kind of node
        match tree:
            case Sequence(children=children):
                for child in children:
                    self._run(child)
            case Parallel(children=children, joined=joined):
                self._group(children, joined)
            case Branch(arms=arms):
                self._run(self._dice.choice(arms).body)
            case Loop():
                self._loop(tree)
            case Try():
                self._try(tree)
            case Match(cases=cases):
                self._match(cases)
            case With(body=body):
                self._run(body)
            case Helper(origin=Origin(over=(), optional=False)):
                self._helper(tree)
            case Helper(origin=origin):
                self._group([replace(tree, origin=Origin())] * self._times(origin), joined=True)
            case Invoke(invocation=invocation, origin=origin):
                for _ in range(self._times(origin)):
                    self._start(invocation.site)
            case Unresolved(call=call):
                for _ in range(self._dice.randrange(3)):
                    self._start(call.site)
            case Return():
                raise ReturnedError
            case Raise():
                raise FailedError
            case Break():
                raise BrokeError
            case Continue():
                raise ContinuedError

    def _times(self, origin: Origin) -> int:
        if origin.over:
            return self._dice.randrange(3)
        return self._dice.randrange(2) if origin.optional else 1

    def _start(self, site: str) -> None:
        self._stumble()
        self.trace.append(site)
        self._stumble()

    def _stumble(self) -> None:
        if self._dice.random() < 0.12:
            raise FailedError

    def _group(self, children: list[Flow] | tuple[Flow, ...], joined: bool) -> None:
        runs = [Run(child, self._dice) for child in children]
        start = len(self.trace)
        for run in runs:
            if joined:
                self._weave(run.trace, start)
            else:
                self._detached.append((start, run.trace))
        if joined and not all(run.finished for run in runs):
            raise FailedError

    def _weave(self, sites: list[str], position: int) -> None:
        """Mix sites, in their order, into the trace behind a position."""
        for site in sites:
            position = self._dice.randint(position, len(self.trace))
            self.trace.insert(position, site)
            position += 1

    def _loop(self, tree: Loop) -> None:
        for rounds in count():
            if rounds > 3:
                raise CutError
            self._run(tree.head)
            if tree.ends and (rounds or not tree.starts) and self._dice.random() < 0.5:
                self._run(tree.orelse)
                return
            try:
                self._run(tree.body)
            except BrokeError:
                return
            except ContinuedError:
                continue

    def _try(self, tree: Try) -> None:
        try:
            try:
                self._stumble()
                self._run(tree.body)
            except FailedError:
                self._handle(tree.handlers)
            else:
                self._run(tree.orelse)
        except CutError:
            raise
        except BaseException:
            self._run(tree.final)
            raise
        self._run(tree.final)

    def _handle(self, handlers: tuple[Handler, ...]) -> None:
        for handler in handlers:
            if handler.total or self._dice.random() < 0.5:
                self._run(handler.body)
                return
        raise FailedError

    def _match(self, cases: tuple[Case, ...]) -> None:
        for case in cases:
            if case.total or self._dice.random() < 0.5:
                self._run(case.guard)
                if case.total or not (case.test or case.guard != Sequence()) or self._dice.random() < 0.5:
                    self._run(case.body)
                    return

    def _helper(self, tree: Helper) -> None:
        if tree.body is None:
            for _ in range(self._dice.randrange(3)):
                self._start(self._dice.choice(tree.inside))
            return
        try:
            self._run(tree.body)
        except ReturnedError:
            return
