"""Objects of the standard library that pass values on: context variables, futures, threads."""

import ast

from analyzers.inference.domain.records import CallPoint, Handler, ObjectMethod
from analyzers.inference.domain.value_sets import EMPTY, NONE, join, joined, only
from analyzers.inference.domain.values import Arguments, Future, Obj, Partial, Values
from analyzers.inference.interpreter import Interpreter


def _put(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.smash(obj, joined(arguments.positional[:1]) or joined(arguments.all))
    return NONE


def _get(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.elements(obj)


def _get_async(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return only(Future(interpreter.elements(obj)))


def _get_variable(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return join(interpreter.elements(obj), arguments.argument(0, "default"))


def _nothing(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return NONE


def _when_done(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    if point.node not in interpreter.module_of(point).withdrawn:
        _run_now(interpreter, arguments.argument(0, "fn"), Arguments((only(obj),)), point)
    return NONE


def _spread_arguments(interpreter: Interpreter, positional: Values, keywords: Values, site: ast.expr) -> Arguments:
    """The arguments of `f(*positional, **keywords)`."""
    items = [] if not positional or positional == NONE else interpreter.exact_items(positional)
    star = None if items is not None else interpreter.iterated(positional, site)
    names = [] if not keywords or keywords == NONE else interpreter.known_items(keywords)
    rest = (
        joined(interpreter.elements(value) for value in keywords if isinstance(value, Obj)) if names is None else None
    )
    return Arguments(tuple(items or ()), tuple(names or ()), star, rest)


def _start(interpreter: Interpreter, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.note_beside()
    _run_now(interpreter, interpreter.elements(obj), Arguments(), point)
    return NONE


def _run_now(interpreter: Interpreter, function: Values, arguments: Arguments, point: CallPoint) -> Values:
    """Call what the standard library calls, and take its result for a plain value."""
    result = interpreter.call(function, arguments, CallPoint(point.node, point.at, direct=False))
    return interpreter.forced(result, point.node)


def _thread(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A thread, or timer, that calls its target once it is started."""
    timed = name.endswith("Timer")
    target = arguments.argument(1, "function") if timed else arguments.argument(1, "target")
    first = 2 if timed else 3
    given, named = arguments.argument(first, "args"), arguments.argument(first + 1, "kwargs")
    called = _spread_arguments(interpreter, given, named, point.node)
    return interpreter.many("thread", point.node, only(Partial(target, called, point.node)) if target else EMPTY)


def _variable(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.many("variable", point.node, arguments.keyword("default"))


def _future(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.many("future", point.node, EMPTY)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("threading.Thread", "threading.Timer", "multiprocessing.Process"), _thread),
    **dict.fromkeys(
        ("asyncio.Future", "asyncio.AbstractEventLoop.create_future", "concurrent.futures.Future"), _future
    ),
    "contextvars.ContextVar": _variable,
}

METHODS: dict[tuple[str, str], ObjectMethod] = {
    ("variable", "set"): _put,
    ("variable", "get"): _get_variable,
    ("variable", "reset"): _nothing,
    ("future", "set_result"): _put,
    ("future", "result"): _get,
    ("future", "set_exception"): _nothing,
    ("future", "cancel"): _nothing,
    ("future", "__await__"): _get_async,
    ("future", "add_done_callback"): _when_done,
    **{("thread", name): _start for name in ("start", "run")},
    **{("thread", name): _nothing for name in ("join", "cancel", "close")},
}
