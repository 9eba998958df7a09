"""Builtins that ask something of a value, as `callable` and `hasattr` do; decided where the answer is known."""

from collections.abc import Collection

from analyzers.inference.domain.answers import Answer, any_of, common
from analyzers.inference.domain.kinds import apart
from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import PLAIN, const, constants, joined, only, ordered, single
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Const,
    Coroutine,
    EntityRef,
    External,
    Function,
    Future,
    Generator,
    Obj,
    Partial,
    Value,
    Values,
)
from analyzers.inference.expressions.raising import is_builtin_class
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.library.builtin_functions import protocol
from analyzers.knowledge.libraries import is_subclass

_ASKED = 16
"""How many elements are asked one by one whether they decide `any` or `all`."""


def _truth(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return PLAIN


def _callable(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return _decided([_is_callable(interpreter, value) for value in joined(arguments.positional[:1])])


def _is_callable(interpreter: Interpreter, value: Value) -> bool | None:
    match value:
        case EntityRef() | Function() | Bound() | ClassRef() | Partial():
            return True
        case Const() | Coroutine() | Generator() | Future():
            return False
        case Obj(kind="instance", cls=ClassRef() as cls):
            if interpreter.class_attribute(interpreter.linearized(cls), "__call__") is not None:
                return True
            return None if interpreter.external_bases(cls) else False
        case Obj():
            return False
        case _:
            return None


def _has_attribute(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`hasattr` reads the attribute: a property and `__getattr__` run."""
    names = constants(joined(arguments.positional[1:2])) or ()
    pairs = [(value, str(each)) for value in ordered(joined(arguments.positional[:1])) for each in names]
    answers = [interpreter.has_attribute(value, each) for value, each in pairs]
    for (value, each), answer in zip(pairs, answers, strict=True):
        if isinstance(value, Obj) and value.kind == "instance" and answer is not False:
            interpreter.attribute(only(value), each, point.node)
    return _decided(answers)


def _length(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A number where the container has just so many elements."""
    value = single(joined(arguments.positional[:1]))
    if isinstance(value, Const) and isinstance(value.value, str | bytes | tuple):
        return const(len(value.value))
    content = value if isinstance(value, Obj) else None
    if content is not None and content.cls is not None:
        content = (
            None
            if interpreter.class_attribute(interpreter.linearized(content.cls), "__len__")
            else interpreter.content(content)
        )
    size = None if content is None else interpreter.size(interpreter.current(content, point.node))
    return protocol(interpreter, name, arguments, point) if size is None else const(size)


def _bool(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    values = joined(arguments.positional) or const(False)
    truth = interpreter.truth_of(interpreter.tested(values, point.node))
    return interpreter.computed(name, arguments, point) if truth is None else const(truth)


def _every(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`all` and `any`, decided where the elements are: one false element is enough, or one true one."""
    deciding = name.endswith("any")
    source = arguments.argument(0, "iterable")
    items = _until(interpreter, source, deciding, point)
    parts = [interpreter.iterated(source, point.node)] if items is None else items
    truths = []
    for part in parts:
        truths.append(interpreter.truth_of(interpreter.tested(part, point.node)))
        if items is not None and truths[-1] is deciding:
            return const(deciding)
    return interpreter.mixed(parts) if None in truths or deciding in truths else const(not deciding)


def _until(interpreter: Interpreter, values: Values, deciding: bool, point: CallPoint) -> list[Values] | None:
    """The elements up to the one that decides, where it is known which one that is; otherwise all of them."""
    for count in range(1, _ASKED):
        mark = interpreter.store.mark()
        items = interpreter.cut(single(values), point, count)
        truths = [interpreter.truth_of(item) for item in items or ()]
        if items is not None and None not in truths and (deciding in truths or len(items) < count):
            return items
        interpreter.store.rewind(mark)
        if items is None or None in truths:
            break
    return interpreter.exact_items(values)


def _isinstance(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A constant where every possible value is known to be an instance, or none."""
    if len(arguments.positional) < 2:
        return PLAIN
    values = apart(arguments.positional[0])
    return _decided([interpreter.is_instance(value, arguments.positional[1]) for value in values])


def _is_builtin(name: str) -> bool:
    return name.startswith("builtins.")


def _issubclass(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A constant where every possible class is known to be a subclass, or none."""
    if len(arguments.positional) < 2:
        return PLAIN
    kinds = interpreter.classes_in(arguments.positional[1])
    return _decided([_derives(interpreter, value, kinds) for value in arguments.positional[0]])


def _derives(interpreter: Interpreter, value: Value, kinds: list[Value]) -> bool | None:
    match value:
        case ClassRef():
            return any_of([interpreter.derives(value, kind) for kind in kinds])
        case External(name=name) if is_builtin_class(value):
            return any_of([_derives_outside(name, kind) for kind in kinds])
        case _:
            return None


def _derives_outside(name: str, kind: Value) -> bool | None:
    """Whether a builtin class inherits from another class; none does from one of the project."""
    return is_subclass(name, kind.name) if isinstance(kind, External) else False if isinstance(kind, ClassRef) else None


def _decided(answers: Collection[Answer]) -> Values:
    """The answer that holds for every possible value, as a constant if there is one."""
    outcome = common(answers)
    return PLAIN if outcome is None else const(outcome)


HANDLERS: dict[str, Handler] = {
    "builtins.issubclass": _issubclass,
    "builtins.id": _truth,
    "builtins.callable": _callable,
    "builtins.hasattr": _has_attribute,
    "builtins.isinstance": _isinstance,
    "builtins.len": _length,
    "builtins.bool": _bool,
    **dict.fromkeys(("builtins.all", "builtins.any"), _every),
}
