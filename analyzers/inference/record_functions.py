"""Functions of the standard library that make, copy and take apart objects: dataclasses, named tuples, `copy`."""

from analyzers.inference.builtin_methods import BuiltinMethods
from analyzers.inference.objects import attribute_cell
from analyzers.inference.records import CallPoint, Handler
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
    const,
    constants,
    joined,
    only,
    ordered,
    single,
)

_DEPTH = 6
"""How deep `deepcopy` makes objects of their own; deeper ones stand for the original and the copy alike."""


class RecordFunctions(BuiltinMethods):
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
        kept = arguments.replaced(positional=())
        records = _instances(arguments.argument(0, "obj"))
        copies = joined(self.copied_instance(record, kept, point) for record in records)
        self.finish_record(copies, point)
        return copies or PLAIN

    def _call_as_dict(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        records = _instances(arguments.argument(0, "obj"))
        return joined(self.as_dict(record, point.node) for record in records) or PLAIN

    def _call_fields(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The fields of a record, of which the names are known."""
        owners = [
            value.cls if isinstance(value, Obj) else value for value in arguments.argument(0, "class_or_instance")
        ]
        if len(owners) != 1 or not isinstance(owners[0], ClassRef):
            return self.opaque(f"`{name}`")
        kind = self.record_class("Field", ["name"], point.node)
        found = []
        for field in self.record_fields(owners[0]):
            made = self.new_instance(kind, self.stand_in(point.node, field))
            self.assign_attribute(made, "name", const(field), point.node)
            found.append(made)
        return self.sequence("tuple", point.node, found)

    def _call_exception_group(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.exception_group(self.iterated(arguments.argument(1, "excs"), point.node), point.node)

    def _call_no_member(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`enum.nonmember(value)`: an attribute of the enum, which is no member."""
        return only(Descriptor("field", joined(arguments.positional)))

    def _call_copy(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return joined(self._copy_of(value, point) for value in ordered(arguments.argument(0, "x")))

    def _copy_of(self, value: Value, point: CallPoint) -> Values:
        if not isinstance(value, Obj):
            return only(value)
        if value.kind == "instance":
            return self.copied_instance(value, Arguments(), point)
        return self.copied(value, point.node)

    def _call_deep_copy(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self._deep_copy(arguments.argument(0, "x"), point, ())

    def _deep_copy(self, values: Values, point: CallPoint, above: tuple[Obj, ...]) -> Values:
        return joined(self._deep_copy_of(value, point, above) for value in ordered(values))

    def _deep_copy_of(self, value: Value, point: CallPoint, above: tuple[Obj, ...]) -> Values:
        if not isinstance(value, Obj):
            return only(value)
        if value in above or len(above) > _DEPTH:
            self.summaries.add(value)
            return only(value)
        path = (*above, value)
        here = point.replaced(node=self.stand_in(point.node, path))
        if value.kind == "instance":
            cells = [(name, attribute_cell(value, name)) for name in self.attribute_names.get(value.cls, ())]  # type: ignore[arg-type]  # an instance has a class
            inner = tuple((name, self._deep_copy(self.read(c), point, path)) for name, c in cells if c in self.store)
            return self.copied_instance(value, Arguments(keywords=inner), here)
        copies = self.copied(value, here.node)
        for copy in copies:
            if isinstance(copy, Obj):
                self._deepen(copy, point, path)
        return copies

    def _deepen(self, copy: Obj, point: CallPoint, path: tuple[Obj, ...]) -> None:
        """Copy what a copied container holds."""
        items, keys = self.items(copy), self.exact_keys(copy) if copy.kind == "dict" else None
        if items is not None:
            self.refill(copy, [self._deep_copy(values, point, path) for values in items])
        elif keys is not None:
            for key in keys:
                self.store_item(copy, only(key), self._deep_copy(self.load_item(copy, only(key)), point, path))
        else:
            self.summaries.update(value for value in self.contents(only(copy)) if isinstance(value, Obj))

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
            pair = None if isinstance(single(item), Const) else self.exact_items(item)
            name = single(pair[0] if pair else item)
            if not (isinstance(name, Const) and isinstance(name.value, str)):
                return None
            names.append(name.value)
        return names or None


def _instances(values: Values) -> list[Obj]:
    return [value for value in ordered(values) if isinstance(value, Obj) and value.cls is not None]


RECORD_HANDLERS: dict[str, Handler] = {
    "dataclasses.dataclass": RecordFunctions._call_dataclass,
    "attrs.define": RecordFunctions._call_dataclass,
    "attr.s": RecordFunctions._call_dataclass,
    **dict.fromkeys(("dataclasses.field", "attrs.field", "attr.ib", "pydantic.Field"), RecordFunctions._call_field),
    **dict.fromkeys(("dataclasses.replace", "copy.replace", "attrs.evolve"), RecordFunctions._call_replace),
    **dict.fromkeys(("dataclasses.asdict", "attrs.asdict"), RecordFunctions._call_as_dict),
    **dict.fromkeys(("dataclasses.fields", "attrs.fields"), RecordFunctions._call_fields),
    **dict.fromkeys(("builtins.ExceptionGroup", "builtins.BaseExceptionGroup"), RecordFunctions._call_exception_group),
    "enum.nonmember": RecordFunctions._call_no_member,
    "copy.copy": RecordFunctions._call_copy,
    "copy.deepcopy": RecordFunctions._call_deep_copy,
    **dict.fromkeys(("collections.namedtuple", "typing.NamedTuple"), RecordFunctions._call_named_tuple),
    **dict.fromkeys(("builtins.object.__new__", "builtins.type.__new__"), RecordFunctions._call_object_new),
}
