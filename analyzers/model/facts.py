"""What the analysis finds out about a module and about an eager function."""

import ast
from collections.abc import Mapping
from enum import StrEnum

from analyzers.model.calls import Event, Invocation, UnresolvedCall
from analyzers.model.entities import Entity
from analyzers.model.places import Place
from analyzers.model.record import Record

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Dialect(StrEnum):
    """How an eager function was written: `classic` awaits every entity, `modern` only what is async."""

    CLASSIC = "classic"
    MODERN = "modern"


class Definition(Record):
    """One entity made in the source, and the expression that makes it.

    `maker` is the canonical name of the decorator or factory (`flytekit.task`, `flytekit.experimental.eager`).
    `node` is the decorated function, or the call that makes the entity. `decorator` is the decorator expression, None
    where none was used; `hidden_by` the decorator above it that hides the entity from Flyte. `enclosing` is the
    qualified name of the function that the definition stands in, empty at module level.
    """

    entity: Entity
    maker: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.expr
    decorator: ast.expr | None
    hidden_by: ast.expr | None
    enclosing: str


class Reference(Record):
    """An attribute expression that names something of flytekit, such as `fl.eager`: its span and canonical name."""

    place: Place
    name: str


class ObservationKind(StrEnum):
    """What a rule may want to know about the life of an awaitable."""

    DROPPED = "dropped"
    AWAITED_VALUE = "awaited-value"
    USED_AS_VALUE = "used-as-value"
    GATHERED_LIST = "gathered-list"


class Observation(Record):
    """Something noticed about an awaitable while an eager function was interpreted.

    - DROPPED: `node` is the call whose awaitable is never awaited: of an entity, or of an async helper that invokes
    some.
    - AWAITED_VALUE: `node` is the `await` whose operand is the result of a sync entity (TypeError on flytekit alone).
    - USED_AS_VALUE: `node` is the expression that uses the awaitable made at `call` as a plain value.
    - GATHERED_LIST: `node` is the `gather(xs)` call whose single argument is a container of awaitables.

    `name` is the name of the entity or helper, `eager` that of the eager function.
    """

    kind: ObservationKind
    place: Place
    node: ast.expr
    call: ast.expr
    name: str
    eager: str


class Frame(Record):
    """The body of one function, interpreted for one set of arguments.

    `events` says what begins to run at an expression or statement of the body: an invocation stands where its
    awaitable is consumed (at the `await`, the `gather` call, the `create_task` call), and at the call itself where it
    blocks. `groups` names the calls and `with` statements that run awaitables side by side ("gather", "as_completed",
    "wait", "TaskGroup"). `reached` holds the statements that some run can reach. `module` is the dotted name of the
    module. `entered` and `reused` count how often the body was interpreted, and how often that was not needed again.
    """

    id: int
    function: str
    module: str
    node: FunctionNode
    place: Place
    events: Mapping[ast.AST, tuple[Event, ...]]
    groups: Mapping[ast.AST, str]
    reached: frozenset[ast.stmt]
    entered: int
    reused: int


class EntityFunction(Record):
    """What the body of an entity does: an eager function, or a workflow or dynamic workflow that others invoke.

    `frames[0]` is the body itself, the others are helpers. `invocations` and `unresolved` are merged over all frames:
    one invocation for each site and entity, sorted by place. `steps` of at most `step_limit` were needed for it.
    """

    entity: Entity
    dialect: Dialect
    module: str
    node: ast.FunctionDef | ast.AsyncFunctionDef
    frames: tuple[Frame, ...]
    invocations: tuple[Invocation, ...]
    unresolved: tuple[UnresolvedCall, ...]
    observations: tuple[Observation, ...]
    steps: int
    step_limit: int


class Form(StrEnum):
    """What a call site becomes in the built file."""

    AWAITABLE = "awaitable"
    BLOCKING = "blocking"
    OVERRIDABLE = "overridable"
    DECLINED = "declined"


class RewriteSite(Record):
    """A call site that the runtime must handle, merged over everything that reaches it.

    `place` spans the call expression. `certain` is false where the call may also reach something that is no entity.
    `reason` says why a site is declined. `hoist` is the span of the expression inside a body that makes an entity
    without using any local name, such as the `map_task(fit)` of `map_task(fit)(xs=xs)`; it lies inside `place` or
    elsewhere in the same function.
    """

    id: str
    place: Place
    form: Form
    certain: bool
    reason: str
    hoist: Place | None
