"""What is inside of values: their elements, everything that can be reached through them, their truth."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.answers import common
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, joined, only, ordered, origins
from analyzers.inference.domain.values import (
    Bound,
    ClassRef,
    Const,
    Coroutine,
    Data,
    Deferred,
    EntityRef,
    External,
    Function,
    Future,
    Generator,
    Method,
    ModuleRef,
    Obj,
    Partial,
    Pending,
    Suspended,
    Unknown,
    Value,
    Values,
    Yielded,
)
from analyzers.inference.memory.objects import constant_items
from analyzers.inference.memory.repetition import Repetition

_CONTENTS_LIMIT = 4000
_CALLABLE = EntityRef | Function | Bound | ClassRef | Partial | ModuleRef


class Contents(Repetition):
    """Questions about any value."""

    def iterated(self, values: Values, site: ast.expr) -> Values:
        """What a loop over `values` binds in any of its turns."""
        return joined(self._elements_of(value, site) for value in ordered(values))

    def _elements_of(self, value: Value, site: ast.expr) -> Values:
        match value:
            case Obj(kind="dict"):
                return self.keys(self.current(value, site))
            case Obj(kind="instance"):
                return self.iterated_instance(value, site)
            case Obj():
                return self.elements(value)
            case Const(value=str() | bytes()):
                return PLAIN
            case Const(value=tuple()):
                return joined(constant_items(value) or ())
            case Data(origins=found, opaque=opaque):
                return only(Data(found, opaque))
            case Unknown():
                return only(value)
            case Const():
                return EMPTY
            case _:
                return self.iterated_other(value, site)

    def contents(self, values: Values) -> set[Value]:
        """`values` and everything that can be reached through them."""
        found: set[Value] = set()
        waiting = list(values)
        while waiting and len(found) < _CONTENTS_LIMIT:
            value = waiting.pop()
            if value not in found:
                found.add(value)
                for inner in self._inside(value):
                    waiting.extend(inner)
        return found

    def _inside(self, value: Value) -> tuple[Values, ...]:
        match value:
            case Obj(kind="instance"):
                return ()
            case Obj(kind="iterator"):
                return (self.held(value), self.progress_of(value))
            case Obj():
                return (self.elements(value),)
            case Suspended(arguments=arguments):
                return arguments.all
            case Future(result=result):
                return (result,)
            case Deferred(function=function, arguments=arguments):
                return (function, *arguments.all)
            case Partial(arguments=arguments) | Coroutine(arguments=arguments) | Generator(arguments=arguments):
                return arguments.all
            case Method(receiver=receiver):
                return (only(receiver),)
            case Yielded(elements=elements, returned=returned):
                return (elements, returned)
            case _:
                return ()

    def holds_callables(self, parts: Iterable[Values]) -> bool:
        """Whether something in `parts`, inside containers too, can be called or has what can be called."""
        contents = self.contents(joined(parts))
        return any(isinstance(value, _CALLABLE) or (isinstance(value, Obj) and value.cls) for value in contents)

    def origins(self, values: Values) -> frozenset[str]:
        """The site ids of the invocations whose results are in `values`, inside containers too."""
        if all(isinstance(value, Const | Data) for value in values):
            return origins(values)
        contents = self.contents(values)
        records = [self.record_of(value) for value in contents if isinstance(value, Pending)]
        return origins(frozenset(contents)) | {record.site for record in records if record is not None}

    def mixed(self, parts: list[Values]) -> Values:
        """A plain value computed from `parts`."""
        found = frozenset[str]().union(*(self.origins(part) for part in parts))
        return only(Data(found))

    def truth_of(self, values: Values) -> bool | None:
        """Whether every possible value is true, or every one false."""
        return common([self._truth(value) for value in values])

    def _truth(self, value: Value) -> bool | None:
        match value:
            case Const(value=constant):
                return bool(constant)
            case External(name="typing.TYPE_CHECKING"):
                return False
            case EntityRef() | Function() | Bound() | Partial() | ClassRef() | ModuleRef() | Generator():
                return True
            case Obj(kind="list" | "tuple"):
                length = self.exact(value)
                return None if length is None else length > 0
            case Obj(kind="dict" | "set") if not (self.chained(value) or self.viewed(value)):
                size = self.size(value)
                return None if size is None else size > 0
            case _:
                return None
