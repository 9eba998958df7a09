"""Calls: what each callable value does."""

import ast
from functools import partial

from analyzers.inference.calls.interleaving import Interleaving
from analyzers.inference.domain.records import CallPoint, Unresolvable
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, join, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Const,
    Coroutine,
    Data,
    Descriptor,
    EntityRef,
    External,
    Function,
    Generator,
    Method,
    ModuleRef,
    Obj,
    Partial,
    Pending,
    Unknown,
    Value,
    Values,
)
from analyzers.model.calls import Category

REGISTERED = "registered"
"""The cell of a generic function that holds its implementations for other types."""

PATCH = "patch"
"""The kind of an object that replaces something while a block runs."""
VIRTUAL = "virtual"
"""The cell of an abstract class that holds the classes that were registered with it."""

WITHIN = "within"
"""The method that stands for calling a decorated function inside a context manager."""
_CONTEXT_DECORATORS = frozenset({"contextlib.ContextDecorator", "contextlib.AsyncContextDecorator"})

_EMPTY_CALLEE = Unresolvable(
    Category.UNKNOWN_NAME, "nothing is known to be bound to the callee", "define the name where eagerc can see it"
)


class Calls(Interleaving):
    """Calling values of the project, and handing them to code outside it."""

    def call(self, callee: Values, arguments: Arguments, point: CallPoint) -> Values:
        candidates = [value for value in callee if not isinstance(value, Const)]
        if not callee and self.here.function is not None:
            self._no_callee(point)
        elif candidates:
            self.run.undecided.pop((self.here.frame.number, point.node), None)
        certain = self.certain(candidates)
        return self.each(candidates, lambda value: self._call_one(value, arguments, point, certain))

    def _no_callee(self, point: CallPoint) -> None:
        """Nothing to call: dead code, a mistake, or something missed; which one shows at the end of the run."""
        key = (self.here.frame.number, point.node)
        pending = (point.node, self.env.owner, -1)
        if pending not in self.run.pending:
            self.unresolved(point, _EMPTY_CALLEE)
            self.run.undecided[key] = self.run.pending.pop(pending)
            self.here.frame.events[point.at].pop(pending)

    def _call_one(self, value: Value, arguments: Arguments, point: CallPoint, certain: bool) -> Values:
        match value:
            case EntityRef():
                return self.invoked(value, arguments, point, certain)
            case Function():
                return self._call_dispatched(value, arguments, point)
            case Bound(function=function, receiver=receiver):
                whole = arguments.replaced(positional=(only(receiver), *arguments.positional))
                return self._call_one(function, whole, point, certain)
            case ClassRef():
                return self.instantiate(value, arguments, point)
            case Partial(function=function, arguments=bound):
                return self.call(function, _merged(bound, arguments), point)
            case Obj(kind="instance"):
                return self._call_instance(value, arguments, point)
            case External(name=name):
                return self.call_external(name, arguments, point)
            case Method(receiver=receiver, name=name):
                if name == WITHIN:
                    return self.called_within(receiver, arguments, point)
                return self.call_builtin_method(receiver, name, arguments, point)
            case Unknown(category=category, reason=reason, hint=hint):
                self.handed_over(arguments, point, "")
                return self.unresolved(point, Unresolvable(category, reason, hint))
            case Data(opaque=opaque):
                return self._call_data(opaque, arguments, point)
            case _:
                return self._call_other(value, arguments, point)

    def _call_other(self, value: Value, arguments: Arguments, point: CallPoint) -> Values:
        if isinstance(value, Descriptor):
            return self.call(value.function, arguments, point)
        patch = isinstance(value, Obj) and value.kind == PATCH
        if (patch or isinstance(value, Generator)) and arguments.positional:
            return self._within_context(value, arguments, point)
        known = isinstance(value, Pending) and self.record_of(value) is not None
        plain = self.forced(only(value), point.node)
        opaque = [each.opaque for each in plain if isinstance(each, Data) and each.opaque]
        return self._call_data(opaque[0], arguments, point) if opaque and not known else PLAIN

    def _call_data(self, opaque: str, arguments: Arguments, point: CallPoint) -> Values:
        self.begin_inside(*arguments.all)
        if not opaque or self.here.function is None:
            return self.mixed(list(arguments.all))
        reason = f"the callee comes from {opaque}, which eagerc does not see through"
        hint = "pass the entity itself, or name the factory under `entities` in the configuration"
        return self.unresolved(point, Unresolvable(Category.EXTERNAL_CODE, reason, hint))

    def _call_instance(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        result = self.call_method(obj, "__call__", arguments, point)
        if result is not None:
            return result
        if obj.cls is not None and self.external_bases(obj.cls) & _CONTEXT_DECORATORS:
            return self._within_context(obj, arguments, point)
        reason = f"`{obj.cls.node.name}` has no `__call__` in the project" if obj.cls else "the object cannot be called"
        return self.unresolved(point, Unresolvable(Category.EXTERNAL_CODE, reason, "define `__call__` in the project"))

    def _within_context(self, context: Value, arguments: Arguments, point: CallPoint) -> Values:
        """A context manager used as a decorator: the function that it is given, each call inside the context."""
        return only(Partial(only(Method(context, WITHIN)), arguments, point.node))

    def _call_dispatched(self, function: Function, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a function, and of what was registered for other types of its argument (`singledispatch`)."""
        others = self.read((function, REGISTERED))
        if not others:
            return self._call_function(function, arguments, point)
        everyone = self.implementations(
            function, [value for value in ordered(others) if isinstance(value, Function)], arguments
        )
        return self.each(everyone, lambda one: self._call_function(one, arguments, point))  # type: ignore[arg-type]  # all are functions

    def _call_function(self, function: Function, arguments: Arguments, point: CallPoint) -> Values:
        generator = not isinstance(function.node, ast.Lambda) and scope_of(function.node).generator
        module = point.module or self.env.module
        if generator:
            return self.generator(function, arguments, point)
        if isinstance(function.node, ast.AsyncFunctionDef):
            coroutine = Coroutine(function, arguments, point.node, self.env.owner, module)
            self.run.coroutines[coroutine] = None
            return only(coroutine)
        return self.enter(function, arguments, point)

    # Code outside the project.

    def handed_over(self, arguments: Arguments, point: CallPoint, receiver: str) -> None:
        """Arguments that go to code that is not seen through: callbacks may be called there, entities too."""
        self.begin_inside(*arguments.all)
        for values in arguments.all:
            site = point.at if isinstance(point.at, ast.expr) else point.node
            if values is arguments.star or self._any_number_inside(values):
                self.repeated(partial(self._escaped_again, values, site))
            else:
                self.escaped(values, site)
            for value in ordered(self.contents(values)):
                self._called_back(value, point, receiver)

    def _any_number_inside(self, values: Values) -> bool:
        """Whether one value among the contents may stand for several of a run."""
        containers = [value for value in self.contents(values) if isinstance(value, Obj) and value.kind != "instance"]
        return any(self.size(container) is None for container in containers)

    def _escaped_again(self, values: Values, site: ast.expr) -> Values:
        self.escaped(values, site)
        return EMPTY

    def _called_back(self, value: Value, point: CallPoint, receiver: str) -> None:
        match value:
            case Function() | Bound():
                self._called_in_doubt(only(value), _unknown_arguments(value), point)
            case Partial(function=function):
                entities = [inner for inner in ordered(function) if isinstance(inner, EntityRef)]
                for inner in entities:
                    self._called_back(inner, point, receiver)
                if not entities:
                    self._called_in_doubt(only(value), Arguments((), (), PLAIN), point)
            case Obj(kind="instance", cls=ClassRef() as cls):
                if self.class_attribute(self.linearized(cls), "__call__") is not None:
                    self._called_in_doubt(only(value), Arguments((), (), PLAIN), point)
            case Generator():
                self.note_throwing(value)
                self.begin_inside(self.generated(value, point.node))
            case ModuleRef():
                self.note_open(only(value))
            case EntityRef(number=number):
                name = self.entities[number].entity.name
                taker = f"`{receiver}`" if receiver else "code that is not known"
                reason = f"`{name}` is handed to {taker}, which may call it"
                hint = "call the entity in the project's own code"
                self.unresolved(
                    CallPoint(point.node, point.at, direct=False), Unresolvable(Category.EXTERNAL_CODE, reason, hint)
                )
            case _:
                pass

    def _called_in_doubt(self, function: Values, arguments: Arguments, point: CallPoint) -> None:
        """A call that may happen any number of times; what it gives is taken to be awaited."""
        self.doubt += 1
        called = CallPoint(point.node, point.at, direct=False)
        self.repeated(lambda: self._escaped_again(self.call(function, arguments, called), point.node))
        self.doubt -= 1

    # What code outside the project calls on elements.

    def apply(self, functions: Values, arguments: list[Values], point: CallPoint) -> Values:
        """Call what a library function was given."""
        if not functions or functions == NONE:
            return EMPTY
        return self.call(functions, Arguments(tuple(arguments)), CallPoint(point.node, point.at, direct=False))

    def asked(self, function: Values, elements: Values, point: CallPoint) -> Values:
        """What a function says of elements, if there are any, as a plain value."""
        return self.forced(self.apply(function, [elements], point), point.node) if elements else EMPTY

    def compare(self, key: Values, elements: Values, point: CallPoint) -> None:
        """What sorting asks of elements: the key function, and `__lt__` of what is compared."""
        self.compare_ranks(self.repeated(partial(self.asked, key, elements, point)) or elements, point)

    def compare_ranks(self, ranks: Values, point: CallPoint) -> None:
        """`__lt__`, where instances of the project's classes are compared."""
        for value in ordered(ranks):
            if isinstance(value, Obj) and value.kind == "instance":
                self.call_method(value, "__lt__", Arguments((ranks,)), CallPoint(point.node, point.at, direct=False))
            elif isinstance(value, Obj) and value.kind == "tuple":
                self.compare_ranks(self.elements(value), point)


def _merged(bound: Arguments, given: Arguments) -> Arguments:
    names = {name for name, _ in given.keywords}
    keywords = tuple(pair for pair in bound.keywords if pair[0] not in names) + given.keywords
    star = None if bound.star is None and given.star is None else join(bound.star or EMPTY, given.star or EMPTY)
    double = None
    if bound.double_star is not None or given.double_star is not None:
        double = join(bound.double_star or EMPTY, given.double_star or EMPTY)
    return Arguments((*bound.positional, *given.positional), keywords, star, double)


def _unknown_arguments(value: Value) -> Arguments:
    """One unknown value for each parameter of a callback."""
    skip = 0
    while isinstance(value, Bound):
        value, skip = value.function, skip + 1
    if not isinstance(value, Function):
        return Arguments((), (), PLAIN)
    spec = value.node.args
    count = max(len(spec.posonlyargs) + len(spec.args) - skip, 0)
    given = only(Data(frozenset(), "an argument that code outside the project passes"))
    return Arguments(
        (given,) * count, tuple((value.env.mangled(parameter.arg), given) for parameter in spec.kwonlyargs)
    )
