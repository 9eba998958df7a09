"""Expressions: what each kind of expression evaluates to."""

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

from analyzers.inference.operators import Operators
from analyzers.inference.records import CallPoint
from analyzers.inference.scopes import Comprehension, scope_of
from analyzers.inference.store import Delta
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    ClassRef,
    Const,
    Coroutine,
    Data,
    Env,
    External,
    Function,
    Future,
    Method,
    ModuleRef,
    Obj,
    Super,
    Unknown,
    Value,
    Values,
    const,
    constants,
    join,
    joined,
    only,
    single,
)
from analyzers.model.calls import Category

_TEXT_LIMIT = 200
_UNROLL_LIMIT = 16


_NOT_FOLLOWED: Values = only(
    Unknown(Category.DEPTH_BOUND, "the analysis used up its steps before", "split the function")
)


class _Turn(NamedTuple):
    """One turn of a comprehension: whether its conditions hold (None: unknown), its key (of a dict) and its value."""

    reached: bool | None
    key: Values
    value: Values


class Expressions(Operators):
    """`evaluate` for every kind of expression."""

    def evaluate(self, node: ast.expr) -> Values:
        if self.spent():
            return _NOT_FOLLOWED
        method = _EVALUATORS.get(type(node))
        return PLAIN if method is None else method(self, node)

    def _eval_constant(self, node: ast.Constant) -> Values:
        return PLAIN if node.value is ... else const(node.value)

    def _eval_name(self, node: ast.Name) -> Values:
        return self.named(node.id)

    def named(self, name: str) -> Values:
        """The values of a name as Python would find them: scopes, builtins, then names of unseen star imports."""
        values = self.lookup(name)
        if values is not None:
            return values
        if self.is_builtin(name):
            return only(External(f"builtins.{name}"))
        return self.starred(name)

    def starred(self, name: str) -> Values:
        """A name that only a star import of code outside the project can bind."""
        stars = self.module.stars
        known = [star for star in stars if star.partition(".")[0] == "flytekit"]
        if known:
            return only(External(self.canonical(f"{known[-1]}.{name}")))
        if stars:
            reason = f"`{name}` may come from `from {stars[-1]} import *`, outside the project"
            return only(Unknown(Category.UNKNOWN_NAME, reason, f"import `{name}` by name"))
        return EMPTY

    def _eval_attribute(self, node: ast.Attribute) -> Values:
        return self.attribute(self.evaluate(node.value), node.attr, node)

    def _eval_call(self, node: ast.Call) -> Values:
        callee = self.evaluate(node.func)
        if any(value == External("builtins.super") for value in callee) and not node.args:
            return self._super()
        arguments = self.arguments(node)
        return self.call(callee, arguments, CallPoint(node, node))

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
            spread = self.exact_items(values)
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
            known = self.known_items(values)
            if known is None:
                rest = joined(self.elements(v) if isinstance(v, Obj) and v.kind == "dict" else only(v) for v in values)
                double_star = join(double_star or EMPTY, rest)
            else:
                keywords.extend(known)
        return tuple(keywords), double_star

    def known_items(self, values: Values) -> list[tuple[str, Values]] | None:
        """The entries of the only possible dict, where all its keys are known strings."""
        value = single(values)
        if not (isinstance(value, Obj) and value.kind == "dict" and value not in self.summaries):
            return None
        keys = constants(self.keys(value))
        if keys is None:
            return None
        return [(key, self.load_item(value, const(key))) for key in sorted(k for k in keys if isinstance(k, str))]

    def _eval_await(self, node: ast.Await) -> Values:
        return self.awaited(self.evaluate(node.value), node)

    def _eval_operation(self, node: ast.BinOp) -> Values:
        return self.binary(node.op, self.evaluate(node.left), self.evaluate(node.right), node)

    def _eval_unary(self, node: ast.UnaryOp) -> Values:
        return self.unary(node.op, self.evaluate(node.operand), node)

    def _eval_compare(self, node: ast.Compare) -> Values:
        return self.compared([self.evaluate(part) for part in (node.left, *node.comparators)], node.ops, node)

    def _eval_boolean(self, node: ast.BoolOp) -> Values:
        result: list[Values] = []
        for index, part in enumerate(node.values):
            values = self.maybe(part) if index else self.evaluate(part)
            last = index == len(node.values) - 1
            truth = None if last else self.truth_of(values)
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
        truth = self.truth_of(self.forced(self.evaluate(node.test), node.test))
        arms: list[Values] = []
        deltas: list[Delta] = []
        for outcome, arm in ((True, node.body), (False, node.orelse)):
            if truth is None or truth is outcome:
                mark = self.store.mark()
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

    def _eval_subscript(self, node: ast.Subscript) -> Values:
        values = self.evaluate(node.value)
        if isinstance(node.slice, ast.Slice):
            bounds = self.slice_of(node)
            return joined(self._sliced(value, bounds, node) for value in values)
        keys = self.evaluate(node.slice)
        return joined(self.subscripted(value, keys, node) for value in values)

    def subscripted(self, value: object, keys: Values, node: ast.expr) -> Values:
        """`value[key]`."""
        match value:
            case Obj(kind="instance"):
                return self._subscripted_instance(value, keys, node)
            case Obj():
                return self.subscripted_container(value, self.forced(keys, node), node)
            case ClassRef() if self.is_enum(value):
                names = constants(keys)
                members = self.enum_members(value, node)
                return members if names is None else joined(self.attribute(only(value), str(n), node) for n in names)
            case Unknown():
                return only(value)
            case Method(receiver=ModuleRef(name=module), name="__dict__"):
                return self._subscripted_module(module, keys, node)
            case External(name="sys.version_info"):
                return const(3) if keys == const(0) else PLAIN
            case External(name="sys.modules"):
                return self.named_modules(keys, node)
            case ClassRef() | External():
                return only(value)
            case Data():
                return only(Data(value.origins | self.origins(keys), value.opaque))
            case Const():
                return PLAIN
            case Method():
                return self.opaque("a subscript of an attribute outside the project")
            case _:
                return self.mixed([self.forced(only(value), node), self.forced(keys, node)])  # type: ignore[arg-type]  # any other Value

    def _subscripted_module(self, module: str, keys: Values, node: ast.expr) -> Values:
        names = constants(keys)
        if names is None:
            reason = f"the name of the global in `{self.module.text(node)}` is computed"
            return only(Unknown(Category.DYNAMIC_KEY, reason, "look the entity up in a dict of entities instead"))
        return joined(self.module_attribute(module, str(name)) for name in names)

    def _subscripted_instance(self, obj: Obj, keys: Values, node: ast.expr) -> Values:
        found = self.call_method(obj, "__getitem__", Arguments((keys,)), CallPoint(node, node, direct=False))
        if found is not None:
            return found
        found = self.item_of_instance(obj, keys)
        if found is not None:
            return found
        return self.iterated_instance(obj, node) if obj.cls and self.is_record(obj.cls) else PLAIN

    def slice_of(self, node: ast.Subscript) -> slice | None:
        """The slice that a subscript asks for, where its bounds are known."""
        assert isinstance(node.slice, ast.Slice)
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        bounds = [single(self.evaluate(part)) if part else Const(None, "NoneType") for part in parts]
        known = [bound.value for bound in bounds if isinstance(bound, Const)]
        numbers = [bound for bound in known if bound is None or isinstance(bound, int)]
        return slice(numbers[0], numbers[1], numbers[2] or None) if len(numbers) == len(parts) else None

    def _sliced(self, value: Value, bounds: slice | None, node: ast.Subscript) -> Values:
        if isinstance(value, Const):
            return PLAIN
        if not (isinstance(value, Obj) and value.kind in ("list", "tuple")):
            return self.subscripted(value, PLAIN, node)
        items = self.items(value)
        if items is None or bounds is None:
            return self.many(value.kind, node, self.elements(value))
        return self.sequence(value.kind, node, items[bounds])

    def _eval_sequence_display(self, node: ast.List | ast.Tuple | ast.Set) -> Values:
        kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
        items: list[Values] = []
        rest: Values | None = None
        for element in node.elts:
            if not isinstance(element, ast.Starred):
                items.append(self.evaluate(element))
                continue
            values = self.evaluate(element.value)
            spread = self.exact_items(values)
            if spread is None:
                rest = join(rest or EMPTY, self.iterated(values, element.value))
            else:
                items.extend(spread)
        return self.sequence(kind, node, items) if rest is None else self.many(kind, node, joined([rest, *items]))

    def _eval_dict(self, node: ast.Dict) -> Values:
        obj = self.new_dict(node)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.update_from(obj, self.evaluate(value), value)
            else:
                self.store_item(obj, self.evaluate(key), self.evaluate(value))
        return only(obj)

    def _eval_lambda(self, node: ast.Lambda) -> Values:
        function = Function(node, self.env, None, self.enclosing_class())
        self.set_defaults(function)
        return only(function)

    def enclosing_class(self) -> ClassRef | None:
        """The class whose method is being interpreted, for `super()` in functions inside it."""
        return self.here.function.owner if self.here.function else None

    def _eval_comprehension(self, node: Comprehension) -> Values:
        generators = node.generators
        source = self.evaluate(generators[0].iter)
        outer = self.here.env
        owner = self.owners.setdefault((node, outer.owner), ("comprehension", len(self.owners)))
        env = Env(owner, outer.module, outer.qualname, scope_of(node).names, outer)
        self.here.env = env
        try:
            return self._comprehended(node, source)
        finally:
            self.here.env = outer

    def _comprehended(self, node: Comprehension, source: Values) -> Values:
        items = self.exact_items(source) if len(node.generators) == 1 and not node.generators[0].is_async else None
        exact = items is not None and len(items) <= _UNROLL_LIMIT
        elements = items if items is not None and exact else [self.iterated(source, node.generators[0].iter)]
        mark = self.store.mark()
        turns: list[_Turn] = []
        for number, element in enumerate(elements):
            with self.turn(number):
                turns.append(self._turn(node, element))
        self.store.merge([{}, self.store.rewind(mark)])
        certain = exact and all(turn.reached is not None for turn in turns)
        return self._collected(node, [turn for turn in turns if turn.reached is not False], certain)

    def _turn(self, node: Comprehension, element: Values) -> _Turn:
        reached: bool | None = True
        for index, generator in enumerate(node.generators):
            if index:
                element = self.iterated(self.evaluate(generator.iter), generator.iter)
            self.assign(generator.target, element)
            for condition in generator.ifs:
                truth = self.truth_of(self.forced(self.evaluate(condition), condition))
                if truth is False:
                    return _Turn(False, EMPTY, EMPTY)
                reached = reached and truth
        if isinstance(node, ast.DictComp):
            return _Turn(reached, self.evaluate(node.key), self.evaluate(node.value))
        return _Turn(reached, EMPTY, self.evaluate(node.elt))

    def _collected(self, node: Comprehension, turns: list[_Turn], exact: bool) -> Values:
        values = [turn.value for turn in turns]
        match node:
            case ast.DictComp():
                obj = self.new_dict(node)
                for turn in turns:
                    self.store_item(obj, turn.key, turn.value)
                return only(obj)
            case ast.SetComp():
                return self.many("set", node, joined(values))
            case _:
                kind = "list" if isinstance(node, ast.ListComp) else "iterator"
                return self.sequence(kind, node, values) if exact else self.many(kind, node, joined(values))

    def _eval_yield(self, node: ast.Yield) -> Values:
        values = self.evaluate(node.value) if node.value else NONE
        self.here.yields = join(self.here.yields, values)
        return PLAIN

    def _eval_yield_from(self, node: ast.YieldFrom) -> Values:
        source = self.evaluate(node.value)
        awaitables = frozenset(value for value in source if isinstance(value, Coroutine | Future))
        self.here.yields = join(self.here.yields, self.iterated(source - awaitables, node.value))
        return self.awaited(awaitables, node) or PLAIN

    def _eval_text(self, node: ast.JoinedStr) -> Values:
        parts = [self.evaluate(part) for part in node.values]
        known = [value.value for value in map(single, parts) if isinstance(value, Const)]
        if len(known) == len(parts):
            text = "".join(map(str, known))
            return const(text) if len(text) < _TEXT_LIMIT else PLAIN
        return self.operated(node, *parts)

    def _eval_formatted(self, node: ast.FormattedValue) -> Values:
        values = self.forced(self.evaluate(node.value), node.value)
        if node.format_spec is not None:
            self.evaluate(node.format_spec)
            return self.mixed([values])
        return values

    def _eval_starred_expression(self, node: ast.Starred) -> Values:
        return self.evaluate(node.value)


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
    ast.Subscript: Expressions._eval_subscript,
    ast.List: Expressions._eval_sequence_display,
    ast.Tuple: Expressions._eval_sequence_display,
    ast.Set: Expressions._eval_sequence_display,
    ast.Dict: Expressions._eval_dict,
    ast.Lambda: Expressions._eval_lambda,
    ast.ListComp: Expressions._eval_comprehension,
    ast.SetComp: Expressions._eval_comprehension,
    ast.DictComp: Expressions._eval_comprehension,
    ast.GeneratorExp: Expressions._eval_comprehension,
    ast.Yield: Expressions._eval_yield,
    ast.YieldFrom: Expressions._eval_yield_from,
    ast.JoinedStr: Expressions._eval_text,
    ast.FormattedValue: Expressions._eval_formatted,
    ast.Starred: Expressions._eval_starred_expression,
}
