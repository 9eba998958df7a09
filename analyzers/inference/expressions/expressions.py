"""Expressions: what each kind of expression evaluates to."""

import ast
from collections.abc import Callable
from typing import Any

from analyzers.inference.domain.kinds import are_numbers
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import (
    ANY_EXCEPTION,
    DELETED,
    EMPTY,
    NONE,
    PLAIN,
    const,
    join,
    joined,
    only,
    ordered,
)
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Const,
    Coroutine,
    External,
    Function,
    Future,
    Obj,
    Super,
    Unknown,
    Values,
)
from analyzers.inference.expressions.displays import Displays
from analyzers.knowledge.libraries import is_standard
from analyzers.model.calls import Category

_NOT_FOLLOWED: Values = only(
    Unknown(Category.DEPTH_BOUND, "the analysis used up its steps before", "split the function")
)


class Expressions(Displays):
    """`evaluate` for every kind of expression."""

    def evaluate(self, node: ast.expr) -> Values:
        if self.spent():
            self.may_raise()
            return _NOT_FOLLOWED
        kind = type(node)
        method = _EVALUATORS.get(kind)
        if kind in _NOTING:
            return PLAIN if method is None else method(self, node)
        self.may_raise()
        values = PLAIN if method is None else method(self, node)
        self.may_raise()
        return values

    def _eval_constant(self, node: ast.Constant) -> Values:
        return PLAIN if node.value is ... else const(node.value)

    def _eval_name(self, node: ast.Name) -> Values:
        values = self.named(node.id)
        self.note_name(node, values)
        return values

    def named(self, name: str) -> Values:
        """The values of a name as Python would find them: scopes, builtins, then names of unseen star imports."""
        values = self.lookup(name)
        if values is not None:
            return self._not_deleted(name, values)
        if self.is_builtin(name):
            return only(External(f"builtins.{name}"))
        return self.starred(name)

    def _not_deleted(self, name: str, values: Values) -> Values:
        """A builtin shows again where the global of that name was deleted."""
        shows = self.is_builtin(name) and not values.isdisjoint(DELETED)
        return join(values, only(External(f"builtins.{name}"))) if shows else values

    def starred(self, name: str) -> Values:
        """A name that only a star import of code outside the project can bind."""
        stars = self.module.stars
        known = [star for star in stars if star.partition(".")[0] == "flytekit"]
        if known:
            return only(External(self.canonical(f"{known[-1]}.{name}")))
        found = EMPTY
        for star in reversed(stars):
            external = self.canonical(f"{star}.{name}")
            if is_standard(star):
                found |= only(External(external))
            else:
                reason = f"`{name}` may come from `from {star} import *`, outside the project"
                found |= only(Unknown(Category.UNKNOWN_NAME, reason, f"import `{name}` by name"))
            if self.has_handler(external):
                break
        return found

    def _eval_attribute(self, node: ast.Attribute) -> Values:
        receivers, name = self.evaluate(node.value), self.env.mangled(node.attr)
        values = self.attribute(receivers, name, node)
        self.note_attribute(receivers, name, values)
        return values

    def _eval_call(self, node: ast.Call) -> Values:
        callee = self.evaluate(node.func)
        if not callee and self.fails_with(node.func, node):
            return EMPTY
        if any(value == External("builtins.super") for value in callee) and not node.args:
            return self._super()
        arguments = self.arguments(node)
        if any(
            not values and self.fails_with(part, node)
            for part, values in zip(node.args, arguments.positional, strict=False)
        ):
            return EMPTY
        points = self.points()
        self.note_call(callee, arguments)
        self.here.site = node
        values = self.call(callee, arguments, CallPoint(node, node))
        self.note_since(points)
        return values

    def _super(self) -> Values:
        function = self.here.function
        if function is None or function.owner is None or not self.here.arguments.positional:
            return PLAIN
        return frozenset(Super(function.owner, receiver) for receiver in self.here.arguments.positional[0])

    def arguments(self, node: ast.Call) -> Arguments:
        """The evaluated arguments of a call; stars of known content are spread."""
        positional: list[Values] = []
        star: Values | None = None
        for argument in node.args:
            if not isinstance(argument, ast.Starred):
                positional.append(self.evaluate(argument))
                continue
            values = self.evaluate(argument.value)
            self.here.site = argument.value
            self.begin_whole(values)
            spread = self.exact_items(values)
            self.note_iterated(spread)
            if spread is not None and star is None:
                positional.extend(spread)
            else:
                star = join(star or EMPTY, self.iterated(values, argument.value))
        keywords, double_star = self._keywords(node)
        return Arguments(tuple(positional), keywords, star, double_star)

    def _keywords(self, node: ast.Call) -> tuple[tuple[tuple[str, Values], ...], Values | None]:
        keywords: list[tuple[str, Values]] = []
        double_star: Values | None = None
        for keyword in node.keywords:
            values = self.evaluate(keyword.value)
            if keyword.arg is not None:
                keywords.append((keyword.arg, values))
                continue
            self.may_raise()
            values = frozenset(self.dict_of(value, keyword.value) for value in ordered(values))
            known = self.known_items(values)
            if known is None:
                rest = joined(self.elements(v) if isinstance(v, Obj) and v.kind == "dict" else only(v) for v in values)
                double_star = join(double_star or EMPTY, rest)
            else:
                keywords.extend(known)
        return tuple(keywords), double_star

    def _eval_await(self, node: ast.Await) -> Values:
        inner = self.evaluate(node.value)
        if not inner and self.fails_with(node.value, node):
            return EMPTY
        points = self.points()
        self.note_awaited(node, inner)
        values = self.awaited(inner, node)
        self.resume_all()
        self.note_since(points)
        return values

    def _eval_operation(self, node: ast.BinOp) -> Values:
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        self.note_operation(node.op, left, right)
        return self.binary(node.op, left, right, node)

    def _eval_unary(self, node: ast.UnaryOp) -> Values:
        operand = self.evaluate(node.operand)
        if not isinstance(node.op, ast.Not) and not are_numbers(operand):
            self.may_raise()
        return self.unary(node.op, operand, node)

    def _eval_compare(self, node: ast.Compare) -> Values:
        """A chain ends at the first comparison that fails; what stands behind one that may fail runs in some runs."""
        parts = [self.evaluate(node.left)]
        decided = True
        for op, part in zip(node.ops, node.comparators, strict=True):
            parts.append(self.evaluate(part) if decided else self.maybe(part))
            self.note_comparison(op, parts[-2], parts[-1])
            outcome = self.outcome(parts[-2], op, parts[-1])
            if outcome is False:
                break
            decided = decided and outcome is True
        return self.compared(parts, node.ops, node)

    def _eval_boolean(self, node: ast.BoolOp) -> Values:
        result: list[Values] = []
        for index, part in enumerate(node.values):
            values = self.maybe(part) if index else self.evaluate(part)
            last = index == len(node.values) - 1
            truth = None if last else self.truth_of(self.tested(values, part, force=False))
            stops = truth is isinstance(node.op, ast.Or) if truth is not None else False
            if truth is None or stops or last:
                result.append(values if last or stops else self._left_over(values, isinstance(node.op, ast.Or)))
            if stops:
                break
        return joined(result)

    def _left_over(self, values: Values, truthy: bool) -> Values:
        """What an operand of `or` (`and`) can be when it is the result: something true (false)."""
        return frozenset(v for v in values if not isinstance(v, Const) or bool(v.value) is truthy)

    def maybe(self, node: ast.expr) -> Values:
        """Evaluate what some runs pass over."""
        mark = self.store.mark()
        values = self.evaluate(node)
        self.store.merge([{}, self.store.rewind(mark)])
        return values

    def _eval_conditional(self, node: ast.IfExp) -> Values:
        truth = self.truth_of(self.tested(self.evaluate(node.test), node.test))
        arms: list[Values] = []
        deltas: list[Delta] = []
        for outcome, arm in ((True, node.body), (False, node.orelse)):
            if truth is None or truth is outcome:
                mark = self.store.mark()
                if self.narrowed(node.test, outcome):
                    arms.append(self.evaluate(arm))
                deltas.append(self.store.rewind(mark))
        self.store.merge(deltas)
        return joined(arms)

    def _eval_walrus(self, node: ast.NamedExpr) -> Values:
        values = self.evaluate(node.value)
        self.bind_outside_comprehensions(node.target.id, values)
        return values

    def bind_outside_comprehensions(self, name: str, values: Values) -> None:
        env = self.env
        while env.owner[0] == "comprehension" and env.parent is not None:
            env = env.parent
        previous, self.here.env = self.here.env, env
        self.bind(name, values)
        self.here.env = previous

    def _eval_lambda(self, node: ast.Lambda) -> Values:
        function = Function(node, self.env, None, self.enclosing_class())
        return only(self.with_defaults(function))

    def enclosing_class(self) -> ClassRef | None:
        """The class whose method is being interpreted, for `super()` in functions inside it."""
        return self.here.function.owner if self.here.function else None

    def _eval_yield(self, node: ast.Yield) -> Values:
        values = self.evaluate(node.value) if node.value else NONE
        self.hand_out([values], values, node)
        function = self.here.function
        self.note_raised(ANY_EXCEPTION if function is None else self.thrown_into(function))
        sent = EMPTY if function is None else self.read((("sent", function.node), ""))
        return join(PLAIN, sent)

    def _eval_yield_from(self, node: ast.YieldFrom) -> Values:
        source = self.evaluate(node.value)
        awaitables = frozenset(value for value in source if isinstance(value, Coroutine | Future))
        if awaitables and awaitables == source:
            self.here.pauses += 1
            return self.awaited(awaitables, node) or PLAIN
        returned = self.delegated(source - awaitables, node)
        return joined([returned, self.awaited(awaitables, node)]) or PLAIN

    def _eval_starred_expression(self, node: ast.Starred) -> Values:
        return self.evaluate(node.value)


_NOTING: frozenset[type[ast.expr]] = frozenset(
    {
        ast.Attribute,
        ast.Await,
        ast.BinOp,
        ast.BoolOp,
        ast.Call,
        ast.Compare,
        ast.Constant,
        ast.Dict,
        ast.FormattedValue,
        ast.IfExp,
        ast.JoinedStr,
        ast.Lambda,
        ast.List,
        ast.Name,
        ast.NamedExpr,
        ast.Subscript,
        ast.Tuple,
        ast.UnaryOp,
        ast.Yield,
    }
)
"""The kinds that note what they may raise; any other may raise anything."""

_EVALUATORS: dict[type[ast.expr], Callable[[Any, Any], Values]] = {
    ast.Constant: Expressions._eval_constant,
    ast.Name: Expressions._eval_name,
    ast.Attribute: Expressions._eval_attribute,
    ast.Call: Expressions._eval_call,
    ast.Await: Expressions._eval_await,
    ast.BinOp: Expressions._eval_operation,
    ast.UnaryOp: Expressions._eval_unary,
    ast.Compare: Expressions._eval_compare,
    ast.BoolOp: Expressions._eval_boolean,
    ast.IfExp: Expressions._eval_conditional,
    ast.NamedExpr: Expressions._eval_walrus,
    ast.Subscript: Expressions.evaluate_subscript,
    ast.List: Expressions.evaluate_sequence,
    ast.Tuple: Expressions.evaluate_sequence,
    ast.Set: Expressions.evaluate_sequence,
    ast.Dict: Expressions.evaluate_dict,
    ast.Lambda: Expressions._eval_lambda,
    ast.ListComp: Expressions.evaluate_comprehension,
    ast.SetComp: Expressions.evaluate_comprehension,
    ast.DictComp: Expressions.evaluate_comprehension,
    ast.GeneratorExp: Expressions.evaluate_comprehension,
    ast.Yield: Expressions._eval_yield,
    ast.YieldFrom: Expressions._eval_yield_from,
    ast.JoinedStr: Expressions.evaluate_text,
    ast.FormattedValue: Expressions.evaluate_formatted,
    ast.Starred: Expressions._eval_starred_expression,
}
