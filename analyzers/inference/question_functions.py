"""Builtins that ask something of a value, as `callable` and `hasattr` do; decided where the answer is known."""

from analyzers.inference.answers import all_of, any_of, common
from analyzers.inference.calls import REGISTERED
from analyzers.inference.class_questions import CLASS_HANDLERS, ClassQuestions, decided
from analyzers.inference.kinds import Kind, apart, is_builtin_kind
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    PLAIN,
    Arguments,
    Bound,
    ClassRef,
    Const,
    Coroutine,
    Data,
    EntityRef,
    External,
    Function,
    Future,
    Generator,
    Obj,
    Partial,
    Pending,
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


class QuestionFunctions(ClassQuestions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_truth(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return PLAIN

    def _call_callable(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return decided([self._is_callable(value) for value in joined(arguments.positional[:1])])

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
        return decided(answers)

    def _call_length(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A number where the container has just so many elements."""
        value = single(joined(arguments.positional[:1]))
        if isinstance(value, Const) and isinstance(value.value, str | bytes | tuple):
            return const(len(value.value))
        content = value if isinstance(value, Obj) else None
        if content is not None and content.cls is not None:
            content = None if self.class_attribute(self.linearized(content.cls), "__len__") else self.content(content)
        size = None if content is None else self.size(self.current(content, point.node))
        return self._call_protocol(name, arguments, point) if size is None else const(size)

    def _call_bool(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        values = joined(arguments.positional) or const(False)
        truth = self.truth_of(self.tested(values, point.node))
        return self.computed(name, arguments, point) if truth is None else const(truth)

    def _call_every(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`all` and `any`, decided where the elements are: one false element is enough, or one true one."""
        deciding = name.endswith("any")
        source = arguments.argument(0, "iterable")
        items = self._until(source, deciding, point)
        parts = [self.iterated(source, point.node)] if items is None else items
        truths = []
        for part in parts:
            truths.append(self.truth_of(self.tested(part, point.node)))
            if items is not None and truths[-1] is deciding:
                return const(deciding)
        return self.mixed(parts) if None in truths or deciding in truths else const(not deciding)

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

    def _call_protocol(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that asks an object of the project's classes by a method."""
        raise AssertionError("the part that knows builtins answers this")

    def _call_isinstance(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible value is known to be an instance, or none."""
        if len(arguments.positional) < 2:
            return PLAIN
        values = apart(arguments.positional[0])
        return decided([self.is_instance(value, arguments.positional[1]) for value in values])

    def is_instance(self, value: Value, classes: Values) -> bool | None:
        """Whether a value certainly is an instance of a class, or of one in a tuple, or certainly is none."""
        record = self.record_of(value) if isinstance(value, Pending) else None
        if record is not None and self.blocks(record):
            value = Data(frozenset(), "", record.kinds)
        return self._is_instance(value, self.classes_in(classes))

    def _is_instance(self, value: Value, classes: list[Value]) -> bool | None:
        own = [cls for cls in classes if isinstance(cls, ClassRef)]
        builtin = {cls.name.partition(".")[2] for cls in classes if isinstance(cls, External) and _is_builtin(cls.name)}
        others = len(own) + len(builtin) < len(classes)
        match value:
            case Obj(kind="instance", cls=ClassRef() as cls):
                return any_of([self._is_instance_of(value, cls, kind) for kind in classes])
            case Obj(kind=kind) if kind != "iterator":
                return True if kind in builtin else None if others else False
            case Const(kind=kind):
                is_one = kind in builtin or (kind == "bool" and "int" in builtin)
                return True if is_one else None if others else False
            case Data(kinds=kinds) if kinds:
                return common([self._is_of_class(kind, own, builtin, others) for kind in kinds])
            case EntityRef() | Function() | ClassRef():
                return None if others else False
            case _:
                return None

    def _is_of_class(self, kind: Kind, own: list[ClassRef], builtin: set[str], others: bool) -> bool | None:
        """Whether what is exactly of a class is an instance of one of these; `others` if there are more of them."""
        if isinstance(kind, str):
            found = any(is_builtin_kind(kind, name) for name in builtin)
            virtual = any(
                "abc.ABC" in self.external_bases(cls) or "typing.Protocol" in self.external_bases(cls) for cls in own
            )
            return True if found else None if others or virtual else False
        if own or others or self.external_bases(kind) - {"builtins.object", "abc.ABC", "typing.Generic"}:
            return True if set(self.linearized(kind)) & set(own) else None
        return "object" in builtin

    def _is_instance_of(self, obj: Obj, cls: ClassRef, kind: Value) -> bool | None:
        derives = self.derives(cls, kind)
        protocol = isinstance(kind, ClassRef) and "typing.Protocol" in self.external_bases(kind)
        return self._fits(obj, kind) if protocol and not derives else derives  # type: ignore[arg-type]  # a class

    def _fits(self, value: Value, protocol: ClassRef) -> bool | None:
        """Whether an object has everything that a protocol asks for."""
        found = [self.has_attribute(value, name) for name in sorted(protocol.env.names) if not name.startswith("_")]
        return all_of(found)

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


def _is_builtin(name: str) -> bool:
    return name.startswith("builtins.")


QUESTION_HANDLERS: dict[str, Handler] = {
    **CLASS_HANDLERS,
    "builtins.id": QuestionFunctions._call_truth,
    "builtins.callable": QuestionFunctions._call_callable,
    "builtins.hasattr": QuestionFunctions._call_has_attribute,
    "builtins.isinstance": QuestionFunctions._call_isinstance,
    "builtins.len": QuestionFunctions._call_length,
    "builtins.bool": QuestionFunctions._call_bool,
    **dict.fromkeys(("builtins.all", "builtins.any"), QuestionFunctions._call_every),
}
