"""Builtins that ask something of a value, as `callable` and `hasattr` do; decided where the answer is known."""

from analyzers.inference.objects import attribute_cell
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.selecting_functions import SelectingFunctions
from analyzers.inference.values import (
    PLAIN,
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
    Method,
    Obj,
    Partial,
    Value,
    Values,
    const,
    constants,
    single,
)


class QuestionFunctions(SelectingFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_truth(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return PLAIN

    def _call_callable(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return _decided([self._is_callable(value) for value in arguments.argument(0, "obj")])

    def _is_callable(self, value: Value) -> bool | None:
        match value:
            case EntityRef() | Function() | Bound() | ClassRef() | Partial() | Method():
                return True
            case Const() | Coroutine() | Generator() | Future():
                return False
            case Obj(kind="instance", cls=ClassRef() as cls):
                if self.class_attribute(self.linearized(cls), "__call__") is not None:
                    return True
                return None if self.external_bases(cls) else False
            case Obj():
                return False
            case _:
                return None

    def _call_has_attribute(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        names = constants(arguments.argument(1, "name"))
        if names is None or len(names) != 1:
            return PLAIN
        return _decided([self._has(value, str(names[0])) for value in arguments.argument(0, "obj")])

    def _has(self, value: Value, name: str) -> bool | None:
        """Whether an instance of the project's classes has an attribute."""
        if not (isinstance(value, Obj) and value.cls is not None):
            return None
        classes = self.linearized(value.cls)
        if self.class_attribute(classes, name) is not None:
            return True
        own = name in self.attribute_names.get(value.cls, ())
        if own and self.read(attribute_cell(value, name)) and value not in self.summaries:
            return True
        hooked = any(self.class_attribute(classes, hook) is not None for hook in ("__getattr__", "__getattribute__"))
        unseen = own or hooked or bool(self.external_bases(value.cls)) or name.startswith("__")
        return None if unseen else False

    def _call_length(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A number where the container has just so many elements."""
        value = single(arguments.argument(0, "obj"))
        if isinstance(value, Obj) and value.kind in ("list", "tuple", "dict"):
            length = self.size(value) if value.kind == "dict" else self.exact(value)
            if length is not None:
                return const(length)
        return self._call_protocol(name, arguments, point)

    def _call_protocol(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that asks an object of the project's classes by a method."""
        raise AssertionError("the part that knows builtins answers this")

    def _call_isinstance(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible value is known to be an instance, or none."""
        if len(arguments.positional) < 2:
            return PLAIN
        classes = [item for values in self._classes_in(arguments.positional[1]) for item in values]
        return _decided([self._is_instance(value, classes) for value in arguments.positional[0]])

    def _classes_in(self, values: Values) -> list[Values]:
        items = self.exact_items(values)
        return [values] if items is None else items

    def _is_instance(self, value: Value, classes: list[Value]) -> bool | None:
        own = [cls for cls in classes if isinstance(cls, ClassRef)]
        builtin = {cls.name.partition(".")[2] for cls in classes if isinstance(cls, External) and _is_builtin(cls.name)}
        others = len(own) + len(builtin) < len(classes)
        match value:
            case Obj(kind="instance", cls=ClassRef() as cls):
                if set(self.linearized(cls)) & set(own):
                    return True
                foreign = self.external_bases(cls) if builtin else self.external_bases(cls) & {""}
                return None if others or foreign else False
            case Obj(kind=kind) if kind != "iterator":
                return True if kind in builtin else None if others else False
            case Const(kind=kind):
                return True if kind in builtin else None if others or (kind == "bool" and "int" in builtin) else False
            case EntityRef() | Function() | ClassRef():
                return None if others else False
            case _:
                return None


def _decided(outcomes: list[bool | None]) -> Values:
    """The answer that holds for every possible value, if there is one."""
    outcome = outcomes[0] if len(set(outcomes)) == 1 else None
    return PLAIN if outcome is None else const(outcome)


def _is_builtin(name: str) -> bool:
    return name.startswith("builtins.")


QUESTION_HANDLERS: dict[str, Handler] = {
    "builtins.id": QuestionFunctions._call_truth,
    "builtins.callable": QuestionFunctions._call_callable,
    "builtins.hasattr": QuestionFunctions._call_has_attribute,
    "builtins.isinstance": QuestionFunctions._call_isinstance,
    "builtins.len": QuestionFunctions._call_length,
}
