"""Functions of `itertools` that combine, group and select elements; exact where all elements are known."""

import itertools
from functools import partial

from analyzers.inference.domain.records import NO_ARGUMENTS, CallPoint, Handler, Producer
from analyzers.inference.domain.value_sets import NONE, PLAIN, const, join, joined, single
from analyzers.inference.domain.values import Arguments, Const, Elements, Obj, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.library.iteration_functions import each_row, fold, rows_of, spread_first

_COPY = "itertools.tee copied"
"""What makes one of several iterators over the same elements."""
_LIMIT = 32
"""How many combinations are kept apart."""


def _rows(interpreter: Interpreter, rows: list[list[Values]], point: CallPoint) -> list[Values]:
    """Tuples, each of which is known."""
    return [interpreter.tuple_at(point.node, index, row) for index, row in enumerate(rows)]


def _draw_pairwise(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    items = spread_first(interpreter, arguments)
    if items is not None:
        return _rows(interpreter, [list(pair) for pair in itertools.pairwise(items)], point)
    element = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
    return rows_of(interpreter, [element, element], NO_ARGUMENTS, point)


def _product(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`product` takes everything at once."""
    return interpreter.iterator(point.node, _products(interpreter, arguments, point))


def _products(interpreter: Interpreter, arguments: Arguments, point: CallPoint) -> Elements:
    times = _number(arguments.keyword("repeat")) or 1
    columns = [interpreter.exact_items(values) for values in arguments.positional]
    known = [column for column in columns if column is not None] * times
    if len(known) == len(columns) * times and arguments.star is None:
        rows = list(itertools.islice(itertools.product(*known), _LIMIT + 1))
        if len(rows) <= _LIMIT:
            return _rows(interpreter, [list(row) for row in rows], point)
    elements = [interpreter.iterated(values, point.node) for values in arguments.positional]
    return rows_of(interpreter, elements * times, arguments, point)


def _selections(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`combinations` and `permutations`: tuples of any of the elements."""
    element = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
    length = _number(arguments.argument(1, "r"))
    if length is None or not 0 < length <= _LIMIT:
        row = interpreter.many("tuple", interpreter.stand_in(point.node, "row"), element)
    else:
        row = rows_of(interpreter, [element] * length, NO_ARGUMENTS, point)
    return interpreter.iterator(point.node, row)


def _draw_batched(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    element = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
    return interpreter.many("tuple", interpreter.stand_in(point.node, "batch"), element)


def _draw_zip_longest(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    fill = arguments.keyword("fillvalue") or NONE
    columns = [interpreter.exact_items(values) for values in arguments.positional]
    known = [column for column in columns if column is not None]
    if len(known) == len(columns) and arguments.star is None:
        return _rows(interpreter, [list(row) for row in itertools.zip_longest(*known, fillvalue=fill)], point)
    elements = [join(interpreter.iterated(values, point.node), fill) for values in arguments.positional]
    return rows_of(interpreter, elements or [fill], arguments, point)


def _draw_grouped(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    """`groupby`: the key and the elements of each group."""
    key = arguments.argument(1, "key")
    items = spread_first(interpreter, arguments)
    if items is None:
        element = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
        found = interpreter.repeated(partial(interpreter.asked, key, element, point)) or element
        return _any_group(interpreter, found, element, point)
    keys = interpreter.keys_of(key, items, point)
    groups: list[tuple[Values, list[Values]]] = []
    for found, item in zip(keys, items, strict=True):
        if groups and groups[-1][0] == found:
            groups[-1][1].append(item)
        else:
            groups.append((found, [item]))
    if not all(isinstance(single(found), Const) for found in keys):
        return _any_group(interpreter, joined(keys), joined(items), point)
    rows = [[found, _group(interpreter, index, group, point)] for index, (found, group) in enumerate(groups)]
    return _rows(interpreter, rows, point)


def _any_group(interpreter: Interpreter, key: Values, element: Values, point: CallPoint) -> Values:
    group = interpreter.many("iterator", interpreter.stand_in(point.node, "group"), element)
    return rows_of(interpreter, [key, group], NO_ARGUMENTS, point)


def _group(interpreter: Interpreter, index: int, items: list[Values], point: CallPoint) -> Values:
    return interpreter.sequence("iterator", interpreter.stand_in(point.node, ("group", index)), items)


def _draw_selected(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    """`takewhile` and its like: a function decides which elements stay."""
    items, predicate = interpreter.exact_items(arguments.argument(1, "iterable")), arguments.argument(0, "predicate")
    if items is not None and len(items) <= _LIMIT:
        truths = [
            interpreter.truth_of(interpreter.forced(v, point.node))
            for v in each_row(interpreter, predicate, [items], point)
        ]
        if None not in truths:
            return _selected(name, items, truths)
        return joined(items)
    elements = interpreter.iterated(arguments.argument(1, "iterable"), point.node)
    interpreter.repeated(partial(interpreter.asked, arguments.argument(0, "predicate"), elements, point))
    return elements


def _draw_compressed(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    items, flags = spread_first(interpreter, arguments), interpreter.exact_items(arguments.argument(1, "selectors"))
    truths = [interpreter.truth_of(flag) for flag in flags or ()]
    if items is None or flags is None or None in truths:
        return interpreter.iterated(arguments.argument(0, "data"), point.node)
    return list(itertools.compress(items, truths))


def _draw_accumulated(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    element = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
    function = arguments.argument(1, "func") or arguments.keyword("function")
    start = arguments.keyword("initial")
    found = fold(interpreter, function, start, element, point) if function and function != NONE else PLAIN
    return join(start or element, found)


def _repeated(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    element, times = arguments.argument(0, "object"), _number(arguments.argument(1, "times"))
    if times is not None and 0 <= times <= _LIMIT:
        return interpreter.sequence("iterator", point.node, [element] * times)
    return interpreter.many("iterator", point.node, element)


def _counted(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    start = _number(arguments.argument(0, "start") or const(0))
    step = _number(arguments.argument(1, "step") or const(1))
    if start is None or step is None:
        return interpreter.many("iterator", point.node, PLAIN)
    return interpreter.numbered("iterator", point.node, (start, step))


def _split(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`tee`: several iterators over the same elements, which nobody takes from the first one any more."""
    shared = Arguments((interpreter.lazy("builtins.iter", Arguments(arguments.positional[:1]), point),))
    places = [
        CallPoint(interpreter.stand_in(point.node, ("copy", index)), point.at)
        for index in range(_number(arguments.argument(1, "n")) or 2)
    ]
    return interpreter.tuple_at(point.node, 0, [interpreter.lazy(_COPY, shared, place) for place in places])


def _draw_split(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    shared = single(arguments.positional[0])
    items = interpreter.items(shared) if isinstance(shared, Obj) else None
    return interpreter.iterated(arguments.positional[0], point.node) if items is None else items


def _selected(name: str, items: list[Values], truths: list[bool | None]) -> list[Values]:
    """The elements that `takewhile` or `dropwhile` leaves."""
    end = truths.index(False) if False in truths else len(items)
    return items[:end] if name.endswith("takewhile") else items[end:]


def _number(values: Values) -> int | None:
    value = single(values)
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


HANDLERS: dict[str, Handler] = {
    "itertools.product": _product,
    "itertools.repeat": _repeated,
    "itertools.count": _counted,
    "itertools.tee": _split,
    **dict.fromkeys(
        ("itertools.combinations", "itertools.permutations", "itertools.combinations_with_replacement"),
        _selections,
    ),
}

PRODUCERS: dict[str, Producer] = {
    "itertools.pairwise": _draw_pairwise,
    "itertools.batched": _draw_batched,
    "itertools.zip_longest": _draw_zip_longest,
    "itertools.groupby": _draw_grouped,
    "itertools.compress": _draw_compressed,
    "itertools.accumulate": _draw_accumulated,
    _COPY: _draw_split,
    **dict.fromkeys(("itertools.takewhile", "itertools.dropwhile"), _draw_selected),
}
