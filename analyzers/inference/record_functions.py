"""Functions of the standard library that make, copy and take apart objects: dataclasses, named tuples, `copy`."""

from collections.abc import Callable
from typing import Any

from analyzers.inference.containers import Containers
from analyzers.inference.records import CallPoint
from analyzers.inference.values import (
    PLAIN,
    Arguments,
    ClassRef,
    Const,
    Descriptor,
    External,
    Obj,
    Partial,
    Value,
    Values,
    constants,
    joined,
    only,
    ordered,
    single,
)


class RecordFunctions(Containers):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_dataclass(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if not arguments.positional:
            return only(Partial(only(External(name)), Arguments(), point.node))
        for value in arguments.positional[0]:
            if isinstance(value, ClassRef):
                self.record_classes.add(value)
        return arguments.positional[0]

    def _call_field(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The default of a field; what a factory makes, it makes for each instance."""
        factory = arguments.keyword("default_factory") or arguments.keyword("factory")
        return only(Descriptor("factory", factory) if factory else Descriptor("field", arguments.keyword("default")))

    def _call_replace(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        kept = arguments._replace(positional=())
        records = _instances(arguments.argument(0, "obj"))
        return joined(self.copied_instance(record, kept, point) for record in records) or PLAIN

    def _call_as_dict(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        records = _instances(arguments.argument(0, "obj"))
        return joined(self.as_dict(record, point.node) for record in records) or PLAIN

    def _call_copy(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        copies = joined(self._copy_of(value, point) for value in ordered(arguments.argument(0, "x")))
        if name == "copy.deepcopy":
            self.summaries.update(inner for inner in self.contents(copies) - copies if isinstance(inner, Obj))
        return copies

    def _copy_of(self, value: Value, point: CallPoint) -> Values:
        if not isinstance(value, Obj):
            return only(value)
        if value.kind == "instance":
            return self.copied_instance(value, Arguments(), point)
        return self.copied(value, point.node)

    def _call_object_new(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        classes = [value for value in ordered(arguments.argument(0, "cls")) if isinstance(value, ClassRef)]
        return joined(self.new_instance(cls, point.node) for cls in classes) or PLAIN

    def _call_named_tuple(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`namedtuple("Step", "run undo")` makes a class, as if it had been written out."""
        title, fields = constants(arguments.argument(0, "typename")), self._field_names(arguments)
        if title is None or len(title) != 1 or fields is None:
            return self.opaque(f"`{name}`")
        cls = self.record_class(str(title[0]), fields, point.node)
        defaults = self.exact_items(arguments.keyword("defaults")) or []
        for field, values in zip(fields[len(fields) - len(defaults) :], defaults, strict=True):
            self.write((cls.env.owner, field), values)
        return only(cls)

    def _field_names(self, arguments: Arguments) -> list[str] | None:
        given = arguments.argument(1, "field_names") or arguments.keyword("fields")
        text = single(given)
        if isinstance(text, Const) and isinstance(text.value, str):
            return text.value.replace(",", " ").split()
        names = []
        for item in self.exact_items(given) or []:
            pair = self.exact_items(item)
            name = single(pair[0] if pair else item)
            if not (isinstance(name, Const) and isinstance(name.value, str)):
                return None
            names.append(name.value)
        return names or None


def _instances(values: Values) -> list[Obj]:
    return [value for value in ordered(values) if isinstance(value, Obj) and value.cls is not None]


Handler = Callable[[Any, str, Arguments, CallPoint], Values]

RECORD_HANDLERS: dict[str, Handler] = {
    "dataclasses.dataclass": RecordFunctions._call_dataclass,
    "attrs.define": RecordFunctions._call_dataclass,
    "attr.s": RecordFunctions._call_dataclass,
    **dict.fromkeys(("dataclasses.field", "attrs.field", "attr.ib", "pydantic.Field"), RecordFunctions._call_field),
    **dict.fromkeys(("dataclasses.replace", "copy.replace", "attrs.evolve"), RecordFunctions._call_replace),
    **dict.fromkeys(("dataclasses.asdict", "attrs.asdict"), RecordFunctions._call_as_dict),
    **dict.fromkeys(("copy.copy", "copy.deepcopy"), RecordFunctions._call_copy),
    **dict.fromkeys(("collections.namedtuple", "typing.NamedTuple"), RecordFunctions._call_named_tuple),
    "builtins.object.__new__": RecordFunctions._call_object_new,
}
