"""What a value is by nature, a coroutine, a generator or a function: what `inspect` and the abstract classes ask."""

import ast
from collections.abc import Callable

from analyzers.inference.domain.answers import Answer, common
from analyzers.inference.domain.kinds import kinds_of
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.value_sets import PLAIN
from analyzers.inference.domain.values import (
    Bound,
    ClassRef,
    Const,
    Coroutine,
    Deferred,
    Function,
    Future,
    Generator,
    ModuleRef,
    Obj,
    Partial,
    Pending,
    Value,
)
from analyzers.inference.expressions.external_calls import ExternalCalls
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.function_attributes import WRAPPED

_DISGUISE = "disguise"
"""The cell of a value that stands for what other code has made of it, which may be of another nature."""
_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic"})
_BUILTIN_CONTAINERS = ("list", "tuple", "set", "dict")
_FIXED = Const | Function | Bound | Partial | ClassRef | ModuleRef | Generator | Deferred
"""What is no future, whatever code outside the project has made of it."""


class Inspection(ExternalCalls):
    """Answers are None where the value may be either."""

    def inspected(self, question: str, value: Value) -> Answer:
        """What a function of `inspect` or `asyncio` says of a value, by its name."""
        ask = _QUESTIONS.get(question)
        return None if ask is None or self._is_disguised(value) else ask(self, value)

    def disguise(self, value: Value) -> None:
        """From now on a value may stand for what code outside the project has made of it."""
        self.write((value, _DISGUISE), PLAIN)

    def _is_disguised(self, value: Value) -> bool:
        """Whether a value may stand for another one: what is shielded is a future, what is cached no function."""
        wraps_itself = isinstance(value, Function | Partial) and value in self.read(attribute_cell(value, WRAPPED))
        return wraps_itself or bool(self.read((value, _DISGUISE)))

    def _is_coroutine(self, value: Value) -> Answer:
        match value:
            case Coroutine() | Deferred():
                return True
            case Generator() | Future() | Pending():
                return None
            case Obj(kind="instance") if not self._has_one_of(value, ("send",)):
                return False
            case _:
                return self._never_awaited(value)

    def _can_be_awaited(self, value: Value) -> Answer:
        match value:
            case Coroutine() | Deferred() | Future() | Obj(kind="future"):
                return True
            case Pending():
                return self.is_awaitable(value) or None
            case Generator():
                return None
            case Obj(kind="instance", cls=ClassRef() as cls) if self.class_attribute(self.linearized(cls), "__await__"):
                return True
            case _:
                return self._never_awaited(value)

    def _is_future(self, value: Value) -> Answer:
        return False if isinstance(value, Coroutine | _FIXED) else self._never_awaited(value)

    def _never_awaited(self, value: Value) -> Answer:
        """False for what certainly is no awaitable."""
        match value:
            case Const() | Function() | Bound() | Partial() | ClassRef() | ModuleRef():
                return False
            case Obj(kind="instance"):
                return None if self._has_one_of(value, ("__await__", "send", "_asyncio_future_blocking")) else False
            case Obj(kind=kind) if kind in _BUILTIN_CONTAINERS:
                return False
            case _:
                return False if kinds_of(value) and all(isinstance(kind, str) for kind in kinds_of(value)) else None

    def _has_one_of(self, obj: Obj, methods: tuple[str, ...]) -> bool:
        """Whether the class of an instance may have one of these."""
        if obj.cls is None or not self.external_bases(obj.cls) <= _PLAIN_BASES:
            return True
        order = self.linearized(obj.cls)
        return any(self.class_attribute(order, each) for each in (*methods, "__getattr__", "__class__"))

    def _is_generator(self, value: Value) -> Answer:
        match value:
            case Generator(function=function):
                return isinstance(function.node, ast.FunctionDef)
            case Coroutine() | Deferred() | Future():
                return False
            case Obj(kind="instance") if not self._has_one_of(value, ("send",)):
                return False
            case _:
                return self._never_awaited(value)

    def _is_async_generator(self, value: Value) -> Answer:
        if isinstance(value, Generator):
            return isinstance(value.function.node, ast.AsyncFunctionDef)
        return self._is_generator(value)

    def _is_function(self, value: Value) -> Answer:
        match value:
            case Function():
                return True
            case Coroutine() | Deferred() | Bound() | Partial() | ClassRef() | Generator() | Future():
                return False
            case Obj(kind="instance") if not self._has_one_of(value, ()):
                return False
            case _:
                return self._never_awaited(value)

    def _is_method(self, value: Value) -> Answer:
        if isinstance(value, Bound) and isinstance(value.function, Function):
            return None if self._is_disguised(value.function) else True
        return False if isinstance(value, Function) else self._is_function(value)

    def _is_class(self, value: Value) -> Answer:
        return (
            True if isinstance(value, ClassRef) else False if isinstance(value, Function) else self._is_function(value)
        )

    def _of_code(self, value: Value, is_one: Callable[[Function], bool]) -> Answer:
        """What the code of a function says, also behind bound methods and partials."""
        match value:
            case Function():
                return None if self._is_disguised(value) else is_one(value)
            case Bound(function=function):
                return self._of_code(function, is_one)
            case Partial(function=functions):
                return common([self._of_code(each, is_one) for each in functions])
            case ClassRef():
                return False
            case _:
                return self._is_function(value)

    def _makes_coroutines(self, value: Value) -> Answer:
        return self._of_code(value, lambda one: isinstance(one.node, ast.AsyncFunctionDef) and not _yields(one))

    def _makes_generators(self, value: Value) -> Answer:
        return self._of_code(value, lambda one: isinstance(one.node, ast.FunctionDef) and _yields(one))

    def _makes_async_generators(self, value: Value) -> Answer:
        return self._of_code(value, lambda one: isinstance(one.node, ast.AsyncFunctionDef) and _yields(one))


def _yields(function: Function) -> bool:
    return scope_of(function.node).generator


_QUESTIONS: dict[str, Callable[[Inspection, Value], Answer]] = {
    "isasyncgen": Inspection._is_async_generator,
    "isasyncgenfunction": Inspection._makes_async_generators,
    "isawaitable": Inspection._can_be_awaited,
    "isclass": Inspection._is_class,
    "iscoroutine": Inspection._is_coroutine,
    "iscoroutinefunction": Inspection._makes_coroutines,
    "isfunction": Inspection._is_function,
    "isfuture": Inspection._is_future,
    "isgenerator": Inspection._is_generator,
    "isgeneratorfunction": Inspection._makes_generators,
    "ismethod": Inspection._is_method,
}

_ABSTRACT = {
    "AsyncGenerator": "isasyncgen",
    "AsyncGeneratorType": "isasyncgen",
    "Awaitable": "isawaitable",
    "Coroutine": "iscoroutine",
    "CoroutineType": "iscoroutine",
    "FunctionType": "isfunction",
    "Generator": "isgenerator",
    "GeneratorType": "isgenerator",
    "LambdaType": "isfunction",
    "MethodType": "ismethod",
}


def question_of(name: str) -> str:
    """The question that `isinstance(value, name)` asks, empty where it is none of these."""
    module, _, last = name.rpartition(".")
    return _ABSTRACT.get(last, "") if module in ("collections.abc", "types", "typing") else ""


FUNCTIONS = tuple(
    [f"inspect.{question}" for question in _QUESTIONS if question != "isfuture"]
    + [f"asyncio.{question}" for question in ("iscoroutine", "iscoroutinefunction", "isfuture")]
)
"""The functions that ask them."""
