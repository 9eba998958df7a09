"""What a function says of its parameters: `inspect.signature`, `typing.get_type_hints`."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.scopes import all_arguments
from analyzers.inference.domain.value_sets import PLAIN, const, joined, only, ordered, single
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Data,
    EntityRef,
    External,
    Function,
    Method,
    Obj,
    Partial,
    Value,
    Values,
)
from analyzers.inference.expressions.declared_types import parsed_annotation
from analyzers.inference.interpreter import Interpreter
from analyzers.model.record import Record

_EMPTY = only(External("inspect.Parameter.empty"))
"""Stands for a default or an annotation that is not there."""
_KINDS = ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD", "VAR_POSITIONAL", "KEYWORD_ONLY", "VAR_KEYWORD")
_METHODS = ("bind", "bind_partial", "replace")
"""What is not seen through of a signature."""
_FUTURE = "annotations"


class _Parameter(Record):
    """One parameter, as a caller sees it."""

    node: ast.arg
    kind: str
    default: Values


class _Signature(Record):
    """The parameters of a function that are left for a caller."""

    function: Function
    parameters: tuple[_Parameter, ...]


def _signature(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    values = ordered(arguments.argument(0, "callable"))
    found = [_signature_of(interpreter, value) for value in values]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return interpreter.unknown_library(name, arguments, point)
    nodes = [point.node, *(interpreter.stand_in(point.node, ("signature", n)) for n in range(1, len(known)))]
    return joined(_signature_object(interpreter, each, node) for each, node in zip(known, nodes, strict=True))


def _signature_object(interpreter: Interpreter, found: _Signature, node: ast.expr) -> Values:
    function = found.function
    entries = interpreter.new_dict(node)
    for number, parameter in enumerate(found.parameters):
        made = _parameter_object(interpreter, function, parameter, interpreter.stand_in(node, number))
        interpreter.store_item(entries, const(parameter.node.arg), made)
    returned = None if isinstance(function.node, ast.Lambda) else function.node.returns
    result = _annotation(interpreter, returned, function, function.env.module)
    made = _object(interpreter, "Signature", node)
    _set(interpreter, made, node, parameters=only(entries), empty=_EMPTY, return_annotation=result)
    rest = Data(frozenset(), "`inspect.signature`")
    _set(interpreter, made, node, **{method: only(Method(rest, method)) for method in _METHODS})
    return made


def _parameter_object(interpreter: Interpreter, function: Function, parameter: _Parameter, node: ast.expr) -> Values:
    made = _object(interpreter, "Parameter", node)
    annotation = _annotation(interpreter, parameter.node.annotation, function, function.env.module)
    _set(interpreter, made, node, name=const(parameter.node.arg), default=parameter.default, annotation=annotation)
    _set(interpreter, made, node, empty=_EMPTY, kind=_kind(parameter.kind), **{each: _kind(each) for each in _KINDS})
    return made


def _kind(name: str) -> Values:
    return only(External(f"inspect.Parameter.{name}"))


def _object(interpreter: Interpreter, title: str, node: ast.expr) -> Values:
    cls = interpreter.record_class(title, [], node)
    interpreter.bases[cls] = []
    return interpreter.new_instance(cls, node)


def _set(interpreter: Interpreter, made: Values, node: ast.expr, **attributes: Values) -> None:
    for name, values in attributes.items():
        interpreter.assign_attribute(made, name, values, node)


def _signature_of(interpreter: Interpreter, value: Value | None) -> _Signature | None:
    """The signature of what is one function of the project, whatever is bound to some of its parameters."""
    match value:
        case Function():
            while value.wraps is not None:
                value = value.wraps
            return _Signature(value, tuple(_parameters_of(interpreter, value)))
        case EntityRef(number=number):
            return _signature_of(interpreter, interpreter.entities[number].function)
        case Bound(function=function):
            return _without_first(_signature_of(interpreter, function), 1)
        case Partial(function=function, arguments=bound) if bound.star is None and bound.double_star is None:
            found = _without_first(_signature_of(interpreter, single(function)), len(bound.positional))
            return None if found is None else _with_defaults(found, dict(bound.keywords))
        case ClassRef() if not interpreter.is_record(value) and value not in interpreter.metaclasses:
            return _of_method(interpreter, value, "__init__")
        case Obj(kind="instance", cls=ClassRef() as cls):
            return _of_method(interpreter, cls, "__call__")
        case _:
            return None


def _of_method(interpreter: Interpreter, cls: ClassRef, name: str) -> _Signature | None:
    found = single(interpreter.class_attribute(interpreter.linearized(cls), name) or frozenset())
    return _without_first(_signature_of(interpreter, found), 1) if isinstance(found, Function) else None


def _without_first(signature: _Signature | None, count: int) -> _Signature | None:
    """What is left when the first parameters are bound; all of them where `*args` takes these."""
    if signature is None or any(each.kind == "VAR_POSITIONAL" for each in signature.parameters[:count]):
        return signature
    return signature.replaced(parameters=signature.parameters[count:])


def _with_defaults(signature: _Signature, given: dict[str, Values]) -> _Signature:
    """Parameters with the defaults that a `partial` gives them; those from the first one on are named by callers."""
    parameters = []
    named = False
    for each in signature.parameters:
        named = named or each.node.arg in given
        kind = "KEYWORD_ONLY" if named and each.kind == "POSITIONAL_OR_KEYWORD" else each.kind
        parameters.append(each.replaced(kind=kind, default=given.get(each.node.arg, each.default)))
    return signature.replaced(parameters=tuple(parameters))


def _parameters_of(interpreter: Interpreter, function: Function) -> Iterable[_Parameter]:
    spec, defaults = function.node.args, interpreter.defaults_of(function)
    kinds = {id(each): "POSITIONAL_ONLY" for each in spec.posonlyargs}
    kinds |= {id(each): "KEYWORD_ONLY" for each in spec.kwonlyargs}
    kinds |= {id(spec.vararg): "VAR_POSITIONAL", id(spec.kwarg): "VAR_KEYWORD"}
    for each in all_arguments(spec):
        yield _Parameter(each, kinds.get(id(each), "POSITIONAL_OR_KEYWORD"), defaults.get(each.arg, _EMPTY) or PLAIN)


def _annotation(interpreter: Interpreter, node: ast.expr | None, function: Function, module: str) -> Values:
    """What an annotation gives when the function is defined: a text where the module puts evaluation off."""
    if node is None:
        return _EMPTY
    if isinstance(node, ast.Constant):
        return const(node.value) if isinstance(node.value, str | None) else PLAIN
    if _puts_off(interpreter.module_named(module).tree):
        return const(ast.unparse(node))
    return _resolved(interpreter, node, function)


def _resolved(interpreter: Interpreter, node: ast.expr, function: Function) -> Values:
    value = interpreter.named_by(node, function.env)
    return PLAIN if value is None else only(value)


def _puts_off(tree: ast.Module) -> bool:
    """Whether a module begins with `from __future__ import annotations`."""
    futures = [each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
    return any(alias.name == _FUTURE for each in futures for alias in each.names)


def _type_hints(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """The annotations of a function by the names of its parameters, as the classes that they name."""
    found = _signature_of(interpreter, single(arguments.argument(0, "obj")))
    value = single(arguments.argument(0, "obj"))
    if found is None or not isinstance(value, Function | EntityRef | Bound):
        return interpreter.unknown_library(name, arguments, point)
    function = found.function
    hints = [(each.arg, each.annotation) for each in all_arguments(function.node.args)]
    if not isinstance(function.node, ast.Lambda):
        hints.append(("return", function.node.returns))
    entries = interpreter.new_dict(point.node)
    for key, annotation in hints:
        if annotation is not None:
            interpreter.store_item(entries, const(key), _hint(interpreter, annotation, function))
    return only(entries)


def _hint(interpreter: Interpreter, node: ast.expr, function: Function) -> Values:
    if not isinstance(node, ast.Constant):
        return _resolved(interpreter, node, function)
    if node.value is None:
        return only(External("types.NoneType"))
    text = parsed_annotation(node.value) if isinstance(node.value, str) else None
    return PLAIN if text is None else _resolved(interpreter, text, function)


HANDLERS: dict[str, Handler] = {
    "inspect.signature": _signature,
    "typing.get_type_hints": _type_hints,
}
