"""Classes as objects: what their metaclass gives them, and what a subscript of a class is."""

from analyzers.inference.domain.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.domain.value_sets import joined, only, ordered
from analyzers.inference.domain.values import Arguments, Bound, ClassRef, Descriptor, Function, Obj, Value, Values
from analyzers.inference.objects.attribute_changes import AttributeChanges


class ClassObjects(AttributeChanges):
    """What happens to a class itself, not to its instances."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.metaclasses: dict[ClassRef, Values] = {}

    def _of_metaclass(self, cls: ClassRef, name: str) -> Values:
        """What the project's metaclass of a class defines under a name, not bound to anything."""
        chain = [self.metaclasses[each] for each in self.linearized(cls) if each in self.metaclasses]
        kinds = [value for value in ordered(joined(chain[:1])) if isinstance(value, ClassRef)]
        return joined(self.class_attribute(self.linearized(kind), name) or frozenset() for kind in kinds)

    def attribute_by_metaclass(self, cls: ClassRef, name: str, point: CallPoint) -> Values | None:
        """An attribute of a class that its metaclass defines."""
        found = [self._bound_to_class(value, cls, point) for value in ordered(self._of_metaclass(cls, name))]
        return joined(found) if found else None

    def _bound_to_class(self, value: Value, cls: ClassRef, point: CallPoint) -> Values:
        match value:
            case Function():
                return only(Bound(value, cls))
            case Descriptor(kind="property", function=inner):
                return self.call(inner, Arguments((only(cls),)), point)
            case _:
                return only(value)

    def call_by_metaclass(self, cls: ClassRef, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
        """`len(cls)`, `cls[key]` and the like, where the metaclass defines the method."""
        found = self.attribute_by_metaclass(cls, name, point)
        return None if found is None else self.call(found, arguments, point)

    def subscripted_class(self, cls: ClassRef, keys: Values, point: CallPoint) -> Values:
        """`cls[key]`: the metaclass's doing, or `__class_getitem__`; else the class itself."""
        found = self.call_by_metaclass(cls, "__getitem__", Arguments((keys,)), point)
        if found is not None:
            return found
        hook = self.class_attribute(self.linearized(cls), "__class_getitem__")
        if hook is None:
            return only(cls)
        functions = joined(value.function if isinstance(value, Descriptor) else only(value) for value in hook)
        return self.call(functions, Arguments((only(cls), keys)), point)

    def iterated_class(self, cls: ClassRef, point: CallPoint) -> Values | None:
        """What a loop over a class gives, where its metaclass defines `__iter__`."""
        iterator = self.call_by_metaclass(cls, "__iter__", NO_ARGUMENTS, point)
        if iterator is None:
            return None
        return joined(
            self._stepped(value, value, "__next__", point.node)
            if isinstance(value, Obj) and value.kind == "instance"
            else self.iterated(only(value), point.node)
            for value in ordered(iterator)
        )
