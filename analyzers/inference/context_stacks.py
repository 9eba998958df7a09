"""Context managers of the standard library that are made of other things: stacks of them, objects that are closed."""

import ast

from analyzers.inference.builtin_functions import BuiltinFunctions
from analyzers.inference.records import NO_ARGUMENTS, CallPoint, Handler
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    ExternalInstance,
    Function,
    Future,
    Generator,
    Obj,
    Value,
    Values,
    join,
    joined,
    only,
    ordered,
)

_STACKS = ("contextlib.ExitStack", "contextlib.AsyncExitStack")


class ContextStacks(BuiltinFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_stack(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance(name))

    def _call_entered(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`stack.enter_context(context)`: what `with` would bind; the context is left again with the stack."""
        return joined(self._entered_into(value, False, point) for value in ordered(arguments.argument(0, "cm")))

    def called_within(self, context: Value, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a function inside a context manager that decorates it."""
        inside = CallPoint(point.node, point.at, direct=False)
        functions, *rest = arguments.positional or (EMPTY,)
        is_async = any(
            isinstance(value, Function) and isinstance(value.node, ast.AsyncFunctionDef) for value in functions
        )
        self._entered_into(context, is_async, inside)
        return self.call(functions, arguments._replace(positional=tuple(rest)), inside)

    def _call_entered_later(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        entered = [self._entered_into(value, True, point) for value in ordered(arguments.argument(0, "cm"))]
        return only(Future(joined(entered)))

    def _entered_into(self, value: Value, is_async: bool, point: CallPoint) -> Values:
        inside = CallPoint(point.node, point.at, direct=False)
        match value:
            case Generator():
                return self.generated(value, point.node)
            case Obj(kind="instance"):
                enter, leave = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
                entered = self.call_method(value, enter, NO_ARGUMENTS, inside)
                error = join(NONE, PLAIN)
                left = self.call_method(value, leave, Arguments((error, error, error)), inside)
                if is_async:
                    self.awaited(left or EMPTY, point.node)
                    entered = self.awaited(entered or EMPTY, point.node)
                return only(value) if entered is None else entered
            case _:
                return self.opaque("a context manager outside the project")

    def _call_pushed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`stack.callback(function, ...)`: it runs when the stack is left."""
        function, *rest = arguments.positional or (EMPTY,)
        result = self.call(
            function, arguments._replace(positional=tuple(rest)), CallPoint(point.node, point.at, direct=False)
        )
        self.awaited(result, point.node) if "async" in name else self.forced(result, point.node)
        return function

    def _call_taken_over(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance(name.rpartition(".")[0]))

    def _call_closed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`closing(thing)`: `with` binds the thing itself, whose `close` runs at the end."""
        things = arguments.argument(0, "thing")
        method = "aclose" if name.endswith("aclosing") else "close"
        for value in ordered(things):
            if isinstance(value, Obj) and value.kind == "instance":
                left = self.call_method(value, method, NO_ARGUMENTS, CallPoint(point.node, point.at, direct=False))
                if method == "aclose":
                    self.awaited(left or EMPTY, point.node)
        return self.many("iterator", point.node, things)

    def _call_null_context(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("iterator", point.node, arguments.argument(0, "enter_result") or NONE)


STACK_HANDLERS: dict[str, Handler] = {
    "random.Random": ContextStacks._call_stack,
    **dict.fromkeys(_STACKS, ContextStacks._call_stack),
    **dict.fromkeys((f"{stack}.enter_context" for stack in _STACKS), ContextStacks._call_entered),
    **dict.fromkeys((f"{stack}.callback" for stack in _STACKS), ContextStacks._call_pushed),
    **dict.fromkeys((f"{stack}.pop_all" for stack in _STACKS), ContextStacks._call_taken_over),
    "contextlib.AsyncExitStack.enter_async_context": ContextStacks._call_entered_later,
    "contextlib.AsyncExitStack.push_async_callback": ContextStacks._call_pushed,
    **dict.fromkeys(("contextlib.closing", "contextlib.aclosing"), ContextStacks._call_closed),
    "contextlib.nullcontext": ContextStacks._call_null_context,
}
