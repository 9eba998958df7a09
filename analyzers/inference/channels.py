"""Objects of the standard library that pass values on: context variables, futures, threads and exit stacks."""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from analyzers.inference.containers import Containers
from analyzers.inference.records import CallPoint
from analyzers.inference.scopes import scope_of
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Deferred,
    Future,
    Obj,
    Partial,
    Values,
    join,
    joined,
    only,
    ordered,
)

STACK = "exit stack"
_LENT = "lent"
"""The cell of a stack that a generator leaves, whose `yield` is interpreted together with what follows it."""
ANY_ERROR = join(NONE, PLAIN)
"""What `__exit__` is given where it is not known whether the block failed."""
_AS_EXIT = Arguments((ANY_ERROR,) * 3)


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
        for value in ordered(joined(arguments.all)):
            if isinstance(value, Obj) and value.kind == STACK:
                self.keep_in(obj, only(value), point.node)
            elif isinstance(value, Obj) and value.kind == "instance":
                self.left_behind(obj, only(value), point.node)
            else:
                self._keep_call(obj, only(value), _AS_EXIT, point)
        return joined(arguments.all)

    def _call_back(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        function, *rest = arguments.positional or (EMPTY,)
        self._keep_call(obj, function, arguments.replaced(positional=tuple(rest)), point)
        return function

    def _keep_call(self, stack: Obj, function: Values, arguments: Arguments, point: CallPoint) -> None:
        """A call that happens when the stack is left."""
        call = Deferred(function, arguments, point.node, point.module or self.env.module)
        self.keep_in(stack, only(call), point.node)

    def keep_in(self, stack: Obj, values: Values, node: ast.expr) -> None:
        """Calls and other stacks that come when the stack is left, which a generator may do that has yielded it."""
        self.smash(stack, values)
        if self.read((stack, _LENT)):
            self.repeated(partial(self._call_kept, stack, values, node))

    def _close(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        self.unwind(obj, point.node)
        return PLAIN if self.swallows(obj) else NONE

    def _close_async(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        return only(Future(self._close(obj, arguments, point)))

    def unwind(self, stack: Obj, node: ast.expr) -> None:
        """Call back what a stack was given: any number of times, since a loop may have given it."""
        functions = [activation.function for activation in self.stack if activation.function is not None]
        if any(scope_of(function.node).generator for function in functions):
            self.write((stack, _LENT), PLAIN)
        self.repeated(lambda: self._call_kept(stack, self.elements(stack), node))

    def _call_kept(self, stack: Obj, kept: Values, node: ast.expr) -> Values:
        for value in ordered(kept):
            if isinstance(value, Deferred):
                point = CallPoint(value.call, node, direct=False, module=value.module)
                result = self.call(value.function, value.arguments, point)
                self.escaped(result, node)
                if value.arguments == _AS_EXIT and self.truth_of(result) is not False:
                    self.note_swallowing(stack)
            elif isinstance(value, Obj) and value.kind == STACK:
                self.unwind(value, node)
                self.write((value, _LENT), self.read((stack, _LENT)))
        return EMPTY

    def _pop_all(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        """Another stack takes over what is to be called back."""
        made = self.many(STACK, point.node, self.elements(obj))
        for other in made:
            if isinstance(other, Obj) and self.swallows(obj):
                self.note_swallowing(other)
        self.clear(obj)
        return made

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
    (STACK, "pop_all"): Channels._pop_all,
    **{(STACK, name): Channels._close for name in ("close", "__exit__")},
    **{(STACK, name): Channels._close_async for name in ("aclose", "__aexit__")},
}
