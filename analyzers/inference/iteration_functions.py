"""Builtin functions and parts of the standard library that make containers and iterators, or go through them.

What begins with `_draw` is called when somebody takes elements of the iterator that the function gave.
"""

from functools import partial

from analyzers.inference.objects import FACTORY
from analyzers.inference.records import CallPoint, Handler, Producer
from analyzers.inference.taking_functions import TAKING_HANDLERS, TAKING_PRODUCERS, TakingFunctions
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Const,
    Elements,
    Obj,
    Value,
    Values,
    const,
    join,
    joined,
    only,
    ordered,
    single,
)

_FOLDS = 6
"""How often a reduction is followed; what it gives is the same from then on, or nested without end."""
_MAP_LIMIT = 16
_RANGE_LIMIT = 8
"""How many elements of a `map` or a `range` are kept apart."""


class IterationFunctions(TakingFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_listed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self.begin_each(arguments)
        kind = {"builtins.tuple": "tuple", "builtins.set": "set", "builtins.frozenset": "set"}.get(name, "list")
        if not arguments.all:
            return self.sequence(kind, point.node, [])
        items = self._spread_first(arguments)
        if items is not None:
            return self.sequence(kind, point.node, items)
        source = single(joined(arguments.all))
        if kind == "set" and isinstance(source, Obj) and source.kind == "set":
            return self.copied_set(source, point.node)
        return self.many(kind, point.node, self.iterated(joined(arguments.all), point.node))

    def _spread_first(self, arguments: Arguments) -> list[Values] | None:
        return self.exact_items(arguments.positional[0] if arguments.positional else EMPTY)

    def _call_new_dict(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self.begin_each(arguments)
        obj = self.new_dict(point.node)
        sources = arguments.positional[1:] if name.endswith("defaultdict") else arguments.positional
        for values in sources:
            self.update_from(obj, values, point.node)
        for key, values in arguments.keywords:
            self.store_item(obj, const(key), values)
        if name.endswith("defaultdict") and arguments.positional:
            self.weaken((obj, FACTORY), arguments.positional[0] - NONE)
        if arguments.double_star is not None:
            self.store_item(obj, PLAIN, arguments.double_star)
        return only(obj)

    def _call_sorted(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self.begin_each(arguments)
        source = arguments.argument(0, "iterable")
        members = self.certain_members(source)
        items = self._spread_first(arguments) if members is None else list(map(only, members))
        backwards = self.truth_of(arguments.keyword("reverse") or const(False))
        key = arguments.keyword("key")
        ranked = None if items is None else self.ranked(items, key, backwards, point, apart=members is not None)
        if ranked is not None:
            return self.sequence("list", point.node, ranked)
        elements = self.iterated(source, point.node)
        if items is None:
            self.compare(key, elements, point)
        return self.many("list", point.node, elements)

    def _call_extreme(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self.begin_each(arguments)
        parts = list(arguments.positional)
        alone = len(parts) == 1 and arguments.star is None
        members = self.certain_members(parts[0]) if alone else None
        if members is not None:
            items: list[Values] | None = list(map(only, members))
        else:
            items = self._spread_first(arguments) if alone else parts
        if arguments.star is not None:
            items = None
            parts.append(arguments.star)
        key, apart = arguments.keyword("key"), members is not None
        ranked = self.ranked(items, key, name.endswith("max"), point, apart) if items else None
        if ranked:
            return self.forced(ranked[0], point.node)
        elements = self.iterated(parts[0], point.node) if alone else joined(parts)
        if not items:
            self.compare(key, elements, point)
        return join(self.forced(elements, point.node), arguments.keyword("default"))

    def _draw_reversed(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        items = self._spread_first(arguments)
        if items is not None:
            return items[::-1]
        return self.iterated(joined(arguments.all), point.node)

    def _draw_iterator(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        if len(arguments.positional) == 2:
            called = CallPoint(point.node, point.at, direct=False)
            return self.repeated(partial(self.call, arguments.positional[0], Arguments(), called))
        items = self._spread_first(arguments)
        if items is not None:
            return items
        return self.iterated(arguments.argument(0, "iterable"), point.node)

    def _draw_enumerated(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        items, start = self._spread_first(arguments), single(arguments.argument(1, "start") or const(0))
        first = start.value if isinstance(start, Const) and isinstance(start.value, int) else None
        if items is None:
            element = self.iterated(arguments.argument(0, "iterable"), point.node)
            return self.tuple_at(point.node, 0, [PLAIN, element])
        numbers = [PLAIN if first is None else const(first + index) for index in range(len(items))]
        return [self.tuple_at(point.node, index, [numbers[index], item]) for index, item in enumerate(items)]

    def _draw_zipped(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        columns = [self.exact_items(values) for values in arguments.positional]
        if arguments.star is None and columns and all(column is not None for column in columns):
            rows = zip(*(column for column in columns if column is not None), strict=False)
            return [self.tuple_at(point.node, index, list(row)) for index, row in enumerate(rows)]
        return self.rows_of([self.iterated(values, point.node) for values in arguments.positional], arguments, point)

    def rows_of(self, elements: list[Values], arguments: Arguments, point: CallPoint) -> Values:
        """Any of the rows with one of `elements` in each column, and with those of `*rest`."""
        if arguments.star is None:
            return self.tuple_at(point.node, 0, elements)
        mixed = joined([self.iterated(arguments.star, point.node), *elements])
        return self.many("tuple", self.stand_in(point.node, "row"), mixed)

    def _draw_mapped(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        """One call for each element where these are known, and none where there are none."""
        function, *iterables = arguments.positional or (EMPTY,)
        columns = [self.exact_items(values) for values in iterables]
        known = [column for column in columns if column is not None and len(column) <= _MAP_LIMIT]
        if columns and arguments.star is None and len(known) == len(columns):
            return self._each_row(function, known, point)
        elements = [self.iterated(values, point.node) for values in iterables]
        if not all(elements):
            return EMPTY
        rest = None if arguments.star is None else self.iterated(arguments.star, point.node)
        given = Arguments(tuple(elements), star=rest)
        called = CallPoint(point.node, point.at, direct=False)
        return self.repeated(partial(self.call, function, given, called))

    def _each_row(self, function: Values, columns: list[list[Values]], point: CallPoint) -> list[Values]:
        """What a function gives for each row, one after the other."""
        results = []
        for number, row in enumerate(zip(*columns, strict=False)):
            with self.turn(number):
                results.append(self.apply(function, list(row), point))
        return results

    def _draw_starmapped(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        function = arguments.argument(0, "function")
        called = CallPoint(point.node, point.at, direct=False)
        known = self.exact_items(arguments.argument(1, "iterable"))
        if known is not None and len(known) <= _MAP_LIMIT:
            return [self._star_row(function, row, index, called) for index, row in enumerate(known)]
        rows = self.iterated(arguments.argument(1, "iterable"), point.node)
        given = [self._spread_row(row, point) for row in ordered(rows)]
        return self.repeated(lambda: joined([self.call(function, spread, called) for spread in given]))

    def _star_row(self, function: Values, row: Values, index: int, point: CallPoint) -> Values:
        with self.turn(index):
            return self.each(row, lambda value: self.call(function, self._spread_row(value, point), point))

    def _spread_row(self, row: Value, point: CallPoint) -> Arguments:
        items = self.items(row) if isinstance(row, Obj) else None
        return Arguments(star=self.iterated(only(row), point.node)) if items is None else Arguments(tuple(items))

    def _draw_filtered(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        function = arguments.argument(0, "function")
        items = self.exact_items(arguments.argument(1, "iterable"))
        if items is None or len(items) > _MAP_LIMIT:
            elements = self.iterated(arguments.argument(1, "iterable"), point.node)
            self.repeated(partial(self.asked, function, elements, point))
            return elements
        found = self._each_row(function, [items], point) if function and function != NONE else items
        truths = [self.truth_of(self.forced(values, point.node)) for values in found]
        unwanted = name.endswith("filterfalse")
        kept = [item for item, truth in zip(items, truths, strict=True) if truth is not unwanted]
        if None in truths:
            return joined(kept)
        return kept

    def _call_reduced(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        function, values, start = (arguments.argument(i, n) for i, n in enumerate(("function", "iterable", "initial")))
        items = self.exact_items(values)
        if items is None:
            return self._folded(function, start, self.iterated(values, point.node), point)
        if not start and items:
            start, items = items[0], items[1:]
        for element in items:
            start = self.apply(function, [start, element], point)
        return start

    def _folded(self, function: Values, start: Values, element: Values, point: CallPoint) -> Values:
        """The result of folding any number of equal elements."""
        result = start or element
        for _ in range(_FOLDS if element else 0):
            before = result
            result = join(before, self.repeated(partial(self.apply, function, [before, element], point)))
            if result == before:
                break
        return result

    def _draw_chained(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        parts = arguments.all
        if name.endswith("from_iterable"):
            rows = self._spread_first(arguments)
            parts = (self.iterated(joined(parts), point.node),) if rows is None else tuple(rows)
        columns = [self.exact_items(values) for values in parts]
        known = [column for column in columns if column is not None]
        if arguments.star is None and len(known) == len(columns):
            return [item for column in known for item in column]
        return joined(self.iterated(values, point.node) for values in parts)

    def _call_summed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The sum of lists is a list, and instances of the project's classes are asked; others are plain values."""
        self.begin_each(arguments)
        items = self._spread_first(arguments)
        total = None if items is None else self._total([*items, arguments.argument(1, "start") or const(0)], point)
        if total is not None:
            return total
        elements = self.iterated(arguments.argument(0, "iterable"), point.node)
        lists = [value for value in elements if isinstance(value, Obj) and value.kind in ("list", "tuple")]
        if items is None:
            found = self.repeated(partial(self._sums_of_instances, elements, point))
        else:
            found = joined(self._sums_of_instances(item, point) for item in items)
        if not lists:
            return join(self.computed(name, arguments, point), found)
        start = self.iterated(arguments.argument(1, "start"), point.node)
        inner = joined([*(self.elements(value) for value in lists), start])
        return join(self.many(lists[0].kind, point.node, inner), found)

    def _total(self, parts: list[Values], point: CallPoint) -> Values | None:
        """The sum of constants."""
        constant = all(isinstance(single(part), Const) for part in parts)
        return self.folded(lambda *numbers: sum(numbers), parts, point.node) if constant else None

    def _sums_of_instances(self, elements: Values, point: CallPoint) -> Values:
        results = [
            self.call_method(value, method, Arguments((PLAIN,)), CallPoint(point.node, point.at, direct=False))
            for value in ordered(elements)
            if isinstance(value, Obj) and value.kind == "instance"
            for method in ("__radd__", "__add__")
        ]
        return joined(result for result in results if result is not None)

    def _call_range(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """Numbers, one by one where they are known and few."""
        numbers = [value.value for value in map(single, arguments.positional) if isinstance(value, Const)]
        bounds = [number for number in numbers if isinstance(number, int)]
        if len(bounds) == len(arguments.positional) and 0 < len(bounds) < 4 and bounds[2:] != [0]:
            known = range(*bounds)
            if len(known) <= _RANGE_LIMIT:
                return self.sequence("tuple", point.node, [const(number) for number in known])
        return self.mixed([self.forced(values, point.node) for values in arguments.all])


ITERATION_HANDLERS: dict[str, Handler] = {
    **TAKING_HANDLERS,
    **dict.fromkeys(
        (
            *(f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset")),
            *("collections.UserList", "weakref.WeakSet"),
        ),
        IterationFunctions._call_listed,
    ),
    **dict.fromkeys(
        (
            *("builtins.dict", "types.MappingProxyType"),
            *(f"collections.{name}" for name in ("OrderedDict", "UserDict", "defaultdict")),
            *("weakref.WeakValueDictionary", "weakref.WeakKeyDictionary"),
        ),
        IterationFunctions._call_new_dict,
    ),
    **dict.fromkeys(("builtins.min", "builtins.max"), IterationFunctions._call_extreme),
    "builtins.range": IterationFunctions._call_range,
    "builtins.sorted": IterationFunctions._call_sorted,
    "builtins.sum": IterationFunctions._call_summed,
    "functools.reduce": IterationFunctions._call_reduced,
}

ITERATION_PRODUCERS: dict[str, Producer] = {
    **TAKING_PRODUCERS,
    **dict.fromkeys(("builtins.iter", "builtins.aiter", "itertools.cycle"), IterationFunctions._draw_iterator),
    **dict.fromkeys(("itertools.chain", "itertools.chain.from_iterable"), IterationFunctions._draw_chained),
    "builtins.reversed": IterationFunctions._draw_reversed,
    "builtins.enumerate": IterationFunctions._draw_enumerated,
    "builtins.zip": IterationFunctions._draw_zipped,
    "builtins.map": IterationFunctions._draw_mapped,
    **dict.fromkeys(("builtins.filter", "itertools.filterfalse"), IterationFunctions._draw_filtered),
    "itertools.starmap": IterationFunctions._draw_starmapped,
    **dict.fromkeys(("dict.keys", "dict.values", "dict.items"), IterationFunctions.draw_view),
}
