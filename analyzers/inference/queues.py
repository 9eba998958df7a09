"""Queues: in which order what was put in comes out, as long as nobody else may take or add something meanwhile."""

from collections.abc import Callable
from typing import Any

from analyzers.inference.channels import Channels
from analyzers.inference.records import CallPoint
from analyzers.inference.values import (
    NONE,
    PLAIN,
    Arguments,
    Const,
    Deferred,
    Future,
    Method,
    Obj,
    Values,
    const,
    joined,
    only,
    single,
)

QUEUES = frozenset({"Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "JoinableQueue"})
_FIRST, _LAST, _LEAST = "queue", "stack", "heap"
_ORDERS = {"LifoQueue": _LAST, "PriorityQueue": _LEAST}
_ORDER = "order"


class Queues(Channels):
    """A queue holds a list. Where coroutines or threads run side by side, any element may come out anywhere."""

    def new_queue(self, name: str, point: CallPoint) -> Values:
        """A queue of the class of that name."""
        module, _, last = name.rpartition(".")
        made = self.many("async queue" if module == "asyncio" else "queue", point.node, frozenset())
        for queue in made:
            if isinstance(queue, Obj) and queue not in self.summaries:
                self.refill(queue, [])
            self.write((queue, _ORDER), const(_ORDERS.get(last, _FIRST)))
        return made

    def container_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        method = _METHODS.get(name) if obj.kind in ("queue", "async queue") else None
        if method is None:
            return super().container_method(obj, name, arguments, point)
        waits = obj.kind == "async queue"
        if waits and name in ("put", "get"):
            later = only(Method(obj, f"{name}_nowait"))
            return only(Deferred(later, arguments, point.node, point.module or self.env.module))
        result: Values = method(self, obj, arguments, point)
        return only(Future(result)) if waits and name == "join" else result

    def _put_in(self, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
        values = joined(arguments.positional[:1]) or joined(arguments.all)
        items = self.items(queue) if self.is_alone() else None
        if items is None:
            self.smash(queue, values)
        else:
            self.refill(queue, [*items, values])
        return NONE

    def _take_out(self, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
        items = self.items(queue) if self.is_alone() else None
        index = None if items is None else self._next_index(queue, items)
        if items and index is not None:
            found = items.pop(index)
            self.refill(queue, items)
            return found
        if items is None or items:
            self.smash(queue)
        return self.elements(queue)

    def _next_index(self, queue: Obj, items: list[Values]) -> int | None:
        """Where the element stands that comes out next; None where that is not known."""
        order = single(self.read((queue, _ORDER)))
        if not items or not isinstance(order, Const):
            return None
        if order.value == _LEAST:
            return self.least(items)
        return 0 if order.value == _FIRST else len(items) - 1

    def _is_empty(self, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
        items = self.items(queue) if self.is_alone() else None
        return PLAIN if items is None else const(not items)

    def _size(self, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
        items = self.items(queue) if self.is_alone() else None
        return PLAIN if items is None else const(len(items))

    def _task_done(self, queue: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return NONE


Handler = Callable[[Any, Obj, Arguments, CallPoint], Values]

_METHODS: dict[str, Handler] = {
    **dict.fromkeys(("put", "put_nowait"), Queues._put_in),
    **dict.fromkeys(("get", "get_nowait"), Queues._take_out),
    **dict.fromkeys(("join", "task_done", "shutdown", "close"), Queues._task_done),
    "empty": Queues._is_empty,
    "qsize": Queues._size,
}
