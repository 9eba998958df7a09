"""The flow tree: the structured control flow of an eager function, reduced to what invokes entities.

It keeps what decides whether, how often and in which order entities run. Statements that do neither are left out.
Conditions, headers and values are source text on one line, as `ast.unparse` writes it.
"""

from dataclasses import dataclass
from enum import StrEnum
from keyword import iskeyword

from analyzers.model.calls import Invocation, UnresolvedCall


class LoopKind(StrEnum):
    """The constructs that repeat."""

    FOR = "for"
    WHILE = "while"
    COMPREHENSION = "comprehension"


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another. Never directly inside another sequence; without children it does nothing."""

    children: tuple["Flow", ...] = ()


@dataclass(frozen=True, slots=True)
class Parallel:
    """Side by side. `how` is what makes it so: gather, TaskGroup, as_completed, wait, create_task.

    `joined` is false where the control goes on before the members are done.
    """

    children: tuple["Flow", ...]
    how: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Arm:
    """One way through a branch, and the condition under which it is taken."""

    label: str
    body: "Flow"


@dataclass(frozen=True, slots=True)
class Branch:
    """Exactly one arm runs. `test` is the condition; empty where one call reaches one of several candidates."""

    test: str
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """`body` runs again and again; `orelse` when the loop ends without a break.

    `starts` is true where the body runs at least once, `ends` where the loop can end without a jump. `head` runs before
    each round: the test of a `while`, or what an `async for` awaits.
    """

    kind: LoopKind
    header: str
    head: "Flow"
    body: "Flow"
    orelse: "Flow"
    starts: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Handler:
    """One `except` clause; `catches` is its expression, empty for a bare one. `total`: every `Exception`."""

    catches: str
    total: bool
    body: "Flow"


@dataclass(frozen=True, slots=True)
class Try:
    """A `try` statement, or a `with suppress(...)`, which is one with an empty handler."""

    body: "Flow"
    handlers: tuple[Handler, ...]
    orelse: "Flow"
    final: "Flow"


@dataclass(frozen=True, slots=True)
class Case:
    """One `case` clause: `guard` is what the guard expression invokes, `test` its text, empty without a guard."""

    pattern: str
    test: str
    guard: "Flow"
    body: "Flow"

    @property
    def total(self) -> bool:
        """Whether it matches whatever the earlier cases did not."""
        return not self.test and self.pattern.isidentifier() and not iskeyword(self.pattern)


@dataclass(frozen=True, slots=True)
class Match:
    """A `match` statement: at most one case runs."""

    subject: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class With:
    """The body of a `with` statement; `items` are its context managers."""

    items: str
    body: "Flow"


@dataclass(frozen=True, slots=True)
class Origin:
    """How many awaitables of one call are consumed in one place.

    `over` holds the headers of the loops that make them and do not enclose their consumption, outermost first.
    `optional` is true where a condition decides whether there is one at all.
    """

    over: tuple[str, ...] = ()
    optional: bool = False

    @property
    def many(self) -> bool:
        return bool(self.over)


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that is looked through.

    `body` is None where it is entered again (recursion) or the tree grows too large; `inside` are the site ids
    that a helper without a body reaches.
    """

    function: str
    body: "Flow | None"
    origin: Origin = Origin()
    inside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoke:
    """An entity begins to run."""

    invocation: Invocation
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A call that might reach an entity."""

    call: UnresolvedCall
    origin: Origin = Origin()


@dataclass(frozen=True, slots=True)
class Return:
    """The function ends; `value` is empty for a bare `return`. `plain` where evaluating the value invokes nothing."""

    value: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Raise:
    """An exception; `exception` is empty where the current one is raised again."""

    exception: str


@dataclass(frozen=True, slots=True)
class Break:
    """The innermost loop ends."""


@dataclass(frozen=True, slots=True)
class Continue:
    """The innermost loop goes to its next round."""


Jump = Return | Raise | Break | Continue
Flow = Sequence | Parallel | Branch | Loop | Try | Match | With | Helper | Invoke | Unresolved | Jump
