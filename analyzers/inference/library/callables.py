"""What makes callables of callables: partial calls, decorators, descriptors, wrappers."""

import ast

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, joined, only
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Descriptor,
    EntityRef,
    External,
    Function,
    Obj,
    Partial,
    Unknown,
    Value,
    Values,
)
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.function_attributes import WRAPPED
from analyzers.knowledge.libraries import WRAPPING_DECORATORS
from analyzers.model.calls import Category

_KEEPING_DECORATORS = frozenset(
    {
        "functools.total_ordering",
        "abc.abstractmethod",
        "typing.overload",
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing.runtime_checkable",
        "enum.unique",
        "atexit.register",
    }
)
"""Decorators that give back what they are given."""


def _partial(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    if not arguments.positional:
        return PLAIN
    if _nesting(arguments.positional[0]) > 5:
        reason = "a `partial` is wrapped in itself again and again"
        return only(Unknown(Category.DEPTH_BOUND, reason, "bind all arguments in one place"))
    made = Partial(arguments.positional[0], arguments.replaced(positional=arguments.positional[1:]), point.node)
    return only(Descriptor("partialmethod", only(made)) if name.endswith("partialmethod") else made)


def _nesting(values: Values) -> int:
    return 1 + max((_nesting(value.function) for value in values if isinstance(value, Partial)), default=0)


def _wraps(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(Partial(only(External("functools.update_wrapper")), arguments, point.node))


def _update_wrapper(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`wraps(wrapped)(wrapper)` arrives as (wrapped, wrapper); a direct call has them the other way round."""
    if len(arguments.positional) < 2:
        return joined(arguments.all)
    wrapped, wrapper = arguments.positional[:2]
    if isinstance(point.node, ast.Call) and _names(point.node.func, "update_wrapper"):
        wrapped, wrapper = wrapper, wrapped
    originals = [value for value in wrapped if isinstance(value, Function)]
    if len(originals) == 1:
        wrapper = frozenset(v.replaced(wraps=originals[0]) if isinstance(v, Function) else v for v in wrapper)
    interpreter.assign_attribute(wrapper, WRAPPED, wrapped, point.node)
    return wrapper


def _names(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _unwrap(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`inspect.unwrap`: the innermost function; with `stop`, any on the way to it."""
    met: set[Value] = set()
    innermost: set[Value] = set()
    waiting = list(arguments.argument(0, "func"))
    while waiting:
        value = waiting.pop()
        met.add(value)
        inner = _wrapped_by(interpreter, value, point) - {value}
        waiting.extend(inner - met)
        if not inner:
            innermost.add(value)
    return frozenset(innermost if len(arguments.all) == 1 else met)


def _wrapped_by(interpreter: Interpreter, value: Value, point: CallPoint) -> Values:
    match value:
        case Function() | Partial() | EntityRef():
            return interpreter.read(attribute_cell(value, WRAPPED))
        case Bound(function=function):
            return _wrapped_by(interpreter, function, point)
        case Obj(kind="instance") | ClassRef() if interpreter.has_attribute(value, WRAPPED):
            return interpreter.attribute(only(value), WRAPPED, point.node)
        case _:
            return EMPTY


def _descriptor(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    kind = name.rpartition(".")[2].replace("cached_property", "property")
    return only(Descriptor(kind, joined(arguments.all)))


def _same(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """The first argument, or for `typing.cast` the second."""
    index = 1 if name == "typing.cast" else 0
    return arguments.positional[index] if len(arguments.positional) > index else PLAIN


def _decorator(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A decorator that keeps what calling the function does."""
    kinds = Function | Partial | ClassRef | EntityRef
    functions = [values for values in arguments.positional if any(isinstance(value, kinds) for value in values)]
    if not functions:
        return only(Partial(only(External(name)), Arguments(), point.node))
    for value in functions[0] if name in WRAPPING_DECORATORS else EMPTY:
        if isinstance(value, Function | Partial | EntityRef):
            interpreter.weaken(attribute_cell(value, WRAPPED), only(value))
    return functions[0]


def _method_type(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`types.MethodType(function, instance)`."""
    functions, receivers = arguments.argument(0, "function"), arguments.argument(1, "instance")
    return frozenset(Bound(function, receiver) for function in functions for receiver in receivers)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        ("builtins.staticmethod", "builtins.classmethod", "builtins.property", "functools.cached_property"), _descriptor
    ),
    **dict.fromkeys(("typing.cast", "weakref.ref", "weakref.proxy", "enum.member", "sys.intern"), _same),
    **dict.fromkeys(_KEEPING_DECORATORS | WRAPPING_DECORATORS, _decorator),
    **dict.fromkeys(("functools.partial", "functools.partialmethod"), _partial),
    "functools.wraps": _wraps,
    "functools.update_wrapper": _update_wrapper,
    "inspect.unwrap": _unwrap,
    "types.MethodType": _method_type,
}
