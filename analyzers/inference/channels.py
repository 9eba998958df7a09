"""Objects of the standard library that pass values on: context variables, futures, threads and exit stacks."""

import ast
from collections.abc import Callable
from typing import Any

from analyzers.inference.containers import Containers
from analyzers.inference.records import CallPoint
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Future,
    Obj,
    Partial,
    Values,
    const,
    join,
    joined,
    only,
    ordered,
)

STACK = "exit stack"
_ABANDONED = "abandoned"
ANY_ERROR = join(NONE, PLAIN)
"""What `__exit__` is given where it is not known whether the block failed."""


class Channels(Containers):
    """Methods of such objects. What was put in may come out anywhere: order and time are not followed."""

    def container_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        method = _METHODS.get((obj.kind, name))
        if method is None:
            return super().container_method(obj, name, arguments, point)
        result: Values = method(self, obj, arguments, point)
        return result

    # Context variables, futures.

    def _put(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        self.smash(obj, joined(arguments.positional[:1]) or joined(arguments.all))
        return NONE

    def _get(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return self.elements(obj)

    def _get_async(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return only(Future(self.elements(obj)))

    def _get_variable(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return join(self.elements(obj), arguments.argument(0, "default"))

    def _wait(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return only(Future(NONE))

    def _nothing(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return NONE

    def _call_when_done(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        if point.node not in self.module_of(point).withdrawn:
            self._run_now(arguments.argument(0, "fn"), Arguments((only(obj),)), point)
        return NONE

    # Threads.

    def thread(self, target: Values, positional: Values, keywords: Values, site: ast.expr) -> Values:
        """A thread, or timer, that calls `target(*positional, **keywords)` once it is started."""
        given = self.spread_arguments(positional, keywords, site)
        return self.many("thread", site, only(Partial(target, given, site)) if target else EMPTY)

    def spread_arguments(self, positional: Values, keywords: Values, site: ast.expr) -> Arguments:
        """The arguments of `f(*positional, **keywords)`."""
        items = [] if not positional or positional == NONE else self.exact_items(positional)
        star = None if items is not None else self.iterated(positional, site)
        names = [] if not keywords or keywords == NONE else self.known_items(keywords)
        rest = joined(self.elements(value) for value in keywords if isinstance(value, Obj)) if names is None else None
        return Arguments(tuple(items or ()), tuple(names or ()), star, rest)

    def _start(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        self.note_beside()
        self._run_now(self.elements(obj), Arguments(), point)
        return NONE

    def _run_now(self, function: Values, arguments: Arguments, point: CallPoint) -> Values:
        """Call what the standard library calls, and take its result for a plain value."""
        result = self.call(function, arguments, CallPoint(point.node, point.at, direct=False))
        return self.forced(result, point.node)

    # Exit stacks.

    def _enter(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return self.passed_through(obj, joined(arguments.all), point.node, is_async=False)

    def _enter_async(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return only(Future(self.passed_through(obj, joined(arguments.all), point.node, is_async=True)))

    def _push(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        """A context that was entered already, or a function that is called as its `__exit__` would be."""
        for value in EMPTY if self._is_abandoned(obj) else ordered(joined(arguments.all)):
            if isinstance(value, Obj) and value.kind == "instance":
                self.left_behind(obj, only(value), point.node)
            elif self.truth_of(self._awaited_call(only(value), Arguments((ANY_ERROR,) * 3), point)) is not False:
                self.note_swallowing(obj)
        return joined(arguments.all)

    def _call_back(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        function, *rest = arguments.positional or (EMPTY,)
        if not self._is_abandoned(obj):
            self._awaited_call(function, arguments.replaced(positional=tuple(rest)), point)
        return function

    def note_abandoned(self, stacks: Values) -> None:
        """Stacks that nobody closes: what they keep never runs."""
        for stack in stacks:
            self.write((stack, _ABANDONED), const(True))

    def _is_abandoned(self, stack: Obj) -> bool:
        return bool(self.read((stack, _ABANDONED)))

    def _awaited_call(self, function: Values, arguments: Arguments, point: CallPoint) -> Values:
        result = self.call(function, arguments, CallPoint(point.node, point.at, direct=False))
        self.escaped(result, point.node)
        return result

    def _itself(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return only(obj)

    def passed_through(self, stack: Obj, contexts: Values, node: ast.expr, is_async: bool) -> Values:
        """What entering contexts gives that are left with the stack."""
        raise AssertionError("the part that knows statements answers this")

    def left_behind(self, stack: Obj, contexts: Values, node: ast.expr) -> None:
        """Contexts that are left with the stack, in whichever way they can be."""
        raise AssertionError("the part that knows statements answers this")


Handler = Callable[[Any, Obj, Arguments, CallPoint], Values]

_METHODS: dict[tuple[str, str], Handler] = {
    ("variable", "set"): Channels._put,
    ("variable", "get"): Channels._get_variable,
    ("variable", "reset"): Channels._nothing,
    ("future", "set_result"): Channels._put,
    ("future", "result"): Channels._get,
    ("future", "set_exception"): Channels._nothing,
    ("future", "cancel"): Channels._nothing,
    ("future", "__await__"): Channels._get_async,
    ("future", "add_done_callback"): Channels._call_when_done,
    **{("thread", name): Channels._start for name in ("start", "run")},
    **{("thread", name): Channels._nothing for name in ("join", "cancel", "close")},
    (STACK, "enter_context"): Channels._enter,
    (STACK, "enter_async_context"): Channels._enter_async,
    **{(STACK, name): Channels._push for name in ("push", "push_async_exit")},
    **{(STACK, name): Channels._call_back for name in ("callback", "push_async_callback")},
    (STACK, "pop_all"): Channels._itself,
    (STACK, "close"): Channels._nothing,
    (STACK, "aclose"): Channels._wait,
}
