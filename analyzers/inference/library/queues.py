"""Queues: in which order what was put in comes out, as long as nobody else may take or add something meanwhile."""

from analyzers.inference.domain.records import CallPoint, Handler, ObjectMethod
from analyzers.inference.domain.value_sets import NONE, PLAIN, const, joined, only, single
from analyzers.inference.domain.values import Arguments, Const, Deferred, Future, Method, Obj, Values
from analyzers.inference.interpreter import Interpreter

_QUEUES = frozenset({"Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "JoinableQueue"})
_FIRST, _LAST, _LEAST = "queue", "stack", "heap"
_ORDERS = {"LifoQueue": _LAST, "PriorityQueue": _LEAST}
_ORDER = "order"


def _queue(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A queue of the class of that name."""
    module, _, last = name.rpartition(".")
    made = interpreter.many("async queue" if module == "asyncio" else "queue", point.node, frozenset())
    for queue in made:
        if isinstance(queue, Obj) and queue not in interpreter.summaries:
            interpreter.refill(queue, [])
        interpreter.write((queue, _ORDER), const(_ORDERS.get(last, _FIRST)))
    return made


def _put_in(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    values = joined(arguments.positional[:1]) or joined(arguments.all)
    items = interpreter.items(queue) if interpreter.is_alone() else None
    if items is None:
        interpreter.smash(queue, values)
    else:
        interpreter.refill(queue, [*items, values])
    return NONE


def _take_out(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    items = interpreter.items(queue) if interpreter.is_alone() else None
    index = None if items is None else _next_index(interpreter, queue, items)
    if items and index is not None:
        found = items.pop(index)
        interpreter.refill(queue, items)
        return found
    if items is None or items:
        interpreter.smash(queue)
    return interpreter.elements(queue)


def _next_index(interpreter: Interpreter, queue: Obj, items: list[Values]) -> int | None:
    """Where the element stands that comes out next; None where that is not known."""
    order = single(interpreter.read((queue, _ORDER)))
    if not items or not isinstance(order, Const):
        return None
    if order.value == _LEAST:
        return interpreter.least(items)
    return 0 if order.value == _FIRST else len(items) - 1


def _is_empty(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    items = interpreter.items(queue) if interpreter.is_alone() else None
    return PLAIN if items is None else const(not items)


def _size(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    items = interpreter.items(queue) if interpreter.is_alone() else None
    return PLAIN if items is None else const(len(items))


def _task_done(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return NONE


def _put_later(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return _later(interpreter, Method(queue, "put_nowait"), arguments, point)


def _get_later(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return _later(interpreter, Method(queue, "get_nowait"), arguments, point)


def _later(interpreter: Interpreter, method: Method, arguments: Arguments, point: CallPoint) -> Values:
    """What happens when somebody awaits it."""
    return only(Deferred(only(method), arguments, point.node, point.module or interpreter.env.module))


def _join(interpreter: Interpreter, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return only(Future(NONE))


HANDLERS: dict[str, Handler] = {
    f"{module}.{queue}": _queue for module in ("asyncio", "queue", "multiprocessing") for queue in sorted(_QUEUES)
}

_IN_BOTH: dict[str, ObjectMethod] = {
    "put": _put_in,
    "put_nowait": _put_in,
    "get": _take_out,
    "get_nowait": _take_out,
    **dict.fromkeys(("join", "task_done", "shutdown", "close"), _task_done),
    "empty": _is_empty,
    "qsize": _size,
}
_METHODS = {"queue": _IN_BOTH, "async queue": {**_IN_BOTH, "put": _put_later, "get": _get_later, "join": _join}}

METHODS = {(kind, name): method for kind, methods in _METHODS.items() for name, method in methods.items()}
