"""Functions of `itertools` that combine, group and select elements; exact where all elements are known."""

import itertools
from functools import partial

from analyzers.inference.records import NO_ARGUMENTS, CallPoint, Handler, Producer
from analyzers.inference.standard_containers import StandardContainers
from analyzers.inference.values import (
    NONE,
    PLAIN,
    Arguments,
    Const,
    Elements,
    Obj,
    Values,
    join,
    joined,
    single,
)

_LIMIT = 32
"""How many combinations are kept apart."""


class CombiningFunctions(StandardContainers):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _rows(self, rows: list[list[Values]], point: CallPoint) -> list[Values]:
        """Tuples, each of which is known."""
        return [self.tuple_at(point.node, index, row) for index, row in enumerate(rows)]

    def _draw_pairwise(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        items = self._spread_first(arguments)
        if items is not None:
            return self._rows([list(pair) for pair in itertools.pairwise(items)], point)
        element = self.iterated(arguments.argument(0, "iterable"), point.node)
        return self.rows_of([element, element], NO_ARGUMENTS, point)

    def _call_product(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`product` takes everything at once."""
        return self.iterator(point.node, self._products(arguments, point))

    def _products(self, arguments: Arguments, point: CallPoint) -> Elements:
        times = _number(arguments.keyword("repeat")) or 1
        columns = [self.exact_items(values) for values in arguments.positional]
        known = [column for column in columns if column is not None] * times
        if len(known) == len(columns) * times and arguments.star is None:
            rows = list(itertools.islice(itertools.product(*known), _LIMIT + 1))
            if len(rows) <= _LIMIT:
                return self._rows([list(row) for row in rows], point)
        elements = [self.iterated(values, point.node) for values in arguments.positional]
        return self.rows_of(elements * times, arguments, point)

    def _call_selections(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`combinations` and `permutations`: tuples of any of the elements."""
        element = self.iterated(arguments.argument(0, "iterable"), point.node)
        length = _number(arguments.argument(1, "r"))
        if length is None or not 0 < length <= _LIMIT:
            row = self.many("tuple", self.stand_in(point.node, "row"), element)
        else:
            row = self.rows_of([element] * length, NO_ARGUMENTS, point)
        return self.iterator(point.node, row)

    def _draw_batched(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        element = self.iterated(arguments.argument(0, "iterable"), point.node)
        return self.many("tuple", self.stand_in(point.node, "batch"), element)

    def _draw_zip_longest(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        fill = arguments.keyword("fillvalue") or NONE
        columns = [self.exact_items(values) for values in arguments.positional]
        known = [column for column in columns if column is not None]
        if len(known) == len(columns) and arguments.star is None:
            return self._rows([list(row) for row in itertools.zip_longest(*known, fillvalue=fill)], point)
        elements = [join(self.iterated(values, point.node), fill) for values in arguments.positional]
        return self.rows_of(elements or [fill], arguments, point)

    def _draw_grouped(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        """`groupby`: the key and the elements of each group."""
        key = arguments.argument(1, "key")
        items = self._spread_first(arguments)
        if items is None:
            element = self.iterated(arguments.argument(0, "iterable"), point.node)
            found = self.repeated(partial(self.asked, key, element, point)) or element
            return self._any_group(found, element, point)
        keys = self.keys_of(key, items, point)
        groups: list[tuple[Values, list[Values]]] = []
        for found, item in zip(keys, items, strict=True):
            if groups and groups[-1][0] == found:
                groups[-1][1].append(item)
            else:
                groups.append((found, [item]))
        if not all(isinstance(single(found), Const) for found in keys):
            return self._any_group(joined(keys), joined(items), point)
        rows = [[found, self._group(index, group, point)] for index, (found, group) in enumerate(groups)]
        return self._rows(rows, point)

    def _any_group(self, key: Values, element: Values, point: CallPoint) -> Values:
        group = self.many("iterator", self.stand_in(point.node, "group"), element)
        return self.rows_of([key, group], NO_ARGUMENTS, point)

    def _group(self, index: int, items: list[Values], point: CallPoint) -> Values:
        return self.sequence("iterator", self.stand_in(point.node, ("group", index)), items)

    def _draw_selected(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        """`takewhile` and its like: a function decides which elements stay."""
        items, predicate = self.exact_items(arguments.argument(1, "iterable")), arguments.argument(0, "predicate")
        if items is not None and len(items) <= _LIMIT:
            truths = [self.truth_of(self.forced(v, point.node)) for v in self._each_row(predicate, [items], point)]
            if None not in truths:
                return _selected(name, items, truths)
            return joined(items)
        elements = self.iterated(arguments.argument(1, "iterable"), point.node)
        self.repeated(partial(self.asked, arguments.argument(0, "predicate"), elements, point))
        return elements

    def _draw_compressed(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        items, flags = self._spread_first(arguments), self.exact_items(arguments.argument(1, "selectors"))
        truths = [self.truth_of(flag) for flag in flags or ()]
        if items is None or flags is None or None in truths:
            return self.iterated(arguments.argument(0, "data"), point.node)
        return list(itertools.compress(items, truths))

    def _draw_accumulated(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        element = self.iterated(arguments.argument(0, "iterable"), point.node)
        function = arguments.argument(1, "func") or arguments.keyword("function")
        start = arguments.keyword("initial")
        folded = self._folded(function, start, element, point) if function and function != NONE else PLAIN
        return join(start or element, folded)

    def _call_repeated(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        element, times = arguments.argument(0, "object"), _number(arguments.argument(1, "times"))
        if times is not None and 0 <= times <= _LIMIT:
            return self.sequence("iterator", point.node, [element] * times)
        return self.many("iterator", point.node, element)

    def _call_counted(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("iterator", point.node, PLAIN)

    def _call_split(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`tee`: several iterators over the same elements, which nobody takes from the first one any more."""
        shared = Arguments((self.lazy("builtins.iter", Arguments(arguments.positional[:1]), point),))
        places = [
            CallPoint(self.stand_in(point.node, ("copy", index)), point.at)
            for index in range(_number(arguments.argument(1, "n")) or 2)
        ]
        return self.tuple_at(point.node, 0, [self.lazy(name, shared, place) for place in places])

    def _draw_split(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        shared = single(arguments.positional[0])
        items = self.items(shared) if isinstance(shared, Obj) else None
        return self.iterated(arguments.positional[0], point.node) if items is None else items


def _selected(name: str, items: list[Values], truths: list[bool | None]) -> list[Values]:
    """The elements that `takewhile` or `dropwhile` leaves."""
    end = truths.index(False) if False in truths else len(items)
    return items[:end] if name.endswith("takewhile") else items[end:]


def _number(values: Values) -> int | None:
    value = single(values)
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


COMBINING_HANDLERS: dict[str, Handler] = {
    "itertools.product": CombiningFunctions._call_product,
    "itertools.repeat": CombiningFunctions._call_repeated,
    "itertools.count": CombiningFunctions._call_counted,
    "itertools.tee": CombiningFunctions._call_split,
    **dict.fromkeys(
        ("itertools.combinations", "itertools.permutations", "itertools.combinations_with_replacement"),
        CombiningFunctions._call_selections,
    ),
}

COMBINING_PRODUCERS: dict[str, Producer] = {
    "itertools.pairwise": CombiningFunctions._draw_pairwise,
    "itertools.batched": CombiningFunctions._draw_batched,
    "itertools.zip_longest": CombiningFunctions._draw_zip_longest,
    "itertools.groupby": CombiningFunctions._draw_grouped,
    "itertools.compress": CombiningFunctions._draw_compressed,
    "itertools.accumulate": CombiningFunctions._draw_accumulated,
    "itertools.tee": CombiningFunctions._draw_split,
    **dict.fromkeys(("itertools.takewhile", "itertools.dropwhile"), CombiningFunctions._draw_selected),
}
