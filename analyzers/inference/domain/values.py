"""The abstract values: what an expression may evaluate to is a frozen set of them, empty where no run gets to.

Since equal records of different types are equal, the field `tag` keeps the members of the union apart.
"""

import ast

from analyzers.model.calls import Category
from analyzers.model.facts import FunctionNode
from analyzers.model.record import Record

Constant = str | bytes | int | float | complex | bool | tuple[object, ...] | None
"""A tuple of constants is one where it is a key or an element of a set; its parts may be other values then."""


class Env:
    """One activation of a scope: a module, a function, a class body or a comprehension.

    `owner` names its cells in the store; `names` are the names that are bound in it. A class body's names are not seen
    from the functions inside it (`closed`). `private` is the class that private names belong to here, without its
    leading underscores: that of the innermost class statement around the code, whatever object the code deals with.
    """

    __slots__ = ("closed", "module", "names", "owner", "parent", "private", "qualname")

    def __init__(
        self,
        owner: "Owner",
        module: str,
        qualname: str,
        names: frozenset[str],
        parent: "Env | None",
        closed: bool = False,
        private: str | None = None,
    ) -> None:
        self.owner = owner
        self.module = module
        self.qualname = qualname
        self.parent = parent
        self.closed = closed
        self.private: str = private if private is not None else parent.private if parent is not None else ""
        self.names = frozenset(map(self.mangled, names)) if self.private else names

    def mangled(self, name: str) -> str:
        """What an identifier of the source stands for here: `__fit` in a class `Model` is `_Model__fit`."""
        private = self.private and name.startswith("__") and not name.endswith("__") and "." not in name
        return f"_{self.private}{name}" if private else name


Owner = tuple[str, object]
"""What the cells of a scope belong to: its kind, and a name or number."""


class Const(Record):
    """A constant whose value is known; `kind` keeps `1`, `1.0` and `True` apart."""

    value: Constant
    kind: str
    tag: str = "const"


class Data(Record):
    """A plain value, computed from the results of the invocations `origins` (site ids).

    It is no entity and holds none: `opaque` is empty where that is certain; otherwise it says which code, not seen
    through, the value comes from: calling such a value is an unresolved call. `kinds` are the classes of which one is
    certainly its own, the builtin ones by their names; empty where they are not known. It equals one of
    the constants `among`, unless that is empty, and none of those `excluded`.
    """

    origins: frozenset[str]
    opaque: str = ""
    kinds: "frozenset[str | ClassRef]" = frozenset()
    among: frozenset[Const] = frozenset()
    excluded: frozenset[Const] = frozenset()
    tag: str = "data"


class Unknown(Record):
    """A value that may be anything; calling it is an unresolved call with this category, reason and hint."""

    category: Category
    reason: str
    hint: str
    tag: str = "unknown"


class EntityRef(Record):
    """An entity; `number` is its index in the interpreter's table of definitions."""

    number: int
    tag: str = "entity"


class Function(Record):
    """A function or lambda of the project, with the scope that it closes over.

    `wraps` is the function whose name and signature it took by `functools.wraps`; `owner` the class that defines it,
    for `super()`; `defaults` are those of its parameters, in the order of the signature.
    """

    node: FunctionNode
    env: Env
    wraps: "Function | None" = None
    owner: "ClassRef | None" = None
    defaults: "tuple[Values, ...]" = ()
    tag: str = "function"


class Bound(Record):
    """A method bound to its first argument."""

    function: "Value"
    receiver: "Value"
    tag: str = "bound"


class ClassRef(Record):
    """A class of the project; its attributes live in the store under itself."""

    node: ast.ClassDef
    env: Env
    tag: str = "class"


class Obj(Record):
    """An object made by the expression `site` in the activation `owner`: a container, an instance, a generator.

    `kind` is `list`, `tuple`, `set`, `dict`, `instance` or `iterator`; its content lives in the store. `cls` is the
    class of an instance.
    """

    kind: str
    site: ast.AST
    owner: Owner
    cls: ClassRef | None = None
    tag: str = "object"


class ModuleRef(Record):
    """A module of the project."""

    name: str
    tag: str = "module"


class External(Record):
    """Something outside the project, by its canonical dotted name: `asyncio.gather`, `flytekit.task`, `numpy`."""

    name: str
    tag: str = "external"


class ExternalInstance(Record):
    """An instance of an external class that eagerc knows, such as `asyncio.TaskGroup`."""

    cls: str
    tag: str = "external-instance"


class Method(Record):
    """A method of a builtin or external object, not called yet."""

    receiver: "Value"
    name: str
    tag: str = "method"


class Arguments(Record):
    """The evaluated arguments of a call; `star` and `double_star` are the contents of those of unknown length."""

    positional: tuple["Values", ...] = ()
    keywords: tuple[tuple[str, "Values"], ...] = ()
    star: "Values | None" = None
    double_star: "Values | None" = None

    @property
    def all(self) -> tuple["Values", ...]:
        rest = [values for values in (self.star, self.double_star) if values is not None]
        return (*self.positional, *(values for _, values in self.keywords), *rest)

    def keyword(self, name: str) -> "Values":
        return next((values for key, values in self.keywords if key == name), frozenset())

    def argument(self, index: int, name: str) -> "Values":
        """The argument that is passed at `index` or as `name`."""
        return self.positional[index] if index < len(self.positional) else self.keyword(name)


class Partial(Record):
    """`functools.partial(function, ...)`, and a decorator of flytekit that was given its options only."""

    function: "Values"
    arguments: Arguments
    site: ast.expr
    tag: str = "partial"


class Pending(Record):
    """The result of an invocation whose use is not known yet; `key` finds its record."""

    key: "PendingKey"
    tag: str = "pending"


class Coroutine(Record):
    """A call of an async helper, whose body runs when it is awaited; `call` stands in `module`."""

    function: Function
    arguments: Arguments
    call: ast.expr
    caller: Owner
    module: str
    tag: str = "coroutine"


class Generator(Record):
    """A call of a generator function, whose body runs when it is iterated over; `call` stands in `module`.

    `owner` is the activation that made it; how far its body has come lives in the store.
    """

    function: Function
    arguments: Arguments
    call: ast.expr
    module: str
    owner: Owner
    tag: str = "generator"


class Yielded(Record):
    """What running the body of a generator gave: one by one where that is known, and what it returned.

    It `swallows` when a failure that is thrown in at one of its `yield`s may end there. `loose` is what came one by one
    where some runs end earlier than others.
    """

    items: "tuple[Values, ...] | None"
    elements: "Values"
    returned: "Values"
    swallows: bool
    loose: "tuple[Values, ...]" = ()
    tag: str = "yielded"


class Suspended(Record):
    """What a lazy iterator will do: what the function `name` does with `arguments`, or a generator expression.

    `call` made it in the scope `env`, while the turns `turns` of unrolled loops were going on.
    """

    name: str
    arguments: Arguments
    call: ast.expr
    env: Env
    turns: tuple[int, ...]
    tag: str = "suspended"


class Future(Record):
    """An awaitable whose content already runs: awaiting it gives `result`, and what `running` gives later on."""

    result: "Values"
    running: "Values" = frozenset()
    tag: str = "future"


class Deferred(Record):
    """An awaitable that calls `function` when it is awaited, as `asyncio.to_thread` gives it."""

    function: "Values"
    arguments: Arguments
    call: ast.expr
    module: str
    tag: str = "deferred"


class Descriptor(Record):
    """What a class body makes of a function by `staticmethod`, `classmethod` or `property` (`kind`).

    The default of a dataclass's field is one too: `field` holds the value, `factory` the function that makes it.
    """

    kind: str
    function: "Values"
    setter: "Values" = frozenset()
    deleter: "Values" = frozenset()
    tag: str = "descriptor"


class Imported(Record):
    """A name imported from a module whose body was not interpreted that far yet; looked up again when it is read."""

    module: str
    name: str
    tag: str = "imported"


class Super(Record):
    """`super()` in a method of `cls`, bound to `receiver`."""

    cls: ClassRef
    receiver: "Value"
    tag: str = "super"


PendingKey = tuple[ast.expr, Owner, int]

Value = (
    Const
    | Data
    | Unknown
    | EntityRef
    | Function
    | Bound
    | ClassRef
    | Obj
    | ModuleRef
    | External
    | ExternalInstance
    | Method
    | Partial
    | Pending
    | Coroutine
    | Generator
    | Yielded
    | Suspended
    | Future
    | Deferred
    | Descriptor
    | Imported
    | Super
)
Values = frozenset[Value]
Elements = list[Values] | Values
"""The elements of an iterator: one by one where they are known, else what any of them may be."""
