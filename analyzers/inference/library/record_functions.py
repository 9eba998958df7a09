"""Functions of the standard library that make, copy and take apart objects: dataclasses, named tuples, `copy`."""

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import PLAIN, const, constants, joined, only, ordered, single
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Const,
    Descriptor,
    External,
    Obj,
    Partial,
    Value,
    Values,
)
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.memory.objects import attribute_cell

_DEPTH = 6
"""How deep `deepcopy` makes objects of their own; deeper ones stand for the original and the copy alike."""


def _dataclass(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    if not arguments.positional:
        return only(Partial(only(External(name)), Arguments(), point.node))
    for value in arguments.positional[0]:
        if isinstance(value, ClassRef):
            interpreter.record_classes.add(value)
    return arguments.positional[0]


def _field(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """The default of a field; what a factory makes, it makes for each instance."""
    factory = arguments.keyword("default_factory") or arguments.keyword("factory")
    return only(Descriptor("factory", factory) if factory else Descriptor("field", arguments.keyword("default")))


def _replace(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    kept = arguments.replaced(positional=())
    records = _instances(arguments.argument(0, "obj"))
    copies = joined(interpreter.copied_instance(record, kept, point) for record in records)
    interpreter.finish_record(copies, point)
    return copies or PLAIN


def _as_dict(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    records = _instances(arguments.argument(0, "obj"))
    return joined(interpreter.as_dict(record, point.node) for record in records) or PLAIN


def _fields(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """The fields of a record, of which the names are known."""
    owners = [value.cls if isinstance(value, Obj) else value for value in arguments.argument(0, "class_or_instance")]
    if len(owners) != 1 or not isinstance(owners[0], ClassRef):
        return interpreter.opaque(f"`{name}`")
    kind = interpreter.record_class("Field", ["name"], point.node)
    found = []
    for field in interpreter.record_fields(owners[0]):
        made = interpreter.new_instance(kind, interpreter.stand_in(point.node, field))
        interpreter.assign_attribute(made, "name", const(field), point.node)
        found.append(made)
    return interpreter.sequence("tuple", point.node, found)


def _exception_group(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.exception_group(interpreter.iterated(arguments.argument(1, "excs"), point.node), point.node)


def _no_member(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`enum.nonmember(value)`: an attribute of the enum, which is no member."""
    return only(Descriptor("field", joined(arguments.positional)))


def _auto(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.next_value(point.node)


def _copy(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return joined(_copy_of(interpreter, value, point) for value in ordered(arguments.argument(0, "x")))


def _copy_of(interpreter: Interpreter, value: Value, point: CallPoint) -> Values:
    if not isinstance(value, Obj):
        return only(value)
    if value.kind == "instance":
        return interpreter.copied_instance(value, Arguments(), point)
    return interpreter.copied(value, point.node)


def _deepcopy(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return _deep_copy(interpreter, arguments.argument(0, "x"), point, ())


def _deep_copy(interpreter: Interpreter, values: Values, point: CallPoint, above: tuple[Obj, ...]) -> Values:
    return joined(_deep_copy_of(interpreter, value, point, above) for value in ordered(values))


def _deep_copy_of(interpreter: Interpreter, value: Value, point: CallPoint, above: tuple[Obj, ...]) -> Values:
    if not isinstance(value, Obj):
        return only(value)
    if value in above or len(above) > _DEPTH:
        interpreter.summaries.add(value)
        return only(value)
    path = (*above, value)
    here = point.replaced(node=interpreter.stand_in(point.node, path))
    if value.kind == "instance":
        cells = [(name, attribute_cell(value, name)) for name in interpreter.attribute_names.get(value.cls, ())]  # type: ignore[arg-type]  # an instance has a class
        inner = tuple(
            (name, _deep_copy(interpreter, interpreter.read(c), point, path))
            for name, c in cells
            if c in interpreter.store
        )
        return interpreter.copied_instance(value, Arguments(keywords=inner), here)
    copies = interpreter.copied(value, here.node)
    for copy in copies:
        if isinstance(copy, Obj):
            _deepen(interpreter, copy, point, path)
    return copies


def _deepen(interpreter: Interpreter, copy: Obj, point: CallPoint, path: tuple[Obj, ...]) -> None:
    """Copy what a copied container holds."""
    items, keys = interpreter.items(copy), interpreter.exact_keys(copy) if copy.kind == "dict" else None
    if items is not None:
        interpreter.refill(copy, [_deep_copy(interpreter, values, point, path) for values in items])
    elif keys is not None:
        for key in keys:
            interpreter.store_item(
                copy, only(key), _deep_copy(interpreter, interpreter.load_item(copy, only(key)), point, path)
            )
    else:
        interpreter.summaries.update(value for value in interpreter.contents(only(copy)) if isinstance(value, Obj))


def _object_new(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    classes = [value for value in ordered(arguments.argument(0, "cls")) if isinstance(value, ClassRef)]
    return joined(interpreter.new_instance(cls, point.node) for cls in classes) or PLAIN


def _named_tuple(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`namedtuple("Step", "run undo")` makes a class, as if it had been written out."""
    title, fields = constants(arguments.argument(0, "typename")), _field_names(interpreter, arguments)
    if title is None or len(title) != 1 or fields is None:
        return interpreter.opaque(f"`{name}`")
    cls = interpreter.record_class(str(title[0]), fields, point.node)
    defaults = interpreter.exact_items(arguments.keyword("defaults")) or []
    for field, values in zip(fields[len(fields) - len(defaults) :], defaults, strict=True):
        interpreter.write((cls.env.owner, field), values)
    return only(cls)


def _field_names(interpreter: Interpreter, arguments: Arguments) -> list[str] | None:
    given = arguments.argument(1, "field_names") or arguments.keyword("fields")
    text = single(given)
    if isinstance(text, Const) and isinstance(text.value, str):
        return text.value.replace(",", " ").split()
    names = []
    for item in interpreter.exact_items(given) or []:
        pair = None if isinstance(single(item), Const) else interpreter.exact_items(item)
        name = single(pair[0] if pair else item)
        if not (isinstance(name, Const) and isinstance(name.value, str)):
            return None
        names.append(name.value)
    return names or None


def _instances(values: Values) -> list[Obj]:
    return [value for value in ordered(values) if isinstance(value, Obj) and value.cls is not None]


HANDLERS: dict[str, Handler] = {
    "dataclasses.dataclass": _dataclass,
    "attrs.define": _dataclass,
    "attr.s": _dataclass,
    **dict.fromkeys(("dataclasses.field", "attrs.field", "attr.ib", "pydantic.Field"), _field),
    **dict.fromkeys(("dataclasses.replace", "copy.replace", "attrs.evolve"), _replace),
    **dict.fromkeys(("dataclasses.asdict", "attrs.asdict"), _as_dict),
    **dict.fromkeys(("dataclasses.fields", "attrs.fields"), _fields),
    **dict.fromkeys(("builtins.ExceptionGroup", "builtins.BaseExceptionGroup"), _exception_group),
    "enum.auto": _auto,
    "enum.nonmember": _no_member,
    "copy.copy": _copy,
    "copy.deepcopy": _deepcopy,
    **dict.fromkeys(("collections.namedtuple", "typing.NamedTuple"), _named_tuple),
    **dict.fromkeys(("builtins.object.__new__", "builtins.type.__new__"), _object_new),
}
