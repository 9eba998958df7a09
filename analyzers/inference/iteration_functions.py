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

_EACH_LIMIT = 16
"""Up to how many known elements a function is called for each of them; beyond, it is called once for all."""
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
        if name.endswith("ChainMap"):
            sources = sources[::-1]
        for values in sources:
            self.update_from(obj, values, point.node)
        for key, values in arguments.keywords:
            self.store_item(obj, const(key), values)
        if name.endswith("defaultdict") and arguments.positional:
            self.weaken((obj, FACTORY), arguments.positional[0] - NONE)
        if arguments.double_star is not None:
            self.store_item(obj, PLAIN, arguments.double_star)
        return only(obj)

    def _call_same_for_all(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`dict.fromkeys(keys, value)`."""
        obj = self.new_dict(point.node)
        value = arguments.argument(1, "value") or NONE
        keys = self._spread_first(arguments)
        for key in [self.iterated(joined(arguments.all[:1]), point.node)] if keys is None else keys:
            self.store_item(obj, self.forced(key, point.node), value)
        return only(obj)

    def _call_sorted(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        elements = self.iterated(arguments.argument(0, "iterable"), point.node)
        self.compared_by(arguments.keyword("key"), elements, point)
        return self.many("list", point.node, elements)

    def compared_by(self, key: Values, elements: Values, point: CallPoint) -> Values:
        """Call a key function on elements, if there are any; its results are compared."""
        if not elements:
            return EMPTY
        return self.forced(self._apply(key, [elements], point), point.node)

    def _call_extreme(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        parts = list(arguments.positional)
        elements = self.iterated(parts[0], point.node) if len(parts) == 1 else joined(parts)
        self.compared_by(arguments.keyword("key"), elements, point)
        return join(self.forced(elements, point.node), arguments.keyword("default"))

    def _call_reversed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        items = self._spread_first(arguments)
        if items is not None:
            return self.sequence("iterator", point.node, items[::-1])
        return self.many("iterator", point.node, self.iterated(joined(arguments.all), point.node))

    def _call_iterator(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if len(arguments.positional) == 2:
            called = CallPoint(point.node, point.at, direct=False)
            return self.many("iterator", point.node, self.call(arguments.positional[0], Arguments(), called))
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
        """One call for each element where these are known, and none where there are none."""
        function, *iterables = arguments.positional or (EMPTY,)
        known = [self.exact_items(values) for values in iterables]
        columns = [column for column in known if column is not None]
        if len(columns) == len(iterables) and arguments.star is None and iterables:
            rows = list(zip(*columns, strict=False))
            if len(rows) <= _EACH_LIMIT:
                results = [self._apply(function, list(row), point) for row in rows]
                return self.sequence("iterator", point.node, results)
        elements = [self.iterated(values, point.node) for values in iterables]
        result = self._apply(function, elements, point) if all(elements) else EMPTY
        return self.many("iterator", point.node, result)

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
        function, values = arguments.argument(0, "function"), arguments.argument(1, "iterable")
        items = self.exact_items(values)
        if items is None or len(items) > _EACH_LIMIT:
            elements = self.iterated(values, point.node)
            self._judged(function, elements, point)
            return self.many("iterator", point.node, elements)
        verdicts = [self._judged(function, item, point) for item in items]
        if name.endswith("filterfalse"):
            verdicts = [None if verdict is None else not verdict for verdict in verdicts]
        kept = [item for item, verdict in zip(items, verdicts, strict=True) if verdict is not False]
        if None in verdicts:
            return self.many("iterator", point.node, joined(kept))
        return self.sequence("iterator", point.node, kept)

    def _judged(self, function: Values, element: Values, point: CallPoint) -> bool | None:
        """What a predicate says of an element; without one, whether the element is true."""
        if not function or function == NONE:
            return self.truth_of(element)
        if not element:
            return None
        return self.truth_of(self.forced(self._apply(function, [element], point), point.node))

    def truth_of(self, values: Values) -> bool | None:
        """Whether every possible value is true, or every one false."""
        raise AssertionError("the part that knows operators answers this")

    def _call_reduced(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        function, values, start = (arguments.argument(i, n) for i, n in enumerate(("function", "iterable", "initial")))
        items = self.exact_items(values)
        if items is None:
            return self.folded(function, start, self.iterated(values, point.node), point)
        if not start and items:
            start, items = items[0], items[1:]
        for element in items:
            start = self._apply(function, [start, element], point)
        return start

    def folded(self, function: Values, start: Values, element: Values, point: CallPoint) -> Values:
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
            rows = self._spread_first(arguments)
            parts = tuple(self.iterated(values, point.node) for values in parts) if rows is None else tuple(rows)
        known = [self.exact_items(values) for values in parts]
        lists = [column for column in known if column is not None]
        if len(lists) == len(parts) and arguments.star is None:
            return self.sequence("iterator", point.node, [item for column in lists for item in column])
        return self.many("iterator", point.node, joined(self.iterated(values, point.node) for values in parts))

    def _call_summed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The sum of lists is a list; any other is a plain value."""
        elements = self.iterated(arguments.argument(0, "iterable"), point.node)
        lists = [value for value in elements if isinstance(value, Obj) and value.kind in ("list", "tuple")]
        if not lists:
            return self.computed(name, arguments, point)
        inner = [self.elements(value) for value in lists]
        start = self.iterated(arguments.argument(1, "start"), point.node)
        return self.many(lists[0].kind, point.node, joined([*inner, start]))

    def computed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that uses its arguments as plain values."""
        raise AssertionError("the part that knows builtins answers this")

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
        (
            *(f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset")),
            *("collections.deque", "collections.UserList", "weakref.WeakSet"),
        ),
        IterationFunctions._call_listed,
    ),
    **dict.fromkeys(
        (
            *("builtins.dict", "types.MappingProxyType"),
            *(f"collections.{name}" for name in ("ChainMap", "OrderedDict", "UserDict", "defaultdict")),
        ),
        IterationFunctions._call_new_dict,
    ),
    "builtins.dict.fromkeys": IterationFunctions._call_same_for_all,
    "collections.OrderedDict.fromkeys": IterationFunctions._call_same_for_all,
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
    "builtins.sum": IterationFunctions._call_summed,
    **dict.fromkeys(("builtins.filter", "itertools.filterfalse"), IterationFunctions._call_filtered),
    "itertools.starmap": IterationFunctions._call_starmapped,
    "functools.reduce": IterationFunctions._call_reduced,
}
