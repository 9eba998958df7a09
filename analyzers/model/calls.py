"""What the calls of an eager function do: invocations of entities, helpers entered, calls left unresolved."""

import ast
from enum import StrEnum

from analyzers.model.entities import Entity
from analyzers.model.places import Place
from analyzers.model.record import Record


class Consumption(StrEnum):
    """How the result of an invocation is used. Ordered by strength: what comes first wins where several hold."""

    SCHEDULED = "scheduled"
    GATHERED = "gathered"
    AWAITED = "awaited"
    BLOCKING = "blocking"
    RETURNED = "returned"
    DROPPED = "dropped"


class Category(StrEnum):
    """Why a call stays unresolved: a stable word for scripts, beside the sentence for people."""

    DYNAMIC_ATTRIBUTE = "dynamic-attribute"
    DYNAMIC_KEY = "dynamic-key"
    DYNAMIC_IMPORT = "dynamic-import"
    UNKNOWN_ARGUMENT = "unknown-argument"
    UNKNOWN_NAME = "unknown-name"
    EXTERNAL_CODE = "external-code"
    DEPTH_BOUND = "depth-bound"
    UNSUPPORTED = "unsupported"


class Supplied(Record):
    """The arguments that reach an entity in one invocation, arguments bound earlier by `partial` included.

    `open` is true where `*xs` or `**kw` of unknown content takes part, so that more may be supplied.
    """

    positional: int
    keywords: tuple[str, ...]
    open: bool


class DataFlow(Record):
    """The results that flow into one argument of an invocation.

    `sites` are site ids of invocations, `argument` is a keyword or `0`, `1`, ... for a position; `text` is the source
    of the argument at the call site.
    """

    argument: str
    text: str
    sites: tuple[str, ...]


class Invocation(Record):
    """A call site of an entity, seen from one eager function.

    `call` is the expression that makes the call; `chain` the places of the helper calls that lead there from the
    eager function, outermost first. `certain` is false where only one of several candidates is called. `frames` are
    the ids of the frames in which the call stands.
    """

    entity: Entity
    site: str
    place: Place
    consumed: Consumption
    certain: bool
    call: ast.expr
    chain: tuple[Place, ...]
    supplied: Supplied
    flows: tuple[DataFlow, ...]
    frames: tuple[int, ...] = ()


class HelperCall(Record):
    """A helper entered: `frame` is the id of the `Frame` that holds what its body does, `place` that of `call`."""

    function: str
    frame: int
    call: ast.expr
    place: Place


class UnresolvedCall(Record):
    """A call that might reach an entity and could not be decided.

    `text` is the call's source, `reason` a sentence, `hint` what would resolve it, `site` the site id of the call.
    """

    site: str
    place: Place
    text: str
    category: Category
    reason: str
    hint: str
    call: ast.expr
    chain: tuple[Place, ...]
    consumed: Consumption


Event = Invocation | HelperCall | UnresolvedCall
