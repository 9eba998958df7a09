"""What the interpreter notes down while it runs: entities, pending invocations, frames, runs.

These records grow while a run goes on; `facts` turns them into the immutable values that others read. They are plain
classes because creating dataclasses costs start-up time.
"""

import ast
from collections.abc import Callable
from typing import Any

from analyzers.inference.domain.modules import Module
from analyzers.inference.domain.progress import Reached
from analyzers.inference.domain.store import Delta, Location
from analyzers.inference.domain.value_sets import EMPTY
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Coroutine,
    Elements,
    Env,
    Function,
    Obj,
    Owner,
    PendingKey,
    Suspended,
    Values,
    Yielded,
)
from analyzers.model.calls import Category, Consumption, DataFlow, Supplied
from analyzers.model.entities import Entity
from analyzers.model.facts import Definition, Dialect, FunctionNode, Observation
from analyzers.model.places import Place
from analyzers.model.record import Record

NO_ARGUMENTS = Arguments()

BODY_STEPS = 200_000
"""How many expressions the run of one entity may evaluate before what is left of it is declared unresolved."""
MODULE_STEPS = 10_000
"""The same for one statement of a module, with the helpers that it calls at import."""


class EntityRecord(Record):
    """An entity, its body where it is a function of the project, and the definition that rules look at."""

    entity: Entity
    maker: str
    module: str
    function: Function | None
    definition: Definition
    local: bool


class Unresolvable(Record):
    """Why a call could not be decided."""

    category: Category
    reason: str
    hint: str


class PendingRecord:
    """One call of an entity, or of something unresolved, in one frame, and the uses of its result.

    `elsewhere` is true where what it starts shows at another expression than the call: at the `gather` of its result.
    `direct` is false where the call's own callee is not what is invoked (`map(fit, xs)`), so that the call cannot be
    rewritten. `overridden` is true where `with_overrides` is called on the result, which only an awaitable has. `kinds`
    are the classes of which one is that of the result.
    """

    def __init__(self, module: Module, point: "CallPoint", frame: "FrameRecord", chain: tuple[Place, ...]) -> None:
        self.site = module.site(point.node)
        self.call = point.node
        self.place = module.place(point.node)
        self.module = module
        self.direct = point.direct
        self.frame = frame
        self.chain = chain
        self.entity: Entity | None = None
        self.unresolvable: Unresolvable | None = None
        self.certain = True
        self.supplied = Supplied(0, (), False)
        self.flows: tuple[DataFlow, ...] = ()
        self.uses: set[Consumption] = set()
        self.hoist: ast.expr | None = None
        self.classic = False
        self.elsewhere = False
        self.overridden = False
        self.kinds: frozenset[str | ClassRef] = frozenset()

    @property
    def blocks(self) -> bool:
        """Whether flytekit alone gives a value for this call, and no awaitable, and the author means no other."""
        return self.entity is not None and not self.entity.awaitable and not self.overridden


class HelperRecord(Record):
    """A helper entered from a frame."""

    function: str
    frame: int
    call: ast.expr
    place: Place


class FrameRecord:
    """The facts of one function body for one set of arguments.

    `entered` and `reused` count how often the body was interpreted, and how often what it does was known already.
    """

    def __init__(self, number: int, function: str, module: str, node: FunctionNode, place: Place) -> None:
        self.number = number
        self.function = function
        self.module = module
        self.node = node
        self.place = place
        self.events: dict[ast.AST, dict[object, PendingRecord | HelperRecord]] = {}
        self.groups: dict[ast.AST, str] = {}
        self.reached: set[ast.stmt] = set()
        self.entered = 0
        self.reused = 0

    def note(self, node: ast.AST, key: object, event: PendingRecord | HelperRecord) -> None:
        self.events.setdefault(node, {}).setdefault(key, event)


class Pace(Record):
    """How a generator runs: until its `yield` number `limit`, or to its end.

    `between` says that others look on between two yields, so that they see what was written until then; `again` that
    it may have run before, and that others write to the same cells meanwhile.
    """

    limit: int | None = None
    between: bool = True
    again: bool = False


TO_THE_END = Pace()


class GeneratorProgress(Record):
    """How far a generator has come: to its `yield` number `position`, or to its end.

    `before` are the cells that it dealt with, as they were before it began to run, `after` what they hold since.
    `found` is what it gave so far; it ran `ahead` where nobody knows how much of that was taken. `rest` are elements
    that were taken at once and are handed out next.
    """

    position: int
    ended: bool
    before: Delta
    after: Delta
    found: Yielded
    ahead: bool = False
    rest: tuple[Values, ...] | None = None


class Loop:
    """The jumps out of the innermost loop: what was written on the way since the beginning of the iteration.

    It is `unrolled` where its turns are interpreted one by one, and `decided` if its condition says for each of them
    whether there is one.
    """

    def __init__(self, mark: int, unrolled: bool = False, decided: bool = False) -> None:
        self.mark = mark
        self.unrolled = unrolled
        self.decided = decided
        self.breaks: list[Delta] = []
        self.continues: list[Delta] = []


class Activation:
    """One function body, or module, that is being interpreted.

    `turns` numbers the turns of the loops that are being unrolled: each turn makes objects of its own.
    `env` is the present scope (a comprehension inside has its own), `home` the owner of the body's cells.
    `pauses` counts its `yield`s; it `swallows` when a failure that is thrown in at one of them may end there.
    `raised` is what may have left it so far, or the block of a `try` in it: instances, builtin classes, and
    `ANY_EXCEPTION`; `reached` is how far that block had got where it may fail. `handling` are the exceptions of the
    handlers around the present statement.
    At `stopped` it has come as far as its `pace` allows; `suspensions` are the states in which it waits there.
    `site` is the expression that is being evaluated, for those who look into what it is given.
    """

    def __init__(
        self, env: Env, frame: FrameRecord, chain: tuple[Place, ...], function: Function | None, mark: int
    ) -> None:
        self.env = env
        self.home = env.owner
        self.frame = frame
        self.chain = chain
        self.function = function
        self.mark = mark
        self.result: Values = EMPTY
        self.yields: Values = EMPTY
        self.pauses = 0
        self.pace = Pace()
        self.suspensions: list[Delta] = []
        self.stopped: ast.expr | None = None
        self.site: ast.expr | None = None
        self.swallows = False
        self.returns: list[Delta] = []
        self.loops: list[Loop] = []
        self.turns: tuple[int, ...] = ()
        self.reads: Delta = {}
        self.written: set[Location] = set()
        self.arguments = NO_ARGUMENTS
        self.ended_by: ast.expr | None = None
        self.raised: Values = EMPTY
        self.reached: Reached | None = None
        self.handling: list[Values] = []
        self.answered = False
        self.grown = False
        self.index = 0
        self.needs = 0


class Started(Record):
    """A coroutine whose body has begun to run beside others: at `node`, from the activation of `frame`.

    `seen` are the shared cells that it reads, as they were when its body had been interpreted.
    """

    node: ast.expr
    frame: FrameRecord
    chain: tuple[Place, ...]
    seen: Delta


class Memo(Record):
    """A finished activation: valid wherever `reads` still hold.

    `epoch` is None where the result is final. Otherwise it was found while the open activation number `needs`, which it
    depends on, was not finished: it holds as long as the epoch lasts.
    """

    reads: Delta
    writes: Delta
    result: Values
    raised: Values
    needs: int
    epoch: int | None


class Maker(Record):
    """The activation that made a lazy iterator: what the iterator does is told there."""

    frame: FrameRecord
    chain: tuple[Place, ...]
    function: Function | None
    arguments: Arguments


class Drawn(Record):
    """What running through a lazy iterator gave.

    `memo` is valid wherever it would give the same again; `seen` are the cells that it read, as they were afterwards:
    what is not taken yet comes out differently once they have changed.
    """

    suspended: Suspended
    found: Elements
    memo: Memo
    seen: Delta


class Met:
    """What all runs of a body together have read, with every value, and which cells they have written.

    `memos` is how many of the remembered runs have been looked at.
    """

    def __init__(self) -> None:
        self.memos = 0
        self.reads: Delta = {}
        self.written: dict[Location, None] = {}


class Run:
    """The interpretation of one entity's body, or of a module (`at_import`), with all helpers that it enters."""

    def __init__(self, dialect: Dialect, name: str, step_limit: int = BODY_STEPS, at_import: bool = False) -> None:
        self.dialect = dialect
        self.at_import = at_import
        self.name = name
        self.frames: list[FrameRecord] = []
        self.numbers: dict[object, FrameRecord] = {}
        self.pending: dict[PendingKey, PendingRecord] = {}
        self.coroutines: dict[Coroutine, None] = {}
        self.consumed: set[Coroutine] = set()
        self.started: dict[Coroutine, Started] = {}
        self.makers: dict[Suspended, Maker] = {}
        self.draws: dict[tuple[Suspended, bool], list[int]] = {}
        self.observations: dict[object, Observation] = {}
        self.undecided: dict[tuple[int, ast.expr], PendingRecord] = {}
        self.memos: dict[object, list[Memo]] = {}
        self.paces: dict[object, dict[Pace, Met]] = {}
        self.joined: dict[tuple[FunctionNode, ast.expr], Arguments] = {}
        self.late: dict[tuple[FunctionNode, ast.expr], set[tuple[Function, Arguments]]] = {}
        self.steps = 0
        self.unsettled = False
        self.step_limit = step_limit


class CallPoint(Record):
    """Where a call is made: `node` is the call, `at` the expression at which the callee begins to run.

    `module` is the module in which `node` stands, None for the present one: a coroutine may be awaited far from where
    it was made.
    """

    node: ast.expr
    at: ast.expr | ast.stmt
    direct: bool = True
    module: str | None = None


# What interprets a call of a function that the project does not define: a method of the interpreter, which is given the
# function's dotted name.
Handler = Callable[[Any, str, Arguments, CallPoint], Values]

Producer = Callable[[Any, str, Arguments, CallPoint], Elements]
"""The same for a function that gives a lazy iterator: what running through that gives."""

ObjectMethod = Callable[[Any, Obj, Arguments, CallPoint], Values]
"""The same for a method of an object of a library, which is given the object."""


def module_owner(name: str) -> Owner:
    """What the globals of a module belong to."""
    return ("module", name)
