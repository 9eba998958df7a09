"""The flow of statements: the control flow around what their expressions invoke."""

import ast
from collections.abc import Mapping, Sequence

from analyzers.flow import shape
from analyzers.flow.expressions import Expressions
from analyzers.flow.shape import NOTHING
from analyzers.flow.syntax import constant_truth, loop_header, never_empty, text
from analyzers.model.flow import Break, Case, Continue, Flow, Handler, Loop, LoopKind, Match, Raise, Return

_CATCH_ALL = frozenset({"", "Exception", "BaseException"})


class Statements:
    """Walks the statements of one frame: only those in `reached`, and `groups` are its task groups."""

    def __init__(self, expressions: Expressions, reached: frozenset[ast.stmt], groups: Mapping[ast.AST, str]) -> None:
        self._expressions = expressions
        self._reached = reached
        self._groups = groups

    def block(self, statements: Sequence[ast.stmt]) -> Flow:
        """The flow of statements that stand one after another."""
        return shape.sequence(self._statement(statement) for statement in statements if statement in self._reached)

    def _statement(self, node: ast.stmt) -> Flow:  # noqa: C901 - one line for each kind of statement
        flow = self._expressions.flow
        match node:
            case ast.If():
                return self._if(node)
            case ast.For() | ast.AsyncFor():
                return self._for(node)
            case ast.While():
                return self._while(node)
            case ast.Try() | ast.TryStar():
                return self._try(node)
            case ast.With() | ast.AsyncWith():
                return self._with(node)
            case ast.Match():
                return self._match(node)
            case ast.Return(value=value):
                returned = flow(value)
                return shape.sequence((returned, Return(text(value) if value else "", plain=returned == NOTHING)))
            case ast.Raise(exc=exc, cause=cause):
                return shape.sequence((flow(exc, cause), Raise(text(exc) if exc else "")))
            case ast.Assert(test=test, msg=msg):
                message = flow(msg)
                failure = shape.sequence((message, Raise("AssertionError"))) if message != NOTHING else NOTHING
                return self._expressions.choice(test, NOTHING, failure)
            case ast.Break():
                return Break()
            case ast.Continue():
                return Continue()
            case ast.ClassDef():
                return shape.sequence((flow(*node.decorator_list, *node.bases, *node.keywords), self.block(node.body)))
            case _:
                return flow(node)

    def _if(self, node: ast.If) -> Flow:
        """An arm whose statements no run reaches is never taken, so that the other one is no choice."""
        body, orelse = self.block(node.body), self.block(node.orelse)
        truth = constant_truth(node.test)
        if truth is None and node.orelse and not self._entered(node.orelse):
            truth = True
        if truth is None and not self._entered(node.body):
            truth = False
        if truth is None:
            return self._expressions.choice(node.test, body, orelse)
        return shape.sequence((self._expressions.flow(node.test), body if truth else orelse))

    def _entered(self, statements: Sequence[ast.stmt]) -> bool:
        return bool(statements) and statements[0] in self._reached

    def _for(self, node: ast.For | ast.AsyncFor) -> Flow:
        tree = Loop(
            LoopKind.FOR,
            loop_header(node),
            head=self._expressions.events(node, NOTHING),
            body=shape.sequence((self._expressions.flow(node.target), self.block(node.body))),
            orelse=self.block(node.orelse),
            starts=never_empty(node.iter),
            ends=True,
        )
        return shape.sequence((self._expressions.flow(node.iter), shape.loop(tree)))

    def _while(self, node: ast.While) -> Flow:
        forever = constant_truth(node.test) is True
        tree = Loop(
            LoopKind.WHILE,
            loop_header(node),
            head=self._expressions.flow(node.test),
            body=self.block(node.body),
            orelse=self.block(node.orelse),
            starts=forever,
            ends=not forever,
        )
        return shape.loop(tree)

    def _try(self, node: ast.Try | ast.TryStar) -> Flow:
        handlers = tuple(self._handler(handler) for handler in node.handlers)
        return shape.attempt(self.block(node.body), handlers, self.block(node.orelse), self.block(node.finalbody))

    def _handler(self, node: ast.ExceptHandler) -> Handler:
        catches = text(node.type) if node.type else ""
        body = shape.sequence((self._expressions.flow(node.type), self.block(node.body)))
        return Handler(catches, catches in _CATCH_ALL, body)

    def _with(self, node: ast.With | ast.AsyncWith) -> Flow:
        expressions = [part for item in node.items for part in (item.context_expr, item.optional_vars)]
        entered = self._expressions.events(node, self._expressions.flow(*expressions))
        return shape.sequence((entered, self._managed(node)))

    def _managed(self, node: ast.With | ast.AsyncWith) -> Flow:
        body = self.block(node.body)
        if node in self._groups:
            return shape.task_group(body)
        suppressed = [item.context_expr for item in node.items if _suppresses(item.context_expr)]
        if suppressed and body != NOTHING:
            handlers = tuple(Handler(_suppressed(call), total=False, body=NOTHING) for call in suppressed)
            body = shape.attempt(body, handlers, NOTHING, NOTHING)
        kept = [text(item) for item in node.items if item.context_expr not in suppressed]
        return shape.context(", ".join(kept), body) if kept else body

    def _match(self, node: ast.Match) -> Flow:
        cases = tuple(self._case(case) for case in node.cases)
        idle = all(case.guard == case.body == NOTHING for case in cases)
        choice = NOTHING if idle else Match(text(node.subject), cases)
        return shape.sequence((self._expressions.flow(node.subject), choice))

    def _case(self, case: ast.match_case) -> Case:
        guard = self._expressions.flow(case.guard)
        return Case(text(case.pattern), text(case.guard) if case.guard else "", guard, self.block(case.body))


def _suppresses(manager: ast.expr) -> bool:
    """Whether a context manager is `contextlib.suppress(...)`, under either of its usual spellings."""
    match manager:
        case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress")):
            return True
        case _:
            return False


def _suppressed(manager: ast.expr) -> str:
    names = ", ".join(text(argument) for argument in manager.args) if isinstance(manager, ast.Call) else ""
    return f"{names} (suppressed)"
