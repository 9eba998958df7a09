"""Statements: how control flows, and what each kind of statement binds."""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from analyzers.inference.domain.kinds import apart, together
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import DELETED, NONE, PLAIN, join, joined, only, single
from analyzers.inference.domain.values import Arguments, External, Method, Obj, Value, Values
from analyzers.inference.statements.loops import Loops
from analyzers.knowledge.libraries import NEVER_RETURNING

_ASSERTION: Values = only(External("builtins.AssertionError"))


class Statements(Loops):
    """`execute` for every kind of statement."""

    def execute(self, body: list[ast.stmt]) -> bool:
        for statement in body:
            if self.spent():
                self.may_raise()
                return True
            self.here.frame.reached.add(statement)
            noting = type(statement) in _NOTING
            if not noting:
                self.may_raise()
            method = _EXECUTORS.get(type(statement))
            goes_on = method is None or method(self, statement) is not False
            if not noting:
                self.may_raise()
            if not goes_on:
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
        if self._never_comes(values, node.value):
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

    def _never_comes(self, values: Values, node: ast.expr) -> bool:
        """Whether there is no value because what gives it, a call or an attribute of a module, always fails."""
        source = node.value if isinstance(node, ast.Await) else node
        return not values and self.here.ended_by is source

    def _named_value(self, value: ast.expr, target: ast.expr) -> Values:
        """The value of an assignment; what it makes takes the name of a simple target."""
        before = self.naming
        self.naming = (value, target.id) if isinstance(target, ast.Name) else None
        try:
            return self.evaluate(value)
        finally:
            self.naming = before

    def _exec_annotated(self, node: ast.AnnAssign) -> bool:
        if node.value is None:
            return True
        self.here.ended_by = None
        values = self._named_value(node.value, node.target)
        if not values and self.here.ended_by is node.value:
            return False
        self.assign(node.target, values)
        return True

    def _exec_augmented(self, node: ast.AugAssign) -> None:
        target: ast.expr = node.target
        old = self._loaded(target)
        new = self.evaluate(node.value)
        self.note_operation(node.op, old, new)
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
        for value in containers:
            self.become(value, result if len(old) == 1 else join(only(value), result))
        self.assign(target, self.counted(target, result) if len(containers) < len(old) else old)

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
                    self.bind(name, DELETED)
                case ast.Subscript(value=value, slice=ast.Slice()):
                    self.delete_slice(self.evaluate(value), target)
                case ast.Subscript(value=value, slice=key):
                    keys = self.evaluate(key)
                    for obj in self.evaluate(value):
                        self._delete_item(obj, keys, target)
                case ast.Attribute(value=value, attr=attr):
                    self.delete_attribute(self.evaluate(value), self.env.mangled(attr))
                case _:
                    pass

    def _delete_item(self, obj: Value, keys: Values, node: ast.expr) -> None:
        point = CallPoint(node, node, direct=False)
        if isinstance(obj, Obj) and obj.kind != "instance":
            self.remove_item(obj, keys)
        elif isinstance(obj, Obj):
            self.call_method(obj, "__delitem__", Arguments((keys,)), point)
        elif isinstance(obj, External | Method):
            self.call_builtin_method(obj, "__delitem__", Arguments((keys,)), point)

    def _exec_assert(self, node: ast.Assert) -> bool | None:
        values = self.tested(self.evaluate(node.test), node.test)
        if node.msg is not None:
            self.maybe(node.msg)
        truth = self.truth_of(values)
        if truth is not True:
            self.note_raised(_ASSERTION)
        return False if truth is False else None

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

    def _exec_match(self, node: ast.Match) -> bool:
        subject = self.forced(self.evaluate(node.subject), node.subject) or PLAIN
        self.note_match(subject)
        subject = apart(subject)
        arms: list[Callable[[], bool]] = []
        for case in node.cases:
            taken = self.taken(case.pattern, subject)
            if taken:
                arms.append(partial(self._case, case, node.subject, taken))
            if case.guard is None or self._always_holds(case, node.subject, taken):
                subject = self.left(case.pattern, subject)
            if not subject:
                return self.alternatives(arms)
        return self.alternatives([*arms, lambda: True])

    def _always_holds(self, case: ast.match_case, source: ast.expr, taken: Values) -> bool:
        """Whether the guard of a case is true for whatever its pattern takes; asked on the side."""
        if not taken or case.guard is None:
            return False
        mark = self.store.mark()
        self._bind_case(case, source, taken)
        truth = self.truth_of(self.tested(self.evaluate(case.guard), case.guard))
        self.store.rewind(mark)
        return truth is True

    def _bind_case(self, case: ast.match_case, source: ast.expr, taken: Values) -> None:
        subject = together(taken)
        if isinstance(source, ast.Name):
            self.bind(source.id, subject)
        self.bind_pattern(case.pattern, subject)

    def _case(self, case: ast.match_case, source: ast.expr, taken: Values) -> bool:
        self._bind_case(case, source, taken)
        if case.guard is not None:
            if self.truth_of(self.tested(self.evaluate(case.guard), case.guard)) is False:
                return False
            if not self.narrowed(case.guard, True):
                return False
        return self.execute(case.body)


_NOTING: frozenset[type[ast.stmt]] = frozenset(
    {
        ast.AnnAssign,
        ast.Assert,
        ast.Assign,
        ast.AsyncFor,
        ast.AugAssign,
        ast.Break,
        ast.Continue,
        ast.Expr,
        ast.For,
        ast.Global,
        ast.If,
        ast.Import,
        ast.ImportFrom,
        ast.Match,
        ast.Nonlocal,
        ast.Pass,
        ast.Raise,
        ast.Return,
        ast.Try,
        ast.TryStar,
        ast.While,
    }
)
"""The kinds that note what they may raise; any other may raise anything."""

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
    ast.For: Statements.exec_for,
    ast.AsyncFor: Statements.exec_for,
    ast.While: Statements.exec_while,
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
