"""Builtin functions that look attributes up, ask for types, or ask objects by a special method."""

from analyzers.inference.domain import folding
from analyzers.inference.domain.kinds import kinds_of
from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, constants, join, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    EntityRef,
    External,
    Function,
    Method,
    ModuleRef,
    Obj,
    Super,
    Unknown,
    Value,
    Values,
)
from analyzers.inference.interpreter import Interpreter
from analyzers.model.calls import Category

_PROTOCOLS = ("abs", "bytes", "complex", "float", "format", "hash", "int", "repr", "round", "str")


_BUILTIN_KINDS = frozenset({"int", "bool", "str", "list", "dict"})


def _getattr(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    target = arguments.argument(0, "object")
    names = constants(arguments.argument(1, "name"))
    default = arguments.positional[2] if len(arguments.positional) > 2 else EMPTY
    if names is None:
        return join(dynamic_attribute(interpreter, target, point), default)
    if not default:
        return joined(interpreter.attribute(target, str(each), point.node) for each in names)
    return joined(_attribute_or(interpreter, value, str(n), default, point) for value in ordered(target) for n in names)


def _attribute_or(interpreter: Interpreter, value: Value, name: str, default: Values, point: CallPoint) -> Values:
    """`getattr(value, name, default)`."""
    present = interpreter.has_attribute(value, name)
    found = EMPTY if present is False else interpreter.attribute(only(value), name, point.node)
    may_lack = present is None and isinstance(value, Obj | ClassRef | Function | EntityRef | ModuleRef)
    return join(found, default) if may_lack or not found else found


def dynamic_attribute(interpreter: Interpreter, target: Values, point: CallPoint) -> Values:
    """An attribute whose name is not known."""
    kinds = ModuleRef | ClassRef | Obj | Unknown | EntityRef
    if not any(isinstance(value, kinds) for value in target):
        return interpreter.opaque("an attribute whose name is computed")
    reason = f"the name of the attribute in `{interpreter.module.text(point.node)}` is computed"
    return only(Unknown(Category.DYNAMIC_ATTRIBUTE, reason, "look the entity up in a dict of entities instead"))


def _setattr(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    if len(arguments.positional) < 3:
        return NONE
    names = constants(arguments.positional[1])
    for each in names or ():
        interpreter.assign_attribute(arguments.positional[0], str(each), arguments.positional[2], point.node)
    if names is None:
        interpreter.note_open(arguments.positional[0])
    return NONE


def _delattr(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    for each in constants(arguments.argument(1, "name")) or ():
        interpreter.delete_attribute(arguments.argument(0, "object"), str(each))
    return NONE


def _globals(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(Method(ModuleRef(interpreter.env.module), "__dict__"))


def _super_of(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    classes = [value for value in arguments.argument(0, "type") if isinstance(value, ClassRef)]
    receivers = arguments.argument(1, "object")
    return frozenset(Super(cls, receiver) for cls in classes for receiver in receivers) or PLAIN


def _type(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    if len(arguments.positional) == 3:
        return interpreter.made_class(arguments, point)
    given = joined(arguments.all)
    kinds = [kinds_of(value) for value in given]
    if all(len(each) == 1 and each <= _BUILTIN_KINDS for each in kinds):
        return frozenset(External(f"builtins.{name}") for each in kinds for name in each)
    classes = [only(v.cls) for v in given if isinstance(v, Obj) and v.cls is not None]
    return joined(classes) or PLAIN


def protocol(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A builtin that asks an object of the project's classes by a method: `len`, `bool`, `str`, ..."""
    folded = _folded_call(interpreter, name, arguments, point)
    if folded is not None:
        return folded
    short = name.rpartition(".")[2]
    answers: list[Values | None] = []
    for value in ordered(joined(arguments.positional)):
        if isinstance(value, Obj) and value.kind == "instance":
            answers.append(interpreter.asked_builtin(short, value, point))
        elif isinstance(value, ClassRef):
            called = CallPoint(point.node, point.at, direct=False)
            answers.append(interpreter.call_by_metaclass(value, f"__{short}__", Arguments(), called))
        else:
            answers.append(None)
    known = [answer for answer in answers if answer is not None]
    if known and len(known) == len(answers):
        return interpreter.forced(joined(known), point.node)
    return interpreter.computed(name, arguments, point)


def _folded_call(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
    act = folding.BUILTINS.get(name)
    if act is None or len(arguments.positional) < len(arguments.all):
        return None
    return interpreter.folded(act, arguments.positional, point.node)


def _folded(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A builtin that is computed where its arguments are constants."""
    folded = _folded_call(interpreter, name, arguments, point)
    return interpreter.computed(name, arguments, point) if folded is None else folded


def _decoded(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`json.loads` of a constant text."""
    folded = interpreter.folded(folding.decoded, arguments.all, point.node) if len(arguments.all) == 1 else None
    return interpreter.computed(name, arguments, point) if folded is None else folded


def _object_setattr(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    for value in ordered(joined(arguments.positional[:1])):
        if isinstance(value, Obj) and value.cls is not None:
            interpreter.set_attribute(value, Arguments(arguments.positional[1:]), point.node)
    return NONE


def _evaluated(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.module.open = True
    reason = f"`{name.rpartition('.')[2]}` runs source that is computed"
    return only(Unknown(Category.UNSUPPORTED, reason, "write the call out"))


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("builtins.eval", "builtins.exec"), _evaluated),
    **dict.fromkeys((f"builtins.{name}" for name in _PROTOCOLS), protocol),
    **dict.fromkeys((f"builtins.{name}" for name in ("chr", "divmod", "ord")), _folded),
    "json.loads": _decoded,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.delattr": _delattr,
    "builtins.object.__setattr__": _object_setattr,
    "builtins.globals": _globals,
    "builtins.super": _super_of,
    "builtins.type": _type,
}
