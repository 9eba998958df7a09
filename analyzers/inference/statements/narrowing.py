"""What a condition says of a name: the values that it may have where the condition holds, or does not."""

import ast
from functools import partial

from analyzers.inference.domain.answers import any_of
from analyzers.inference.domain.equality import equal_to, unequal_to
from analyzers.inference.domain.kinds import apart, kinds_of, together
from analyzers.inference.domain.modules import label_of
from analyzers.inference.domain.value_sets import DELETED, EMPTY, NONE, UNSET, joined, only, single
from analyzers.inference.domain.values import ClassRef, Const, EntityRef, ModuleRef, Obj, Pending, Value, Values
from analyzers.inference.statements.contexts import Contexts

_NO_VALUES = UNSET | DELETED
_AWAITABLE_TESTS = frozenset({"isawaitable", "iscoroutine", "isfuture"})


class Narrowing(Contexts):
    """Keeping what a condition allows."""

    def narrowed(self, test: ast.expr, outcome: bool) -> bool:
        """Keep of a name what the condition allows; false where nothing is left."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self.narrowed(inner, not outcome)
            case ast.BoolOp(op=op, values=parts) if not _rebinds(test):
                if isinstance(op, ast.And) is outcome:
                    return all(self.narrowed(part, outcome) for part in parts)
                return self.alternatives(partial(self.narrowed, part, outcome) for part in parts)
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]
            ):
                self._keep(name, is_none=isinstance(op, ast.Is) is outcome)
            case ast.Compare(
                left=ast.Name(id=name),
                ops=[ast.Is() | ast.IsNot() | ast.Eq() | ast.NotEq() as op],
                comparators=[ast.Name() | ast.Attribute() as other],
            ) if (same := self._one_named(other)) is not None:
                return self._keep_identical(name, [same], isinstance(op, ast.Is | ast.Eq) is outcome)
            case ast.Name(id=name) if outcome:
                self._keep(name, is_none=False)
            case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), classes], keywords=[]):
                self._keep_instances(name, classes, outcome)
            case ast.Call(func=function, args=[ast.Name(id=name)]) if label_of(function) in _AWAITABLE_TESTS:
                return self._keep_awaitable(label_of(function), name, outcome)
            case (
                ast.Compare(left=ast.Name(id=name), ops=[ast.Eq() | ast.NotEq() as op], comparators=[other])
                | ast.Compare(
                    left=ast.Constant() as other, ops=[ast.Eq() | ast.NotEq() as op], comparators=[ast.Name(id=name)]
                )
            ):
                return self._keep_equal(name, *self._compared_with(other), isinstance(op, ast.Eq) is outcome)
            case ast.Compare(left=ast.Name(id=name), ops=[ast.In() | ast.NotIn() as op], comparators=[other]):
                members = self._members_in(other)
                if members:
                    return self._keep_identical(name, members, isinstance(op, ast.In) is outcome)
                return self._keep_equal(name, *self._looked_for_in(other), isinstance(op, ast.In) is outcome)
            case _:
                pass
        return True

    def _narrow(self, name: str, values: Values, kept: Values) -> bool:
        """Keep some of the values that a name may have; false where it had some and none is left."""
        if kept and kept != values:
            self.bind(name, together(kept))
        return bool(kept) or not values

    def _one_named(self, node: ast.expr) -> Value | None:
        """The entity, class, or member of an enum that an expression stands for, where looking at it does nothing."""
        match node:
            case ast.Name():
                pass
            case ast.Attribute(value=ast.Name() as inner):
                owner = single(self.evaluate(inner))
                if not isinstance(owner, ModuleRef) and not (isinstance(owner, ClassRef) and self.is_enum(owner)):
                    return None
            case _:
                return None
        value = single(self.evaluate(node))
        return value if _is_one(value) else None

    def _members_in(self, node: ast.expr) -> list[Value]:
        """The elements of a container that holds entities, classes, or members of an enum, and nothing else."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = list(map(self._one_named, node.elts))
        else:
            found = self.evaluate(node) if isinstance(node, ast.Name) else EMPTY
            keyed = self.keyed(found)
            keys = None if keyed is None else self.certain_keys(self.current(keyed, node))
            held = single(found)
            items = self.items(held) if isinstance(held, Obj) and held.kind in ("list", "tuple") else None
            parts = list(keys or map(single, items or ()))
        members = [value for value in parts if value is not None and _is_one(value)]
        return members if len(members) == len(parts) else []

    def _keep_identical(self, name: str, others: list[Value], same: bool) -> bool:
        """What a name may be that is, or is not, one of some entities, classes, or members of an enum."""
        values = self.lookup(name) or EMPTY
        if self.env.mangled(name) not in self.env.names:
            return True
        answers = {value: any_of([self.identical(value, other) for other in others]) for value in values}
        return self._narrow(name, values, frozenset(v for v, answer in answers.items() if answer in (same, None)))

    def _keep_equal(self, name: str, possible: Values | None, certain: Values, equal: bool) -> bool:
        """What a name may be that equals one of the constants `possible`, or none of those that are `certain`."""
        values = self.lookup(name) or EMPTY
        if self.env.mangled(name) not in self.env.names or (equal and possible is None):
            return True
        return self._narrow(name, values, equal_to(values, possible or EMPTY) if equal else unequal_to(values, certain))

    def _compared_with(self, node: ast.expr) -> tuple[Values | None, Values]:
        """The constants that an operand may be, if it is nothing else, and the one that it certainly is."""
        values = self.evaluate(node) if isinstance(node, ast.Constant | ast.Name) else EMPTY
        known = values and all(isinstance(value, Const) and value not in _NO_VALUES for value in values)
        return (values, values if len(values) == 1 else EMPTY) if known else (None, EMPTY)

    def _looked_for_in(self, node: ast.expr) -> tuple[Values | None, Values]:
        """The constants that a container may hold, if nothing else, and those that it holds in any run."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = [self._compared_with(element) for element in node.elts]
            possible = [part for part, _ in parts if part is not None]
            return joined(possible) if len(possible) == len(parts) else None, joined(sure for _, sure in parts)
        container = single(self.evaluate(node)) if isinstance(node, ast.Name) else None
        keyed = self.keyed(only(container)) if container is not None else None
        if keyed is None:
            return None, EMPTY
        keys = self.exact_keys(self.current(keyed, node))
        return None if keys is None else frozenset(keys), self.sure_keys(keyed)

    def _keep_awaitable(self, question: str, name: str, outcome: bool) -> bool:
        """Whether `inspect.isawaitable(name)` can be so; the result of a sync entity is none in the author's eyes."""
        values = self.lookup(name) or EMPTY
        kept = frozenset(value for value in values if self._in_the_authors_eyes(question, value) in (outcome, None))
        return self._narrow(name, values, kept)

    def _in_the_authors_eyes(self, question: str, value: Value) -> bool | None:
        """What a question of awaitables says, of what a call of an entity gives too."""
        if not isinstance(value, Pending):
            return self.inspected(question, value)
        awaitable = self.is_awaitable(value)
        return None if awaitable and question == "isfuture" else awaitable

    def _keep(self, name: str, is_none: bool) -> None:
        values = apart(self.lookup(name) or EMPTY)
        self._narrow(
            name, values, values & NONE if is_none else frozenset(v for v in values if kinds_of(v) != {"NoneType"})
        )

    def _keep_instances(self, name: str, classes: ast.expr, outcome: bool) -> None:
        """What `isinstance` says of each value that a name of the present scope may have."""
        if self.env.mangled(name) not in self.env.names or self.lookup("isinstance") is not None:
            return
        values, given = apart(self.lookup(name) or EMPTY), self.evaluate(classes)
        self._narrow(name, values, frozenset(v for v in values if self.is_instance(v, given) in (outcome, None)))


def _is_one(value: Value | None) -> bool:
    return isinstance(value, EntityRef | ClassRef) or (isinstance(value, Obj) and value.kind == "instance")


def _rebinds(test: ast.expr) -> bool:
    return any(isinstance(node, ast.NamedExpr) for node in ast.walk(test))
