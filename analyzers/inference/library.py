"""Calls of anything outside the project: handlers for what is known, flytekit's entity makers, a cautious rest."""

import builtins

from analyzers.inference import builtin_functions, concurrency
from analyzers.inference.records import CallPoint, Unresolvable
from analyzers.inference.values import (
    PLAIN,
    Arguments,
    Data,
    Elements,
    EntityRef,
    External,
    Function,
    Obj,
    Partial,
    Unknown,
    Values,
    join,
    joined,
    only,
)
from analyzers.knowledge import flytekit
from analyzers.knowledge.libraries import is_plain, is_standard
from analyzers.knowledge.names import canonical
from analyzers.model.calls import Category
from analyzers.model.entities import EntityKind

_PRODUCERS = builtin_functions.PRODUCERS
_HANDLERS = {**builtin_functions.HANDLERS, **concurrency.HANDLERS}

_LOOKING_ONLY = frozenset(
    {"logging", "inspect", "pprint", "typing", "warnings", "traceback", "reprlib", "string", "textwrap", "time", "math"}
)
"""Modules of the standard library that never call what they are given."""

_BUILTIN_NAMES = frozenset(dir(builtins))


class Library(concurrency.Concurrency):
    """What calling an external name does."""

    def is_builtin(self, name: str) -> bool:
        return name in _BUILTIN_NAMES

    def canonical(self, name: str) -> str:
        return canonical(name)

    def has_handler(self, name: str) -> bool:
        return name in _HANDLERS or name in _PRODUCERS

    def makes_entity(self, name: str) -> bool:
        """Whether calling the external `name` makes an entity or a decorator of entities."""
        return name in flytekit.DECORATORS or name in self.declared

    def call_external(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if self.makes_entity(name):
            return self._decorator_call(name, arguments, point)
        if name in flytekit.WRAPPERS:
            return self.made(name, flytekit.WRAPPERS[name], arguments, point.node)
        if name in flytekit.FUNCTION_TASKS:
            function = arguments.argument(1, "task_function")
            return self.decorated(flytekit.FUNCTION_TASKS[name], function, arguments, point.node)
        kind = flytekit.constructed_kind(name)
        if kind is not None:
            return self.made(name, kind, arguments, point.node)
        if name.startswith("flytekit.remote.FlyteRemote."):
            return self._remote_call(name, arguments, point)
        if name in _PRODUCERS:
            self.asked_for_iterators(joined(arguments.positional), point)
            return self.lazy(name, arguments, point)
        handler = _HANDLERS.get(name)
        if handler is not None:
            return handler(self, name, arguments, point)
        return self.unknown_library(name, arguments, point)

    def drawn_from(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        """What running through the iterator of a library gives."""
        return _PRODUCERS[name](self, name, arguments, point)

    def _decorator_call(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`task(fn)` makes an entity, `task(cache=True)` a decorator."""
        functions = joined([*arguments.positional[:1], *_named_function(arguments)])
        if any(isinstance(value, Function | Partial | EntityRef) for value in functions):
            return self.decorated(name, functions, arguments, point.node)
        return only(Partial(only(External(name)), Arguments(), point.node))

    def _remote_call(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if name.rpartition(".")[2] in flytekit.REMOTE_METHODS:
            return self.made(name, EntityKind.REMOTE, arguments, point.node)
        if name.endswith(".execute"):
            entities = [value for value in arguments.argument(0, "entity") if isinstance(value, EntityRef)]
            point = CallPoint(point.node, point.at, direct=False)
            return joined(
                [PLAIN, *(self.forced(self.invoked(e, Arguments(), point, True), point.node) for e in entities)]
            )
        return self.opaque(f"`{name}`")

    def unknown_library(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if name.startswith("builtins."):
            return self.computed(name, arguments, point)
        if is_standard(name):
            if name.partition(".")[0] not in _LOOKING_ONLY:
                self.handed_over(arguments, point, name)
            elif not name.startswith("logging."):
                self.begin_each(arguments)
            unseen = name.partition(".")[0] in ("operator", "pickle", "importlib", "ctypes")
            return self._result(name, arguments, opaque=unseen or self.holds_callables(arguments.all))
        self.handed_over(arguments, point, name)
        if is_plain(name) or self.here.function is None:
            return self._result(name, arguments, opaque=True)
        return self._foreign(name, arguments, point)

    def _holds_entity(self, arguments: Arguments) -> bool:
        return any(isinstance(value, EntityRef) for value in self.contents(joined(arguments.all)))

    def _given_back(self, arguments: Arguments) -> Values:
        """The objects of the project that a library function is given, which its result may stand for."""
        return frozenset(v for values in arguments.positional for v in values if isinstance(v, Obj) and v.cls)

    def _result(self, name: str, arguments: Arguments, opaque: bool) -> Values:
        if self.here.function is None and self._holds_entity(arguments):
            reason = f"an entity is handed to `{name}`, which eagerc does not see through"
            return only(
                Unknown(Category.EXTERNAL_CODE, reason, "keep the entity in a container or class of the project")
            )
        origins = self.mixed_origins(arguments)
        return join(only(Data(origins, f"`{name}`" if opaque else "")), self._given_back(arguments))

    def _foreign(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a library that eagerc knows nothing of: it may offer entities."""
        reason = f"`{name}` is defined outside the project: eagerc cannot see whether it is an entity"
        hint = "name it under `entities` in the configuration, or add its folder to `src`"
        return self.unresolved(point, Unresolvable(Category.EXTERNAL_CODE, reason, hint))


def _named_function(arguments: Arguments) -> list[Values]:
    return [values for name, values in arguments.keywords if name in ("_fn", "_task_function", "_workflow_function")]
