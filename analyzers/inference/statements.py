"""Statements: how control flows, and what each kind of statement binds."""

import ast
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from analyzers.inference.contexts import Contexts
from analyzers.inference.modules import label_of
from analyzers.inference.records import CallPoint, Loop
from analyzers.inference.store import Delta
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Const,
    External,
    Obj,
    Value,
    Values,
    join,
    joined,
    only,
    single,
)
from analyzers.knowledge.libraries import NEVER_RETURNING

_AWAITABLE_TESTS = frozenset({"isawaitable", "iscoroutine", "isfuture"})
_DELETED: Values = only(Const(None, "deleted"))
"""What a deleted name holds: nothing that can be called."""
_LOOP_LIMIT = 50
_UNROLL_LIMIT = 16
_UNROLL_DEPTH = 2


class Statements(Contexts):
    """`execute` for every kind of statement."""

    def execute(self, body: list[ast.stmt]) -> bool:
        for statement in body:
            if self.spent():
                return True
            self.here.frame.reached.add(statement)
            method = _EXECUTORS.get(type(statement))
            if method is not None and method(self, statement) is False:
                return False
            if self.here.stopped is not None and self._stopped_in(statement):
                return False
        return True

    def _stopped_in(self, statement: ast.stmt) -> bool:
        """Whether the statement certainly gets to the `yield` at which the generator has come as far as it may."""
        stopped, self.here.stopped = self.here.stopped, None
        return isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign) and statement.value is stopped

    # Simple statements.

    def _exec_expression(self, node: ast.Expr) -> bool:
        self.here.ended_by = None
        values = self.evaluate(node.value)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        if not values and self.here.ended_by is call:
            return False
        match node.value:
            case ast.Call(func=ast.Name() | ast.Attribute(value=ast.Name()) as callee):
                called = single(self.evaluate(callee))
                return not (isinstance(called, External) and called.name in NEVER_RETURNING)
            case _:
                return True

    def _exec_assign(self, node: ast.Assign) -> bool:
        self.here.ended_by = None
        values = self._named_value(node.value, node.targets[0])
        if not values and self.here.ended_by is node.value:
            return False
        for target in node.targets:
            self.assign(target, self.counted(target, values) if isinstance(node.value, ast.BinOp) else values)
        return True

    def _named_value(self, value: ast.expr, target: ast.expr) -> Values:
        """The value of an assignment; what it makes takes the name of a simple target."""
        before = self.naming
        self.naming = (value, target.id) if isinstance(target, ast.Name) else None
        try:
            return self.evaluate(value)
        finally:
            self.naming = before

    def _exec_annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self._named_value(node.value, node.target))

    def _exec_augmented(self, node: ast.AugAssign) -> None:
        target: ast.expr = node.target
        old = self._loaded(target)
        new = self.evaluate(node.value)
        containers = [value for value in old if isinstance(value, Obj) and value.kind in ("list", "set", "dict")]
        if containers and isinstance(node.op, ast.Add | ast.BitOr):
            for value in containers:
                self.call_builtin_method(
                    value,
                    "update" if value.kind != "list" else "extend",
                    Arguments((new,)),
                    CallPoint(node.value, node),
                )
            return
        result = self.augmented(node.op, old, new, target)
        for each in old:
            if isinstance(each, Obj) and each.kind == "set":
                self.smash(each)
        self.assign(target, self.counted(target, result))

    def _loaded(self, target: ast.expr) -> Values:
        match target:
            case ast.Name(id=name):
                return self.named(name)
            case ast.Attribute(value=value, attr=attr):
                return self.attribute(self.evaluate(value), self.env.mangled(attr), target)
            case ast.Subscript(value=value, slice=key):
                keys = self.evaluate(key)
                return joined(self.subscripted(v, keys, target) for v in self.evaluate(value))
            case _:
                return PLAIN

    def _exec_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            match target:
                case ast.Name(id=name):
                    self.bind(name, _DELETED)
                case ast.Subscript(value=value, slice=key):
                    keys = self.evaluate(key)
                    for obj in self.evaluate(value):
                        self._delete_item(obj, keys, target)
                case ast.Attribute(value=value, attr=attr):
                    self.delete_attribute(self.evaluate(value), self.env.mangled(attr))
                case _:
                    pass

    def _delete_item(self, obj: Value, keys: Values, node: ast.expr) -> None:
        if isinstance(obj, Obj) and obj.kind != "instance":
            self.remove_item(obj, keys)
        elif isinstance(obj, Obj):
            self.call_method(obj, "__delitem__", Arguments((keys,)), CallPoint(node, node, direct=False))

    def _exec_assert(self, node: ast.Assert) -> bool | None:
        values = self.tested(self.evaluate(node.test), node.test)
        if node.msg is not None:
            self.maybe(node.msg)
        return False if self.truth_of(values) is False else None

    # Jumps.

    def _exec_return(self, node: ast.Return) -> bool:
        values = self.evaluate(node.value) if node.value else NONE
        here = self.here
        here.result = join(here.result, values)
        here.returns.append(self.store.since(here.mark))
        return False

    def _exec_break(self, node: ast.Break) -> bool:
        if self.here.loops:
            loop = self.here.loops[-1]
            loop.breaks.append(self.store.since(loop.mark))
        return False

    def _exec_continue(self, node: ast.Continue) -> bool:
        if self.here.loops:
            loop = self.here.loops[-1]
            loop.continues.append(self.store.since(loop.mark))
        return False

    # Branches.

    def _exec_if(self, node: ast.If) -> bool:
        truth = self.truth_of(self.tested(self.evaluate(node.test), node.test))
        if truth is None and isinstance(node.test, ast.BoolOp):
            truth = self._decided_by_part(node.test)
        arms: list[Callable[[], bool]] = []
        if truth is not False:
            arms.append(lambda: self.narrowed(node.test, True) and self.execute(node.body))
        if truth is not True:
            arms.append(lambda: self.narrowed(node.test, False) and self.execute(node.orelse))
        return self.alternatives(arms)

    def _decided_by_part(self, test: ast.BoolOp) -> bool | None:
        """Whether one false name or constant in a chain of `and` decides it, or a true one in a chain of `or`."""
        deciding = isinstance(test.op, ast.Or)
        simple = [part for part in test.values if isinstance(part, ast.Name | ast.Constant)]
        return deciding if any(self.truth_of(self.evaluate(part)) is deciding for part in simple) else None

    def narrowed(self, test: ast.expr, outcome: bool) -> bool:
        """Keep of a name what the condition allows; false where nothing is left."""
        match test:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]
            ):
                self._keep(name, is_none=isinstance(op, ast.Is) is outcome)
            case ast.Name(id=name) if outcome:
                self._keep(name, is_none=False)
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if not outcome:
                self._keep(name, is_none=False)
            case ast.Call(func=function, args=[ast.Name(id=name)]) if label_of(function) in _AWAITABLE_TESTS:
                return self._keep_awaitable(name, outcome)
            case _:
                pass
        return True

    def _keep_awaitable(self, name: str, awaitable: bool) -> bool:
        """Whether `inspect.isawaitable(name)` can be so; the result of a sync entity is none in the author's eyes."""
        values = self.lookup(name) or EMPTY
        kept = frozenset(value for value in values if self.is_awaitable(value) in (awaitable, None))
        if kept and kept != values:
            self.bind(name, kept)
        return bool(kept) or not values

    def _keep(self, name: str, is_none: bool) -> None:
        values = self.lookup(name)
        none = Const(None, "NoneType")
        if values and none in values and len(values) > 1:
            self.bind(name, NONE if is_none else values - {none})

    def _exec_match(self, node: ast.Match) -> bool:
        subject = self.forced(self.evaluate(node.subject), node.subject) or PLAIN
        arms: list[Callable[[], bool]] = []
        for case in node.cases:
            taken = self.taken(case.pattern, subject)
            if taken:
                arms.append(partial(self._case, case, node.subject, taken))
            if case.guard is None:
                subject = self.left(case.pattern, subject)
            if not subject:
                return self.alternatives(arms)
        return self.alternatives([*arms, lambda: True])

    def _case(self, case: ast.match_case, source: ast.expr, subject: Values) -> bool:
        if isinstance(source, ast.Name):
            self.bind(source.id, subject)
        self.bind_pattern(case.pattern, subject)
        if case.guard is not None and self.truth_of(self.evaluate(case.guard)) is False:
            return False
        return self.execute(case.body)

    # Loops.

    def _exec_for(self, node: ast.For | ast.AsyncFor) -> bool:
        source = self.evaluate(node.iter)
        method = "__iter__" if isinstance(node, ast.For) else "__aiter__"
        source, items = self.loop_over(source, node.iter, method)
        if items == []:
            return self.execute(node.orelse)
        if items is not None and len(items) <= _UNROLL_LIMIT and len(self.here.loops) < _UNROLL_DEPTH:
            return self._unrolled(node, items, source)
        return self._loop(self._turn_of(node, self.going_on(source, node.iter)), node.orelse, endless=False)

    def _turn_of(self, node: ast.For | ast.AsyncFor, following: Callable[[], Values]) -> Callable[[], bool]:
        def turn() -> bool:
            self.assign(node.target, following())
            return self.execute(node.body)

        return turn

    def _unrolled(self, node: ast.For | ast.AsyncFor, items: list[Values], source: Values) -> bool:
        """A loop over a few known elements, one turn after the other; an iterator keeps what is left."""
        iterators = [value for value in source if isinstance(value, Obj) and value.kind == "iterator"]
        breaks: list[Delta] = []
        alive = True
        start = self.store.mark()
        present: list[Values] | None = items
        number = 0
        while alive and present is not None and number < min(len(present), _UNROLL_LIMIT):
            loop = Loop(start, unrolled=True)
            self.here.loops.append(loop)
            for iterator in iterators:
                self.refill(iterator, present[number + 1 :])
            with self.turn(number):
                self.assign(node.target, present[number])
                falls = self.execute(node.body)
            self.here.loops.pop()
            breaks += loop.breaks
            ends = [self.store.since(start)] if falls else []
            ends += loop.continues
            self.store.rewind(start)
            alive = bool(ends)
            if alive:
                self.store.merge(ends)
                present = self.refreshed(source, present, node.iter)
            number += 1
        if not alive or (present is not None and number == len(present)):
            return self._ending(breaks, node.orelse, normal=alive, mark=start)
        following = self.going_on(source, node.iter)
        rest = joined(items[number:])
        return self._loop(self._turn_of(node, lambda: join(rest, following())), node.orelse, False, start, breaks)

    def _ending(self, breaks: list[Delta], orelse: list[ast.stmt], normal: bool, mark: int) -> bool:
        """What follows a loop: its `else` after a normal end, and everything that broke out."""
        ends: list[Delta] = []
        if normal and self.execute(orelse):
            ends.append(self.store.since(mark))
        self.store.rewind(mark)
        ends += breaks
        self.store.merge(ends)
        return bool(ends)

    def _exec_while(self, node: ast.While) -> bool:
        values = self.tested(self.evaluate(node.test), node.test)
        truth = self.truth_of(values)
        if truth is False:
            return self.execute(node.orelse)
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)

        def turn() -> bool:
            ends = self.narrowed(node.test, True) and self.execute(node.body)
            if ends and not endless:
                self.tested(self.evaluate(node.test), node.test)
            return ends

        return self._loop(turn, node.orelse, endless)

    def _loop(
        self,
        turn: Callable[[], bool],
        orelse: list[ast.stmt],
        endless: bool,
        start: int | None = None,
        breaks: Sequence[Delta] = (),
    ) -> bool:
        """Interpret turns until another one adds nothing; the first ones may have been, from `start` on."""
        start = self.store.mark() if start is None else start
        breaks = list(breaks)
        for _ in range(_LOOP_LIMIT):
            mark = self.store.mark()
            loop = Loop(mark)
            self.here.loops.append(loop)
            falls = turn()
            self.here.loops.pop()
            delta = self.store.rewind(mark)
            before = self.store.since(start)
            breaks += [{**before, **each} for each in loop.breaks]
            again = ([delta] if falls else []) + loop.continues
            if not self.grows(again):
                break
            self.store.merge([{}, *again])
        else:
            self.run.unsettled = True
        return self._ending(breaks, orelse, normal=not endless, mark=start)


_EXECUTORS: dict[type[ast.stmt], Callable[[Any, Any], bool | None]] = {
    ast.Expr: Statements._exec_expression,
    ast.Assign: Statements._exec_assign,
    ast.AnnAssign: Statements._exec_annotated,
    ast.AugAssign: Statements._exec_augmented,
    ast.Delete: Statements._exec_delete,
    ast.Assert: Statements._exec_assert,
    ast.Return: Statements._exec_return,
    ast.Raise: Statements._exec_raise,
    ast.Break: Statements._exec_break,
    ast.Continue: Statements._exec_continue,
    ast.If: Statements._exec_if,
    ast.Match: Statements._exec_match,
    ast.For: Statements._exec_for,
    ast.AsyncFor: Statements._exec_for,
    ast.While: Statements._exec_while,
    ast.With: Statements._exec_with,
    ast.AsyncWith: Statements._exec_with,
    ast.Try: Statements._exec_try,
    ast.TryStar: Statements._exec_try,
    ast.FunctionDef: Statements._exec_function,
    ast.AsyncFunctionDef: Statements._exec_function,
    ast.ClassDef: Statements._exec_class,
    ast.Import: Statements._exec_import,
    ast.ImportFrom: Statements._exec_import_from,
    ast.Global: Statements._exec_global,
}
