"""Builtins that ask something of a value, as `callable` and `hasattr` do; decided where the answer is known."""

from analyzers.inference.calls import REGISTERED
from analyzers.inference.picking_functions import PickingFunctions
from analyzers.inference.records import CallPoint, Handler
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

_ASKED = 16
"""How many elements are asked one by one whether they decide `any` or `all`."""


class QuestionFunctions(PickingFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_truth(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return PLAIN

    def _call_callable(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return _decided([self._is_callable(value) for value in joined(arguments.positional[:1])])

    def _is_callable(self, value: Value) -> bool | None:
        match value:
            case EntityRef() | Function() | Bound() | ClassRef() | Partial():
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
        """`hasattr` reads the attribute: a property and `__getattr__` run."""
        names = constants(joined(arguments.positional[1:2])) or ()
        pairs = [(value, str(each)) for value in ordered(joined(arguments.positional[:1])) for each in names]
        answers = [self.has_attribute(value, each) for value, each in pairs]
        for (value, each), answer in zip(pairs, answers, strict=True):
            if isinstance(value, Obj) and value.kind == "instance" and answer is not False:
                self.attribute(only(value), each, point.node)
        return _decided(answers)

    def _call_length(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A number where the container has just so many elements."""
        value = single(joined(arguments.positional[:1]))
        if isinstance(value, Const) and isinstance(value.value, str | bytes | tuple):
            return const(len(value.value))
        container = value if isinstance(value, Obj) and value.kind != "instance" else None
        size = None if container is None else self.size(self.current(container, point.node))
        return self._call_protocol(name, arguments, point) if size is None else const(size)

    def _call_protocol(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that asks an object of the project's classes by a method."""
        raise AssertionError("the part that knows builtins answers this")

    def _call_quantifier(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`any` and `all`: a constant where the elements are known that decide it."""
        deciding = name.endswith("any")
        alone = len(arguments.all) == 1 and arguments.positional
        items = self._until(arguments.positional[0], deciding, point) if alone else None
        truths = [self.truth_of(item) for item in items or ()]
        if items is None or (None in truths and deciding not in truths):
            return self.computed(name, arguments, point)
        for item in items:
            self.forced(item, point.node)
        return const(deciding if deciding in truths else not deciding)

    def _until(self, values: Values, deciding: bool, point: CallPoint) -> list[Values] | None:
        """The elements up to the one that decides, where it is known which one that is; otherwise all of them."""
        for count in range(1, _ASKED):
            mark = self.store.mark()
            items = self.cut(single(values), point, count)
            truths = [self.truth_of(item) for item in items or ()]
            if items is not None and None not in truths and (deciding in truths or len(items) < count):
                return items
            self.store.rewind(mark)
            if items is None or None in truths:
                break
        return self.exact_items(values)

    def _call_isinstance(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible value is known to be an instance, or none."""
        if len(arguments.positional) < 2:
            return PLAIN
        classes = [item for values in self._classes_in(arguments.positional[1]) for item in values]
        return _decided([self._is_instance(value, classes) for value in arguments.positional[0]])

    def _call_issubclass(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where it is known of every possible class whether it derives from the other."""
        if len(arguments.positional) < 2:
            return PLAIN
        classes = [item for values in self._classes_in(arguments.positional[1]) for item in values]
        return _decided([self._derives(value, classes) for value in arguments.positional[0]])

    def _derives(self, value: Value, classes: list[Value]) -> bool | None:
        if not isinstance(value, ClassRef):
            return None
        if set(self.linearized(value)).intersection(classes):
            return True
        known = all(isinstance(cls, ClassRef) for cls in classes) and "" not in self.external_bases(value)
        return False if known else None

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
                protocols = [each for each in own if "typing.Protocol" in self.external_bases(each)]
                if protocols:
                    fits = [self._fits(value, each) for each in protocols]
                    return True if True in fits else None if None in fits or others else False
                foreign = self.external_bases(cls) if builtin else self.external_bases(cls) & {""}
                return None if others or foreign else False
            case Obj(kind=kind) if kind != "iterator":
                return True if kind in builtin else None if others else False
            case Const(kind=kind):
                is_one = kind in builtin or (kind == "bool" and "int" in builtin)
                return True if is_one else None if others else False
            case EntityRef() | Function() | ClassRef():
                return None if others else False
            case _:
                return None

    def _fits(self, value: Value, protocol: ClassRef) -> bool | None:
        """Whether an object has everything that a protocol asks for."""
        found = [self.has_attribute(value, name) for name in sorted(protocol.env.names) if not name.startswith("_")]
        return False if False in found else None if None in found else True

    def implementations(self, generic: Function, others: list[Function], arguments: Arguments) -> list[Function]:
        """The implementations of a generic function that a call with these arguments may reach."""
        position = 0 if generic.owner is None else 1
        if len(arguments.positional) <= position:
            return [generic, *others]
        kinds = {function: self.read((generic, (REGISTERED, function))) for function in others}
        found: dict[Function, None] = {}
        for value in ordered(arguments.positional[position]):
            found.update(dict.fromkeys(self._implementations_for(value, generic, kinds)))
        return list(found) or [generic, *others]

    def _implementations_for(self, value: Value, generic: Function, kinds: dict[Function, Values]) -> list[Function]:
        if isinstance(value, Obj) and value.cls is not None:
            for cls in self.linearized(value.cls):
                exact = [function for function, classes in kinds.items() if cls in classes]
                if exact:
                    return exact[-1:]
        outcomes = {function: self._is_instance(value, ordered(classes)) for function, classes in kinds.items()}
        possible = [function for function, outcome in outcomes.items() if outcome is not False]
        certain = True in outcomes.values() and None not in outcomes.values()
        return possible if certain else [*possible, generic]


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
    **dict.fromkeys(("builtins.all", "builtins.any"), QuestionFunctions._call_quantifier),
    "builtins.isinstance": QuestionFunctions._call_isinstance,
    "builtins.issubclass": QuestionFunctions._call_issubclass,
    "builtins.len": QuestionFunctions._call_length,
}
