"""`collections.Counter`: what is counted when it is made, and what is asked of the counts."""

import ast
import operator
from collections.abc import Callable

from analyzers.inference.containers.dict_views import DictViews
from analyzers.inference.domain.value_sets import NONE, PLAIN, const, join, only, ordered, single
from analyzers.inference.domain.values import Arguments, Const, External, Obj, Value, Values
from analyzers.inference.memory.entries import COUNTED
from analyzers.inference.memory.objects import FACTORY

_LIMIT = 64
_COMBINED: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.BitOr: max,
    ast.BitAnd: min,
}


class Counters(DictViews):
    """A counter is a dict whose numbers are known until others change them."""

    def new_counter(self, site: ast.AST) -> Obj:
        obj = self.new_dict(site)
        self.write((obj, COUNTED), PLAIN)
        self.weaken((obj, FACTORY), only(External("builtins.int")))
        return obj

    def first_count(self, obj: Obj, arguments: Arguments, node: ast.expr) -> None:
        """The elements of what a counter is made of, or the numbers that a dict or keywords give."""
        numbers = self._counted_in(arguments)
        if numbers is None or obj in self.summaries:
            self.count(obj, arguments, node)
            return
        for key, number in numbers.items():
            self.store_item(obj, only(key), const(number))

    def _counted_in(self, arguments: Arguments) -> dict[Value, int] | None:
        numbers: dict[Value, int] = {}
        for values in arguments.positional:
            source = single(values)
            known = self._numbers(source) if isinstance(source, Obj) and source.kind == "dict" else None
            items = self.exact_items(values) if known is None else []
            elements = [single(self.hashed(each)) for each in items or ()]
            if items is None or len(items) > _LIMIT or not all(each and self.distinct(each) for each in elements):
                return None
            firsts: dict[object, Value] = {}
            for key in elements:
                if key is not None:
                    first = firsts.setdefault(self.compared_as(key), key)
                    numbers[first] = numbers.get(first, 0) + 1
            numbers.update(known or {})
        for name, values in arguments.keywords:
            given = self.known(values)
            if not isinstance(given, int):
                return None
            numbers[Const(name, "str")] = given
        return numbers if arguments.double_star is None and arguments.star is None else None

    def _numbers(self, obj: Obj) -> dict[Value, int] | None:
        """The counts by key, in the order of the keys, where all are known."""
        keys = self.certain_keys(obj)
        counts = {key: self.known(self.load_item(obj, only(key))) for key in keys or ()}
        known = {key: count for key, count in counts.items() if isinstance(count, int)}
        return None if keys is None or len(known) < len(counts) else known

    def count(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        """`Counter.update` and `subtract`: the elements become keys, and any number may be another one."""
        for values in arguments.positional:
            self.store_item(obj, self.iterated(values, node), PLAIN)
        for name, _ in arguments.keywords:
            self.store_item(obj, const(name), PLAIN)
        return NONE

    def _method_subtract(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.count(obj, arguments, node)

    def _method_most_common(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        numbers, wanted = self._numbers(obj), self.known(arguments.argument(0, "n") or NONE)
        if numbers is None or not (wanted is None or isinstance(wanted, int)):
            return self.many("list", node, self.tuple_at(node, 0, [self.keys(obj), PLAIN]))
        falling = sorted(numbers.items(), key=lambda pair: -pair[1])
        chosen = falling if wanted is None else falling[: max(wanted, 0)]
        pairs = [self.tuple_at(node, at, [only(key), const(number)]) for at, (key, number) in enumerate(chosen)]
        return self.sequence("list", node, pairs)

    def _method_repeated_keys(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        numbers = self._numbers(obj)
        if numbers is None or sum(max(number, 0) for number in numbers.values()) > _LIMIT:
            return self.many("iterator", node, self.keys(obj))
        return self.sequence("iterator", node, [only(key) for key, number in numbers.items() for _ in range(number)])

    def counters_combined(self, op: ast.operator, left: Values, right: Values, node: ast.expr) -> Values | None:
        """What an operator makes of counters; None where neither operand is one, or the operator is another."""
        act = _COMBINED.get(type(op))
        counters = [each for each in ordered(join(left, right)) if isinstance(each, Obj) and self.counts(each)]
        if act is None or not counters:
            return None
        made = self.new_counter(node)
        sides = [single(left), single(right)]
        numbers = [self._numbers(side) if isinstance(side, Obj) and side.kind == "dict" else None for side in sides]
        known = [each for each in numbers if each is not None]
        if len(known) == len(numbers) and made not in self.summaries:
            for key in {**known[0], **known[1]}:
                number = act(known[0].get(key, 0), known[1].get(key, 0))
                if number > 0:
                    self.store_item(made, only(key), const(number))
        else:
            for counter in counters:
                self.keep_entry(made, self.keys(counter), PLAIN, certain=False)
        return only(made)
