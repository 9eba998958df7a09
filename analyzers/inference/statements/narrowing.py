"""What a condition says of a name: the values that it may have where the condition holds, or does not."""

import ast

from analyzers.inference.domain.kinds import apart, kinds_of, together
from analyzers.inference.domain.modules import label_of
from analyzers.inference.domain.value_sets import EMPTY, NONE
from analyzers.inference.domain.values import Pending, Value
from analyzers.inference.statements.contexts import Contexts

_AWAITABLE_TESTS = frozenset({"isawaitable", "iscoroutine", "isfuture"})


class Narrowing(Contexts):
    """Keeping what a condition allows."""

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
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), classes], keywords=[]):
                self._keep_instances(name, classes, outcome)
            case ast.Call(func=function, args=[ast.Name(id=name)]) if label_of(function) in _AWAITABLE_TESTS:
                return self._keep_awaitable(label_of(function), name, outcome)
            case _:
                pass
        return True

    def _keep_awaitable(self, question: str, name: str, outcome: bool) -> bool:
        """Whether `inspect.isawaitable(name)` can be so; the result of a sync entity is none in the author's eyes."""
        values = self.lookup(name) or EMPTY
        kept = frozenset(value for value in values if self._in_the_authors_eyes(question, value) in (outcome, None))
        if kept and kept != values:
            self.bind(name, kept)
        return bool(kept) or not values

    def _in_the_authors_eyes(self, question: str, value: Value) -> bool | None:
        """What a question of awaitables says, of what a call of an entity gives too."""
        if not isinstance(value, Pending):
            return self.inspected(question, value)
        awaitable = self.is_awaitable(value)
        return None if awaitable and question == "isfuture" else awaitable

    def _keep(self, name: str, is_none: bool) -> None:
        values = apart(self.lookup(name) or EMPTY)
        kept = frozenset(v for v in values if kinds_of(v) != {"NoneType"}) if not is_none else values & NONE
        if kept and kept != values:
            self.bind(name, together(kept))

    def _keep_instances(self, name: str, classes: ast.expr, outcome: bool) -> None:
        """What `isinstance` says of each value that a name of the present scope may have."""
        if self.env.mangled(name) not in self.env.names or self.lookup("isinstance") is not None:
            return
        values, given = apart(self.lookup(name) or EMPTY), self.evaluate(classes)
        kept = frozenset(value for value in values if self.is_instance(value, given) in (outcome, None))
        if kept and kept != values:
            self.bind(name, together(kept))
