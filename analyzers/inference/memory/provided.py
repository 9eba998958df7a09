"""What the parts of the interpreter ask of parts above them, which come later in the order of inheritance."""

import ast

from analyzers.inference.domain.modules import Module
from analyzers.inference.domain.records import Activation, CallPoint, EntityRecord
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Coroutine,
    Elements,
    Function,
    Generator,
    Obj,
    Suspended,
    Value,
    Values,
    Yielded,
)


class Provided:
    """Each method is defined by a part of the folder under which it stands here."""

    # Objects.

    def assign_attribute(self, values: Values, name: str, new: Values, node: ast.expr) -> None:
        """`target.name = new` for each possible target."""
        raise NotImplementedError

    def attribute_by_metaclass(self, cls: ClassRef, name: str, point: CallPoint) -> Values | None:
        """An attribute of a class that its metaclass defines."""
        raise NotImplementedError

    def iterated_class(self, cls: ClassRef, point: CallPoint) -> Values | None:
        """What a loop over a class gives, where its metaclass says so."""
        raise NotImplementedError

    def equal_by(self, obj: Obj) -> object:
        """What an instance of the project's classes is compared by; None where that is not known."""
        raise NotImplementedError

    def attribute(self, values: Values, name: str, node: ast.expr) -> Values:
        raise NotImplementedError

    def awaited_instance(self, obj: Obj, node: ast.expr) -> Values:
        """What awaiting an instance of a project's class gives."""
        raise NotImplementedError

    def iterated_instance(self, obj: Obj, site: ast.expr) -> Values:
        """What iterating over an instance of a project's class gives."""
        raise NotImplementedError

    def iterated_other(self, value: Value, site: ast.expr) -> Values:
        """What iterating over anything else gives."""
        raise NotImplementedError

    def enum_member(self, cls: ClassRef, name: str, values: Values, node: ast.expr) -> Values:
        """The member `name` of an enum, or what else the class has under that name."""
        raise NotImplementedError

    def enum_members(self, cls: ClassRef, node: ast.expr) -> Values:
        """All members of an enum."""
        raise NotImplementedError

    def record_items(self, obj: Obj) -> list[Values] | None:
        """The fields of a record one by one."""
        raise NotImplementedError

    def stand_in(self, node: ast.AST, what: object) -> ast.expr:
        """One of several expressions at the place of `node`, for what Python evaluates there by itself."""
        raise NotImplementedError

    # Calls.

    def enter(self, function: Function, arguments: Arguments, point: CallPoint) -> Values:
        """Interpret the body of a helper."""
        raise NotImplementedError

    def call(self, callee: Values, arguments: Arguments, point: CallPoint) -> Values:
        raise NotImplementedError

    def handed_over(self, arguments: Arguments, point: CallPoint, receiver: str) -> None:
        """Arguments that go to code that is not seen through."""
        raise NotImplementedError

    def run_generator(self, function: Function, activation: Activation, mark: int) -> Delta:
        """The body of a generator, from `mark` on."""
        raise NotImplementedError

    def generated(self, generator: Generator, site: ast.expr) -> Values:
        """What iterating over a generator gives in any turn."""
        raise NotImplementedError

    def started(self, generator: Generator, site: ast.expr) -> Yielded:
        """What a generator gives whose body runs now, to its end."""
        raise NotImplementedError

    def note_started(self, value: Coroutine, node: ast.expr) -> None:
        """Remember what a coroutine that runs beside others has seen."""
        raise NotImplementedError

    def resume_all(self) -> None:
        """Let everything that runs beside others run on."""
        raise NotImplementedError

    def resumed(self, value: Value) -> Values:
        """What a coroutine that runs beside others gives now."""
        raise NotImplementedError

    def begin(self, obj: Obj, whole: bool = False) -> None:
        """Somebody takes elements of an iterator, which may be a lazy one, or (`whole`) all of them at once."""
        raise NotImplementedError

    def begin_inside(self, *parts: Values) -> None:
        """Run through every lazy iterator in some values."""
        raise NotImplementedError

    def progress_of(self, obj: Obj) -> Values:
        """How far a lazy iterator has come."""
        raise NotImplementedError

    # Containers.

    def call_builtin_method(self, receiver: Value, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a method of a builtin or external object."""
        raise NotImplementedError

    def current(self, obj: Obj, node: ast.expr | None = None) -> Obj:
        """A container as it is now, where it shows what others hold."""
        raise NotImplementedError

    def shown_apart(self, view: Obj) -> list[Values] | None:
        """The elements of a view of a dict, where they are known apart."""
        raise NotImplementedError

    def viewed_by(self, view: Obj, name: str) -> Obj | None:
        """The only dict of which an iterator is the view of that name."""
        raise NotImplementedError

    def namespace_of(self, value: Value, node: ast.expr) -> Values:
        """The attributes of a module, a class or an instance by name."""
        raise NotImplementedError

    def global_keys(self, name: str) -> list[Values] | None:
        """The names that a module has bound by now."""
        raise NotImplementedError

    # Expressions.

    def equals(self, first: Value | None, second: Value | None) -> bool | None:
        """Whether two values certainly are equal, or certainly are not."""
        raise NotImplementedError

    def produced(self, suspended: Suspended, point: CallPoint) -> Elements:
        """What running through a lazy iterator gives."""
        raise NotImplementedError

    def result_kinds(self, record: EntityRecord) -> frozenset[str | ClassRef]:
        """The classes of which one is that of an entity's result."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr) -> Values:
        raise NotImplementedError

    def call_external(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A call of something outside the project."""
        raise NotImplementedError

    def computed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that uses its arguments as plain values."""
        raise NotImplementedError

    def operated(self, node: ast.expr, *parts: Values) -> Values:
        """A plain value computed from `parts`."""
        raise NotImplementedError

    def note_truth(self, values: Values) -> None:
        """Asking whether a value is true may raise something."""
        raise NotImplementedError

    def implementations(self, generic: Function, others: list[Function], arguments: Arguments) -> list[Function]:
        """The implementations of a generic function that a call with these arguments may reach."""
        raise NotImplementedError

    # Statements.

    def class_in_making(self) -> ClassRef | None:
        """The class whose body is being interpreted."""
        raise NotImplementedError

    def called_within(self, context: Value, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a function inside a context manager that decorates it."""
        raise NotImplementedError

    def is_open(self, module: str) -> bool:
        """Whether a module may have names that are not known."""
        raise NotImplementedError

    def offers(self, module: str, name: str) -> bool | None:
        """Whether a module of the project certainly has an attribute, or certainly has not."""
        raise NotImplementedError

    def module_attribute(self, module: str, name: str) -> Values:
        raise NotImplementedError

    def narrowed(self, test: ast.expr, outcome: bool) -> bool:
        """Keep of a name what a condition allows; false where nothing is left."""
        raise NotImplementedError

    def execute(self, body: list[ast.stmt]) -> bool:
        """Interpret statements; false where no run gets to their end."""
        raise NotImplementedError

    def assign(self, target: ast.expr, values: Values) -> None:
        """Bind a target of any shape."""
        raise NotImplementedError

    # The interpreter.

    def interpret_module(self, module: Module) -> None:
        raise NotImplementedError
