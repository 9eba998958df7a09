"""What picks elements, orders them or keeps them in order: `random`, `heapq`, `bisect`, `functools.cmp_to_key`."""

import heapq
from typing import Any

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, join, joined, only, ordered, single
from analyzers.inference.domain.values import Arguments, ExternalInstance, Obj, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.library.operator_functions import APPLIED, getter


class _Ranked:
    """An element of a heap, which is compared by its rank."""

    __slots__ = ("rank", "values")

    def __init__(self, rank: Any, values: Values) -> None:
        self.rank = rank
        self.values = values

    def __lt__(self, other: "_Ranked") -> bool:
        return bool(self.rank < other.rank)


def _generator(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`random.Random(seed)`: what has the functions of `random` as methods."""
    return only(ExternalInstance(name))


def _picked(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`random.choice` and the like: any of the elements."""
    return interpreter.iterated(joined(arguments.all[:1]), point.node)


def _some(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`random.sample` and the like: a list of some of the elements."""
    return interpreter.many("list", point.node, _picked(interpreter, name, arguments, point))


def _extremes(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`nlargest(2, steps, key=...)`: a list of some of the elements."""
    elements = interpreter.iterated(arguments.argument(1, "iterable"), point.node)
    interpreter.compare(arguments.argument(2, "key"), elements, point)
    return interpreter.many("list", point.node, elements)


def _merged(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`heapq.merge`: all elements of all arguments."""
    rest = interpreter.iterated(arguments.star or EMPTY, point.node)
    elements = joined([*(interpreter.iterated(values, point.node) for values in arguments.positional), rest])
    interpreter.compare(arguments.keyword("key"), elements, point)
    return interpreter.many("iterator", point.node, elements)


def _disordered(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`shuffle`: the same elements in any order from now on."""
    _disorder(interpreter, arguments)
    return NONE


def _heap(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`heapq`: the least element comes out, where it is known which one that is; else any."""
    act = getattr(heapq, name.rpartition(".")[2])
    added = arguments.positional[1:2]
    interpreter.compare(NONE, join(_picked(interpreter, name, arguments, point), *added), point)
    heap = single(joined(arguments.positional[:1]))
    items = interpreter.items(heap) if isinstance(heap, Obj) and heap.kind == "list" else None
    if isinstance(heap, Obj) and items is not None:
        ranked = [_Ranked(interpreter.rank(values), values) for values in items]
        try:
            found = act(ranked, *(_Ranked(interpreter.rank(values), values) for values in added))
        except TypeError:
            pass
        except IndexError:
            return EMPTY
        else:
            interpreter.refill(heap, [each.values for each in ranked])
            return NONE if found is None else found.values
    return _disordered_heap(interpreter, name, arguments, point)


def _disordered_heap(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    added = joined(arguments.positional[1:2])
    found = _picked(interpreter, name, arguments, point)
    _disorder(interpreter, arguments, added)
    if name.endswith(("heapify", "heappush")):
        return NONE
    return join(found, added if name.endswith("pushpop") else EMPTY)


def _added(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`insort`: one more element, somewhere."""
    _disorder(interpreter, arguments, joined(arguments.positional[1:2]))
    interpreter.compare(arguments.keyword("key"), _picked(interpreter, name, arguments, point), point)
    return NONE


def _disorder(interpreter: Interpreter, arguments: Arguments, added: Values = EMPTY) -> None:
    for value in ordered(joined(arguments.all[:1])):
        if isinstance(value, Obj) and value.kind != "instance":
            interpreter.smash(value, added)


def _apply_order(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """What `cmp_to_key` gives: it compares any two elements."""
    if len(arguments.positional) < 2:
        return PLAIN
    compare, element = arguments.positional[:2]
    return interpreter.apply(compare, [element, element], point)


_RANDOM = ("random.", "random.Random.", "random.SystemRandom.", "secrets.", "secrets.SystemRandom.")

HANDLERS: dict[str, Handler] = {
    **{source.removesuffix("."): _generator for source in _RANDOM if source.count(".") > 1},
    "statistics.mode": _picked,
    **{f"{source}choice": _picked for source in _RANDOM},
    **{f"{source}{name}": _some for source in _RANDOM for name in ("choices", "sample")},
    **{f"{source}shuffle": _disordered for source in _RANDOM},
    **dict.fromkeys(("heapq.nlargest", "heapq.nsmallest"), _extremes),
    "heapq.merge": _merged,
    **dict.fromkeys(("bisect.insort", "bisect.insort_left", "bisect.insort_right"), _added),
    **{f"heapq.{name}": _heap for name in ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")},
    "functools.cmp_to_key": getter,
    f"functools.cmp_to_key{APPLIED}": _apply_order,
}
