"""Methods of exit stacks."""

from analyzers.inference.domain.records import CallPoint, ObjectMethod
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, joined, only, ordered
from analyzers.inference.domain.values import Arguments, Deferred, Future, Obj, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.statements.exit_stacks import AS_EXIT, STACK


def _enter(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.passed_through(obj, joined(arguments.all), point.node, is_async=False)


def _enter_async(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return only(Future(interpreter.passed_through(obj, joined(arguments.all), point.node, is_async=True)))


def _push(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    """A context that was entered already, or a function that is called as its `__exit__` would be."""
    for value in ordered(joined(arguments.all)):
        if isinstance(value, Obj) and value.kind == STACK:
            interpreter.keep_in(obj, only(value), point.node)
        elif isinstance(value, Obj) and value.kind == "instance":
            interpreter.left_behind(obj, only(value), point.node)
        else:
            _keep_call(interpreter, obj, only(value), AS_EXIT, point)
    return joined(arguments.all)


def _call_back(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    function, *rest = arguments.positional or (EMPTY,)
    _keep_call(interpreter, obj, function, arguments.replaced(positional=tuple(rest)), point)
    return function


def _keep_call(interpreter: Interpreter, stack: Obj, function: Values, arguments: Arguments, point: CallPoint) -> None:
    """A call that happens when the stack is left."""
    call = Deferred(function, arguments, point.node, point.module or interpreter.env.module)
    interpreter.keep_in(stack, only(call), point.node)


def _close(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.unwind(obj, point.node)
    return PLAIN if interpreter.swallows(obj) else NONE


def _close_async(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return only(Future(_close(interpreter, obj, arguments, point)))


def _pop_all(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    """Another stack takes over what is to be called back."""
    made = interpreter.many(STACK, point.node, interpreter.elements(obj))
    for other in made:
        if isinstance(other, Obj) and interpreter.swallows(obj):
            interpreter.note_swallowing(other)
    interpreter.clear(obj)
    return made


METHODS: dict[tuple[str, str], ObjectMethod] = {
    (STACK, "enter_context"): _enter,
    (STACK, "enter_async_context"): _enter_async,
    **{(STACK, name): _push for name in ("push", "push_async_exit")},
    **{(STACK, name): _call_back for name in ("callback", "push_async_callback")},
    (STACK, "pop_all"): _pop_all,
    **{(STACK, name): _close for name in ("close", "__exit__")},
    **{(STACK, name): _close_async for name in ("aclose", "__aexit__")},
}
