"""Context managers: what `with` binds, what leaving the block runs, and whether a failure inside ends there."""

import ast
from collections.abc import Callable
from functools import partial

from analyzers.inference.calls.calls import PATCH
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, join, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Const,
    Data,
    External,
    ExternalInstance,
    Function,
    Future,
    Generator,
    Method,
    Obj,
    Pending,
    Unknown,
    Value,
    Values,
)
from analyzers.inference.statements.exit_stacks import AS_EXIT, STACK, ExitStacks
from analyzers.inference.statements.failures import Left, Step
from analyzers.knowledge.libraries import is_exception, is_standard

_SOMETHING: Values = only(Data(frozenset(), excluded=frozenset({Const(None, "NoneType")})))
"""Whatever it is, it is not None."""
_NO_ERROR = Arguments((NONE,) * 3)
_SUPPRESSING = ExternalInstance("contextlib.suppress")
_SWALLOWING = frozenset({"contextlib.suppress", "contextlib.ExitStack", "contextlib.AsyncExitStack"})


class Contexts(ExitStacks):
    """`with`, and what else enters and leaves contexts."""

    def _exec_with(self, node: ast.With | ast.AsyncWith) -> bool:
        return self._within(node, node.items)

    def _within(self, node: ast.With | ast.AsyncWith, items: list[ast.withitem]) -> bool:
        """The contexts from the first of `items` on, and the block inside."""
        if not items:
            return self.guarded(node.body)
        self.may_raise()
        entry, inside = items[0], partial(self._within, node, items[1:])
        context = self.evaluate(entry.context_expr)
        if ExternalInstance("asyncio.TaskGroup") in context:
            self.here.frame.groups[node] = "TaskGroup"
        is_async = isinstance(node, ast.AsyncWith)
        entered, swallows = self._opened(context, entry.context_expr, is_async)
        if entry.optional_vars is not None:
            self.assign(entry.optional_vars, entered)
        if any(isinstance(value, Obj) and value.kind in ("instance", STACK) for value in context):
            if _cannot_fail(node.body, entry.optional_vars):
                falls = inside()
                self._exited(context, entry.context_expr, is_async, _NO_ERROR)
                return falls
            inside = partial(self._left, inside, context, entry.context_expr, is_async)
        generators = _generators(context)
        if generators:
            inside = partial(self._followed, inside, partial(self.go_on, generators, entry.context_expr))
        if _patches(context):
            inside = partial(self._followed, inside, partial(self._unpatched, context, entry.context_expr))

        def swallow(thrown: Values) -> tuple[bool, Values]:
            return True, thrown

        return self.attempted([Step(inside, frozenset())], [], [swallow]) if swallows else inside()

    def _opened(self, contexts: Values, node: ast.expr, is_async: bool) -> tuple[Values, bool]:
        """What entering contexts gives, and whether one of them is known to end a failure of the block, or may be.

        A generator does if the failure that is thrown in at its `yield` may be handled there.
        """
        swallowing = [value for value in contexts if _may_swallow(value)]

        def enter(value: Value) -> Values:
            if not isinstance(value, Generator):
                return self._entered(value, node, is_async)
            ran = self.started(value, node)
            swallowing.extend([value] if ran.swallows else [])
            return ran.elements

        return self.each(contexts, enter), bool(swallowing)

    def _left(self, inside: Callable[[], bool], context: Values, node: ast.expr, is_async: bool) -> bool:
        """A block under instances of the project's classes; a true result of `__exit__` ends a failure."""
        answers: list[Values] = []

        def leave(how: Left | None) -> bool:
            answer = self._exited(context, node, is_async, _NO_ERROR if how is None else _told(how))
            answers.extend([answer] if how is not None and how.thrown else [])
            return True

        def swallow(thrown: Values) -> tuple[bool, Values]:
            return self.truth_of(joined(answers)) is not False, thrown

        return self.attempted([Step(partial(self.closed, inside, leave), frozenset())], [], [swallow])

    def _followed(self, inside: Callable[[], bool], last: Callable[[], None]) -> bool:
        """A block, and what comes last in whichever way it is left: generators run on, patches end."""

        def leave(_: Left | None) -> bool:
            last()
            return True

        return self.closed(inside, leave)

    def _unpatched(self, context: Values, node: ast.expr) -> None:
        for patch in _patches(context):
            self.patch_ended(patch, node, certain=len(context) == 1)

    def _exited(self, context: Values, node: ast.expr, is_async: bool, told: Arguments) -> Values:
        """What `__exit__` gives; nothing where no such method is known."""
        point = CallPoint(node, node, direct=False)
        name = "__aexit__" if is_async else "__exit__"
        found: list[Values] = []
        for value in ordered(context):
            if isinstance(value, Obj) and value.kind == "instance":
                result = self.call_method(value, name, told, point)
                if result is None:
                    found.append(self._inherited_answer(value))
                else:
                    found.append(self.awaited(result, node) if is_async else result)
            elif isinstance(value, Obj) and value.kind == STACK:
                self.unwind(value, node)
                found.append(PLAIN if self.swallows(value) else NONE)
        return joined(found)

    def _inherited_answer(self, obj: Obj) -> Values:
        """What an `__exit__` gives that no class of the project defines."""
        bases = self.external_bases(obj.cls) if obj.cls is not None else set()
        seen_through = all(is_standard(base) and base not in _SWALLOWING for base in bases)
        return NONE if seen_through else PLAIN

    def passed_through(self, stack: Obj, contexts: Values, node: ast.expr, is_async: bool) -> Values:
        entered, swallows = self._opened(contexts, node, is_async)
        for patch in _patches(contexts):
            self.patch_ended(patch, node, certain=False)
        stacks = frozenset(value for value in contexts if isinstance(value, Obj) and value.kind == STACK)
        generators = frozenset[Value](_generators(contexts))
        if stacks or generators:
            self.keep_in(stack, stacks | generators, node)
        self._leave_with(stack, contexts - stacks, node, is_async)
        if swallows:
            self.note_swallowing(stack)
        return entered

    def left_behind(self, stack: Obj, contexts: Values, node: ast.expr) -> None:
        for is_async in (False, True):
            self._leave_with(stack, contexts, node, is_async)

    def _leave_with(self, stack: Obj, contexts: Values, node: ast.expr, is_async: bool) -> None:
        left = self._exited(contexts, node, is_async, AS_EXIT)
        if left and self.truth_of(left) is not False:
            self.note_swallowing(stack)

    def called_within(self, context: Value, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a function inside a context manager that decorates it; without a result where a failure ends."""
        functions, *rest = arguments.positional or (EMPTY,)
        is_async = any(isinstance(f, Function) and isinstance(f.node, ast.AsyncFunctionDef) for f in functions)
        _, swallows = self._opened(only(context), point.node, is_async)
        inside = CallPoint(point.node, point.at, direct=False)
        result = self.call(functions, arguments.replaced(positional=tuple(rest)), inside)
        for patch in _patches(only(context)):
            self.patch_ended(patch, point.node, certain=not is_async)
        self.go_on(_generators(only(context)), point.node)
        left = self._exited(only(context), point.node, is_async, AS_EXIT)
        if not swallows and (not left or self.truth_of(left) is False):
            return result
        return join(result, only(Future(NONE)) if is_async else NONE)

    def _entered(self, value: Value, node: ast.expr, is_async: bool) -> Values:
        """What `with value as ...` binds."""
        match value:
            case ExternalInstance():
                return only(value)
            case Obj(kind="instance"):
                return self._entered_instance(value, node, is_async)
            case Obj(kind=kind) if kind == STACK:
                return only(value)
            case Obj(kind=kind) if kind == PATCH:
                return self.patch_begun(value, node)
            case Obj():
                return self.elements(value)
            case Data(origins=found, opaque=opaque):
                return only(Data(found, opaque))
            case Unknown() | Method():
                return only(value)
            case _:
                return self.opaque("a context manager outside the project")

    def _entered_instance(self, obj: Obj, node: ast.expr, is_async: bool) -> Values:
        point = CallPoint(node, node, direct=False)
        entered = self.call_method(obj, "__aenter__" if is_async else "__enter__", Arguments(), point)
        if entered is None:
            return only(obj)
        return self.awaited(entered, node) if is_async else entered


def _told(how: Left) -> Arguments:
    """What `__exit__` is given: the class, the exception, and the traceback; None of all where a block jumps out."""
    none = NONE if how.jumps else EMPTY
    classes = joined(_class_of(value) for value in how.thrown)
    values = joined(map(_as_value, how.thrown))
    return Arguments(tuple(join(none, values) for values in (classes, values, _SOMETHING if how.thrown else EMPTY)))


def _as_value(thrown: Value) -> Values:
    match thrown:
        case Obj():
            return only(thrown)
        case External(name=name) if is_exception(name):
            return only(Data(frozenset(), kinds=frozenset({name.rpartition(".")[2]})))
        case _:
            return _SOMETHING


def _class_of(thrown: Value) -> Values:
    match thrown:
        case Obj(cls=ClassRef() as cls):
            return only(cls)
        case ClassRef() | External():
            return only(thrown)
        case _:
            return _SOMETHING


def _generators(context: Values) -> list[Generator]:
    return [value for value in ordered(context) if isinstance(value, Generator)]


def _patches(context: Values) -> list[Obj]:
    return [value for value in ordered(context) if isinstance(value, Obj) and value.kind == PATCH]


def _cannot_fail(body: list[ast.stmt], stack: ast.expr | None) -> bool:
    """Whether a block does nothing but tell the stack that it is under what to call back."""
    return all(isinstance(statement, ast.Expr) and _tells(statement.value, stack) for statement in body)


def _tells(call: ast.expr, stack: ast.expr | None) -> bool:
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="callback" | "pop_all"), args=args):
            given = [*args, *(keyword.value for keyword in call.keywords)]
            simple = all(isinstance(argument, ast.Name | ast.Constant) for argument in given)
            return simple and isinstance(stack, ast.Name) and name == stack.id
        case _:
            return False


def _may_swallow(context: Value) -> bool:
    """Whether a context that is no object of the project may end a failure: nobody knows what others do."""
    match context:
        case Pending() | Unknown():
            return True
        case Data(opaque=opaque):
            return bool(opaque)
        case _:
            return context == _SUPPRESSING
