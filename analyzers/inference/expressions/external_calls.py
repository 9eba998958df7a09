"""Calls of anything outside the project: handlers for what is known, flytekit's entity makers, a cautious rest."""

import builtins

from analyzers.inference import families
from analyzers.inference.containers.builtin_methods import BuiltinMethods
from analyzers.inference.domain.records import CallPoint, Unresolvable
from analyzers.inference.domain.value_sets import PLAIN, join, joined, only
from analyzers.inference.domain.values import (
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
)
from analyzers.knowledge import flytekit
from analyzers.knowledge.libraries import is_plain, is_standard
from analyzers.knowledge.names import canonical
from analyzers.model.calls import Category
from analyzers.model.entities import EntityKind

_LOOKING_ONLY = frozenset(
    {"logging", "inspect", "pprint", "typing", "warnings", "traceback", "reprlib", "string", "textwrap", "time", "math"}
)
"""Modules of the standard library that never call what they are given."""

_BUILTIN_NAMES = frozenset(dir(builtins))


_LOOKING_AT_THE_WHOLE = frozenset(
    f"builtins.{name}" for name in ("bool", "callable", "id", "isinstance", "len", "type")
)
"""What does not use the elements of a container."""

_RUNNING_THROUGH = frozenset(f"builtins.{name}" for name in ("all", "any", "bytearray", "bytes", "sum"))
"""What takes the elements of an iterator; the others show it as it is, whatever they show of a list."""

_GIVING_DATA = frozenset(
    {"abs", "all", "any", "ascii", "bool", "bytes", "callable", "chr", "complex", "dir", "divmod", "float", "format"}
    | {"hasattr", "hash", "id", "int", "isinstance", "issubclass", "len", "print", "repr", "round", "str", "type"}
)
"""Builtins whose result is no part of what they are given."""


class ExternalCalls(BuiltinMethods):
    """What calling an external name does."""

    def is_builtin(self, name: str) -> bool:
        return name in _BUILTIN_NAMES

    def canonical(self, name: str) -> str:
        return canonical(name)

    def has_handler(self, name: str) -> bool:
        return families.handler(name) is not None or families.producer(name) is not None

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
        if families.producer(name) is not None:
            self.asked_for_iterators(joined(arguments.positional), point)
            return self.lazy(name, arguments, point)
        handler = families.handler(name)
        if handler is not None:
            return handler(self, name, arguments, point)
        return self.unknown_library(name, arguments, point)

    def drawn_from(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        """What running through the iterator of a library gives."""
        producer = families.producer(name)
        assert producer is not None
        return producer(self, name, arguments, point)

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

    def computed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that uses its arguments as plain values."""
        parts = []
        for values in arguments.all:
            if name not in _LOOKING_AT_THE_WHOLE:
                apart = "instance" if name in _RUNNING_THROUGH else "iterator"
                inner = joined(
                    self.elements(v) for v in values if isinstance(v, Obj) and v.kind not in ("instance", apart)
                )
                self.forced(inner, point.node)
            parts.append(self.forced(values, point.node))
        if name.rpartition(".")[2] in _GIVING_DATA or not self.holds_callables(arguments.all):
            return self.mixed(parts)
        return only(Data(self.mixed_origins(arguments), f"`{name}`"))

    def container_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        method = families.method(obj.kind, name)
        if method is None:
            return super().container_method(obj, name, arguments, point)
        return method(self, obj, arguments, point)

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
