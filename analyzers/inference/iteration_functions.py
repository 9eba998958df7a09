"""Builtin functions and parts of the standard library that make containers and iterators, or go through them."""

from analyzers.inference.objects import FACTORY
from analyzers.inference.record_functions import RecordFunctions
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Const,
    Obj,
    Value,
    Values,
    const,
    constants,
    join,
    joined,
    only,
    single,
)

_FOLDS = 6
"""How often a reduction is followed; what it gives is the same from then on, or nested without end."""


class IterationFunctions(RecordFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_listed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        kind = {"builtins.tuple": "tuple", "builtins.set": "set", "builtins.frozenset": "set"}.get(name, "list")
        if not arguments.all:
            return self.sequence(kind, point.node, [])
        items = self._spread_first(arguments)
        if items is not None:
            return self.sequence(kind, point.node, items)
        return self.many(kind, point.node, self.iterated(joined(arguments.all), point.node))

    def _spread_first(self, arguments: Arguments) -> list[Values] | None:
        return self.exact_items(arguments.positional[0] if arguments.positional else EMPTY)

    def _call_new_dict(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
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
        elements = self.iterated(arguments.argument(0, "iterable"), point.node)
        self._apply(arguments.keyword("key"), [elements], point)
        return self.many("list", point.node, elements)

    def _call_extreme(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        parts = list(arguments.positional)
        elements = self.iterated(parts[0], point.node) if len(parts) == 1 else joined(parts)
        self._apply(arguments.keyword("key"), [elements], point)
        return join(self.forced(elements, point.node), arguments.keyword("default"))

    def _call_reversed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        items = self._spread_first(arguments)
        if items is not None:
            return self.sequence("iterator", point.node, items[::-1])
        return self.many("iterator", point.node, self.iterated(joined(arguments.all), point.node))

    def _call_iterator(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        items = self._spread_first(arguments)
        if items is not None:
            return self.sequence("iterator", point.node, items)
        return self.many("iterator", point.node, self.iterated(arguments.argument(0, "iterable"), point.node))

    def _call_sliced(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        items = self._spread_first(arguments)
        bounds = [constants(values) for values in arguments.positional[1:]]
        known = [bound[0] for bound in bounds if bound is not None and len(bound) == 1]
        numbers = [number for number in known if number is None or isinstance(number, int)]
        if items is None or len(numbers) < len(bounds):
            return self.many("iterator", point.node, self.iterated(arguments.argument(0, "iterable"), point.node))
        return self.sequence("iterator", point.node, items[slice(*numbers)])

    def _call_next(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        default = arguments.positional[1] if len(arguments.positional) > 1 else EMPTY
        values = arguments.argument(0, "iterator")
        more = bool(values) and all(isinstance(value, Obj) and self.items(value) for value in values)
        found = self.each(values, lambda value: self._next_of(value, point))
        return found if more else join(found, default)

    def _next_of(self, value: Value, point: CallPoint) -> Values:
        step = None
        if isinstance(value, Obj) and value.kind == "instance":
            step = self.call_method(value, "__next__", Arguments(), point)
        elif isinstance(value, Obj) and value.kind == "iterator":
            step = self.take_item(value, const(0))
        return self.iterated(only(value), point.node) if step is None else step

    def _call_enumerated(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        items = self._spread_first(arguments)
        if items is None:
            element = self.iterated(arguments.argument(0, "iterable"), point.node)
            return self.many("iterator", point.node, self.tuple_at(point.node, 0, [PLAIN, element]))
        pairs = [self.tuple_at(point.node, index, [const(index), item]) for index, item in enumerate(items)]
        return self.sequence("iterator", point.node, pairs)

    def _call_zipped(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        columns = [self.items(next(iter(v))) if len(v) == 1 and _container(v) else None for v in arguments.positional]  # type: ignore[arg-type]  # _container has looked
        if arguments.star is None and columns and all(column is not None for column in columns):
            rows = zip(*(column for column in columns if column is not None), strict=False)
            pairs = [self.tuple_at(point.node, index, list(row)) for index, row in enumerate(rows)]
            return self.sequence("iterator", point.node, pairs)
        elements = [self.iterated(values, point.node) for values in arguments.positional]
        if arguments.star is not None:
            return self.many("iterator", point.node, joined([arguments.star, *elements]))
        return self.many("iterator", point.node, self.tuple_at(point.node, 0, elements))

    def _apply(self, functions: Values, arguments: list[Values], point: CallPoint) -> Values:
        """Call what a library function was given."""
        if not functions or functions == NONE:
            return EMPTY
        return self.call(functions, Arguments(tuple(arguments)), CallPoint(point.node, point.at, direct=False))

    def _call_mapped(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        function, *iterables = arguments.positional or (EMPTY,)
        elements = [self.iterated(values, point.node) for values in iterables]
        return self.many("iterator", point.node, self._apply(function, elements, point))

    def _call_starmapped(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        function = arguments.argument(0, "function")
        rows = self.iterated(arguments.argument(1, "iterable"), point.node)
        results = []
        for row in rows:
            items = self.items(row) if isinstance(row, Obj) else None
            spread = (
                Arguments(tuple(items)) if items is not None else Arguments(star=self.iterated(only(row), point.node))
            )
            results.append(self.call(function, spread, CallPoint(point.node, point.at, direct=False)))
        return self.many("iterator", point.node, joined(results))

    def _call_filtered(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        elements = self.iterated(arguments.argument(1, "iterable"), point.node)
        self.forced(self._apply(arguments.argument(0, "function"), [elements], point), point.node)
        return self.many("iterator", point.node, elements)

    def _call_reduced(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        function, values, start = (arguments.argument(i, n) for i, n in enumerate(("function", "iterable", "initial")))
        items = self.exact_items(values)
        if items is None:
            return self._folded(function, start, self.iterated(values, point.node), point)
        if not start and items:
            start, items = items[0], items[1:]
        for element in items:
            start = self._apply(function, [start, element], point)
        return start

    def _folded(self, function: Values, start: Values, element: Values, point: CallPoint) -> Values:
        """The result of folding any number of equal elements."""
        result = start or element
        for _ in range(_FOLDS):
            before = result
            result = join(before, self._apply(function, [before, element], point))
            if result == before:
                break
        return result

    def _call_chained(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        parts = arguments.all
        if name.endswith("from_iterable"):
            parts = tuple(self.iterated(values, point.node) for values in parts)
        return self.many("iterator", point.node, joined(self.iterated(values, point.node) for values in parts))

    def _call_range(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """Numbers; none at all where that is certain."""
        numbers = [value.value for value in map(single, arguments.positional) if isinstance(value, Const)]
        bounds = [number for number in numbers if isinstance(number, int)]
        if len(bounds) == len(arguments.positional) and 0 < len(bounds) < 3 and not range(*bounds):
            return self.sequence("iterator", point.node, [])
        return self.mixed([self.forced(values, point.node) for values in arguments.all])


def _container(values: Values) -> bool:
    return all(isinstance(value, Obj) and value.kind not in ("instance", "dict") for value in values)


ITERATION_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        ("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "collections.deque"),
        IterationFunctions._call_listed,
    ),
    **dict.fromkeys(
        ("builtins.dict", "collections.OrderedDict", "collections.defaultdict", "types.MappingProxyType"),
        IterationFunctions._call_new_dict,
    ),
    **dict.fromkeys(("builtins.min", "builtins.max"), IterationFunctions._call_extreme),
    **dict.fromkeys(("builtins.iter", "builtins.aiter"), IterationFunctions._call_iterator),
    **dict.fromkeys(("itertools.chain", "itertools.chain.from_iterable"), IterationFunctions._call_chained),
    "itertools.cycle": IterationFunctions._call_iterator,
    "itertools.islice": IterationFunctions._call_sliced,
    "builtins.range": IterationFunctions._call_range,
    "builtins.sorted": IterationFunctions._call_sorted,
    "builtins.reversed": IterationFunctions._call_reversed,
    "builtins.next": IterationFunctions._call_next,
    "builtins.anext": IterationFunctions._call_next,
    "builtins.enumerate": IterationFunctions._call_enumerated,
    "builtins.zip": IterationFunctions._call_zipped,
    "builtins.map": IterationFunctions._call_mapped,
    "builtins.filter": IterationFunctions._call_filtered,
    "itertools.starmap": IterationFunctions._call_starmapped,
    "functools.reduce": IterationFunctions._call_reduced,
}
