"""Builtin functions and parts of the standard library that make containers and iterators, or go through them.

What begins with `_draw` is called when somebody takes elements of the iterator that the function gave.
"""

import ast
from functools import partial

from analyzers.inference.domain.records import CallPoint, Handler, Producer
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, const, join, joined, only, ordered, single
from analyzers.inference.domain.values import Arguments, Const, Elements, Obj, Value, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.memory.objects import FACTORY

_FOLDS = 6
"""How often a reduction is followed; what it gives is the same from then on, or nested without end."""
_MAP_LIMIT = 16
_RANGE_LIMIT = 8
"""How many elements of a `map` or a `range` are kept apart."""


def listed(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A list, tuple or set of the elements of something."""
    interpreter.begin_each(arguments)
    kind = {"builtins.tuple": "tuple", "builtins.set": "set", "builtins.frozenset": "set"}.get(name, "list")
    if not arguments.all:
        return interpreter.sequence(kind, point.node, [])
    items = spread_first(interpreter, arguments)
    if items is not None:
        return interpreter.sequence(kind, point.node, items)
    source = single(joined(arguments.all))
    if kind == "set" and isinstance(source, Obj) and source.kind == "set":
        return interpreter.copied_set(source, point.node)
    return interpreter.many(kind, point.node, interpreter.iterated(joined(arguments.all), point.node))


def spread_first(interpreter: Interpreter, arguments: Arguments) -> list[Values] | None:
    """The elements of the first argument, where they are known one by one."""
    return interpreter.exact_items(arguments.positional[0] if arguments.positional else EMPTY)


def _new_dict(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.begin_each(arguments)
    obj = interpreter.new_dict(point.node)
    sources = arguments.positional[1:] if name.endswith("defaultdict") else arguments.positional
    for values in sources:
        interpreter.update_from(obj, values, point.node)
    for key, values in arguments.keywords:
        interpreter.store_item(obj, const(key), values)
    if name.endswith("defaultdict") and arguments.positional:
        interpreter.weaken((obj, FACTORY), arguments.positional[0] - NONE)
    if arguments.double_star is not None:
        interpreter.store_item(obj, PLAIN, arguments.double_star)
    return only(obj)


def _sorted(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.begin_each(arguments)
    source = arguments.argument(0, "iterable")
    members = interpreter.certain_members(source)
    items = spread_first(interpreter, arguments) if members is None else list(map(only, members))
    backwards = interpreter.truth_of(arguments.keyword("reverse") or const(False))
    key = arguments.keyword("key")
    ranked = None if items is None else interpreter.ranked(items, key, backwards, point, apart=members is not None)
    if ranked is not None:
        return interpreter.sequence("list", point.node, ranked)
    elements = interpreter.iterated(source, point.node)
    if items is None:
        interpreter.compare(key, elements, point)
    return interpreter.many("list", point.node, elements)


def _extreme(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.begin_each(arguments)
    parts = list(arguments.positional)
    alone = len(parts) == 1 and arguments.star is None
    members = interpreter.certain_members(parts[0]) if alone else None
    if members is not None:
        items: list[Values] | None = list(map(only, members))
    else:
        items = spread_first(interpreter, arguments) if alone else parts
    if arguments.star is not None:
        items = None
        parts.append(arguments.star)
    key, apart = arguments.keyword("key"), members is not None
    ranked = interpreter.ranked(items, key, name.endswith("max"), point, apart) if items else None
    if ranked:
        return interpreter.forced(ranked[0], point.node)
    elements = interpreter.iterated(parts[0], point.node) if alone else joined(parts)
    if not items:
        interpreter.compare(key, elements, point)
    return join(interpreter.forced(elements, point.node), arguments.keyword("default"))


def _draw_reversed(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    items = spread_first(interpreter, arguments)
    if items is not None:
        return items[::-1]
    return interpreter.iterated(joined(arguments.all), point.node)


def _draw_iterator(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    if len(arguments.positional) == 2:
        called = CallPoint(point.node, point.at, direct=False)
        return interpreter.repeated(partial(interpreter.call, arguments.positional[0], Arguments(), called))
    items = spread_first(interpreter, arguments)
    if items is not None:
        return items
    return interpreter.iterated(arguments.argument(0, "iterable"), point.node)


def _draw_enumerated(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    items, start = spread_first(interpreter, arguments), single(arguments.argument(1, "start") or const(0))
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else None
    if items is None:
        element = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
        return interpreter.tuple_at(point.node, 0, [PLAIN, element])
    numbers = [PLAIN if first is None else const(first + index) for index in range(len(items))]
    return [interpreter.tuple_at(point.node, index, [numbers[index], item]) for index, item in enumerate(items)]


def _draw_zipped(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    columns = _columns(interpreter, arguments, point)
    if arguments.star is None and columns and all(column is not None for column in columns):
        rows = zip(*(column for column in columns if column is not None), strict=False)
        return [interpreter.tuple_at(point.node, index, list(row)) for index, row in enumerate(rows)]
    return rows_of(
        interpreter, [interpreter.iterated(values, point.node) for values in arguments.positional], arguments, point
    )


def _columns(interpreter: Interpreter, arguments: Arguments, point: CallPoint) -> list[list[Values] | None]:
    """The elements of each column; of one that is long or never ends as many as the others have."""
    sites = point.node.args if isinstance(point.node, ast.Call) else []
    given = list(zip(arguments.positional, sites, strict=False))
    long = [interpreter.head(values, site, 0) is not None for values, site in given]
    if not any(long) or all(long) or len(given) < len(arguments.positional):
        return [interpreter.exact_items(values) for values in arguments.positional]
    rows = list(zip(given, long, strict=True))
    short = [None if is_long else interpreter.exact_items(values) for (values, _), is_long in rows]
    lengths = [len(column) for column in short if column is not None]
    if len(lengths) < long.count(False):
        return short
    return [
        interpreter.head(values, site, min(lengths)) if is_long else column
        for ((values, site), is_long), column in zip(rows, short, strict=True)
    ]


def rows_of(interpreter: Interpreter, elements: list[Values], arguments: Arguments, point: CallPoint) -> Values:
    """Any of the rows with one of `elements` in each column, and with those of `*rest`."""
    if arguments.star is None:
        return interpreter.tuple_at(point.node, 0, elements)
    mixed = joined([interpreter.iterated(arguments.star, point.node), *elements])
    return interpreter.many("tuple", interpreter.stand_in(point.node, "row"), mixed)


def draw_mapped(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    """One call for each element where these are known, and none where there are none."""
    function, *iterables = arguments.positional or (EMPTY,)
    columns = [interpreter.exact_items(values) for values in iterables]
    known = [column for column in columns if column is not None and len(column) <= _MAP_LIMIT]
    if columns and arguments.star is None and len(known) == len(columns):
        return each_row(interpreter, function, known, point)
    elements = [interpreter.iterated(values, point.node) for values in iterables]
    if not all(elements):
        return EMPTY
    rest = None if arguments.star is None else interpreter.iterated(arguments.star, point.node)
    given = Arguments(tuple(elements), star=rest)
    called = CallPoint(point.node, point.at, direct=False)
    return interpreter.repeated(partial(interpreter.call, function, given, called))


def each_row(interpreter: Interpreter, function: Values, columns: list[list[Values]], point: CallPoint) -> list[Values]:
    """What a function gives for each row, one after the other."""
    results = []
    for number, row in enumerate(zip(*columns, strict=False)):
        with interpreter.turn(number):
            results.append(interpreter.apply(function, list(row), point))
    return results


def _draw_starmapped(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    function = arguments.argument(0, "function")
    called = CallPoint(point.node, point.at, direct=False)
    known = interpreter.exact_items(arguments.argument(1, "iterable"))
    if known is not None and len(known) <= _MAP_LIMIT:
        return [_star_row(interpreter, function, row, index, called) for index, row in enumerate(known)]
    rows = interpreter.iterated(arguments.argument(1, "iterable"), point.node)
    given = [_spread_row(interpreter, row, point) for row in ordered(rows)]
    return interpreter.repeated(lambda: joined([interpreter.call(function, spread, called) for spread in given]))


def _star_row(interpreter: Interpreter, function: Values, row: Values, index: int, point: CallPoint) -> Values:
    with interpreter.turn(index):
        return interpreter.each(
            row, lambda value: interpreter.call(function, _spread_row(interpreter, value, point), point)
        )


def _spread_row(interpreter: Interpreter, row: Value, point: CallPoint) -> Arguments:
    items = interpreter.items(row) if isinstance(row, Obj) else None
    return Arguments(star=interpreter.iterated(only(row), point.node)) if items is None else Arguments(tuple(items))


def _draw_filtered(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    function = arguments.argument(0, "function")
    items = interpreter.exact_items(arguments.argument(1, "iterable"))
    if items is None or len(items) > _MAP_LIMIT:
        elements = interpreter.iterated(arguments.argument(1, "iterable"), point.node)
        interpreter.repeated(partial(interpreter.asked, function, elements, point))
        return elements
    found = each_row(interpreter, function, [items], point) if function and function != NONE else items
    truths = [interpreter.truth_of(interpreter.forced(values, point.node)) for values in found]
    unwanted = name.endswith("filterfalse")
    kept = [item for item, truth in zip(items, truths, strict=True) if truth is not unwanted]
    if None in truths:
        return joined(kept)
    return kept


def _reduced(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    function, values, start = (arguments.argument(i, n) for i, n in enumerate(("function", "iterable", "initial")))
    items = interpreter.exact_items(values)
    if items is None:
        return fold(interpreter, function, start, interpreter.iterated(values, point.node), point)
    if not start and items:
        start, items = items[0], items[1:]
    for element in items:
        start = interpreter.apply(function, [start, element], point)
    return start


def fold(interpreter: Interpreter, function: Values, start: Values, element: Values, point: CallPoint) -> Values:
    """The result of folding any number of equal elements."""
    result = start or element
    for _ in range(_FOLDS if element else 0):
        before = result
        result = join(before, interpreter.repeated(partial(interpreter.apply, function, [before, element], point)))
        if result == before:
            break
    return result


def _draw_chained(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    parts = arguments.all
    if name.endswith("from_iterable"):
        rows = spread_first(interpreter, arguments)
        parts = (interpreter.iterated(joined(parts), point.node),) if rows is None else tuple(rows)
    columns = [interpreter.exact_items(values) for values in parts]
    known = [column for column in columns if column is not None]
    if arguments.star is None and len(known) == len(columns):
        return [item for column in known for item in column]
    return joined(interpreter.iterated(values, point.node) for values in parts)


def _summed(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """The sum of lists is a list, and instances of the project's classes are asked; others are plain values."""
    interpreter.begin_each(arguments)
    items = spread_first(interpreter, arguments)
    total = None if items is None else _total(interpreter, [*items, arguments.argument(1, "start") or const(0)], point)
    if total is not None:
        return total
    elements = interpreter.iterated(arguments.argument(0, "iterable"), point.node)
    lists = [value for value in elements if isinstance(value, Obj) and value.kind in ("list", "tuple")]
    if items is None:
        found = interpreter.repeated(partial(_sums_of_instances, interpreter, elements, point))
    else:
        found = joined(_sums_of_instances(interpreter, item, point) for item in items)
    if not lists:
        return join(interpreter.computed(name, arguments, point), found)
    start = interpreter.iterated(arguments.argument(1, "start"), point.node)
    inner = joined([*(interpreter.elements(value) for value in lists), start])
    return join(interpreter.many(lists[0].kind, point.node, inner), found)


def _total(interpreter: Interpreter, parts: list[Values], point: CallPoint) -> Values | None:
    """The sum of constants."""
    constant = all(isinstance(single(part), Const) for part in parts)
    return interpreter.folded(lambda *numbers: sum(numbers), parts, point.node) if constant else None


def _sums_of_instances(interpreter: Interpreter, elements: Values, point: CallPoint) -> Values:
    results = [
        interpreter.call_method(value, method, Arguments((PLAIN,)), CallPoint(point.node, point.at, direct=False))
        for value in ordered(elements)
        if isinstance(value, Obj) and value.kind == "instance"
        for method in ("__radd__", "__add__")
    ]
    return joined(result for result in results if result is not None)


def _range(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """Numbers, one by one where they are known and few."""
    numbers = [value.value for value in map(single, arguments.positional) if isinstance(value, Const)]
    bounds = [number for number in numbers if isinstance(number, int)]
    if len(bounds) == len(arguments.positional) and 0 < len(bounds) < 4 and bounds[2:] != [0]:
        known = range(*bounds)
        if len(known) <= _RANGE_LIMIT:
            return interpreter.sequence("tuple", point.node, [const(number) for number in known])
        return interpreter.numbered("range", point.node, known)
    return interpreter.mixed([interpreter.forced(values, point.node) for values in arguments.all])


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        (
            *(f"builtins.{name}" for name in ("list", "tuple", "set", "frozenset")),
            *("collections.UserList", "weakref.WeakSet"),
        ),
        listed,
    ),
    **dict.fromkeys(
        (
            *("builtins.dict", "types.MappingProxyType"),
            *(f"collections.{name}" for name in ("OrderedDict", "UserDict", "defaultdict")),
            *("weakref.WeakValueDictionary", "weakref.WeakKeyDictionary"),
        ),
        _new_dict,
    ),
    **dict.fromkeys(("builtins.min", "builtins.max"), _extreme),
    "builtins.range": _range,
    "builtins.sorted": _sorted,
    "builtins.sum": _summed,
    "functools.reduce": _reduced,
}

PRODUCERS: dict[str, Producer] = {
    **dict.fromkeys(("builtins.iter", "builtins.aiter", "itertools.cycle"), _draw_iterator),
    **dict.fromkeys(("itertools.chain", "itertools.chain.from_iterable"), _draw_chained),
    "builtins.reversed": _draw_reversed,
    "builtins.enumerate": _draw_enumerated,
    "builtins.zip": _draw_zipped,
    "builtins.map": draw_mapped,
    **dict.fromkeys(("builtins.filter", "itertools.filterfalse"), _draw_filtered),
    "itertools.starmap": _draw_starmapped,
    **dict.fromkeys(("dict.keys", "dict.values", "dict.items"), Interpreter.draw_view),
}
