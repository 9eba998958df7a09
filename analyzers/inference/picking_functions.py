"""What picks elements, orders them or keeps them in order: `random`, `heapq`, `bisect`, `functools.cmp_to_key`."""

from typing import Any

from analyzers.inference.operator_functions import APPLIED, OperatorFunctions
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    ExternalInstance,
    Obj,
    Values,
    join,
    joined,
    only,
    ordered,
    single,
)


class _Ranked:
    """An element of a heap, which is compared by its rank."""

    __slots__ = ("rank", "values")

    def __init__(self, rank: Any, values: Values) -> None:
        self.rank = rank
        self.values = values

    def __lt__(self, other: "_Ranked") -> bool:
        return bool(self.rank < other.rank)


class PickingFunctions(OperatorFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_generator(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.Random(seed)`: what has the functions of `random` as methods."""
        return only(ExternalInstance(name))

    def _call_picked(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.choice` and the like: any of the elements."""
        return self.iterated(joined(arguments.all[:1]), point.node)

    def _call_some(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.sample` and the like: a list of some of the elements."""
        return self.many("list", point.node, self._call_picked(name, arguments, point))

    def _call_extremes(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`nlargest(2, steps, key=...)`: a list of some of the elements."""
        elements = self.iterated(arguments.argument(1, "iterable"), point.node)
        self.compare(arguments.argument(2, "key"), elements, point)
        return self.many("list", point.node, elements)

    def _call_merged(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heapq.merge`: all elements of all arguments."""
        rest = self.iterated(arguments.star or EMPTY, point.node)
        elements = joined([*(self.iterated(values, point.node) for values in arguments.positional), rest])
        self.compare(arguments.keyword("key"), elements, point)
        return self.many("iterator", point.node, elements)

    def _call_disordered(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`shuffle`: the same elements in any order from now on."""
        self._disorder(arguments)
        return NONE

    def _call_heap(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heapq`: the least element comes out, where it is known which one that is; else any."""
        import heapq  # most programs have no heap, and each module costs start-up

        act = getattr(heapq, name.rpartition(".")[2])
        added = arguments.positional[1:2]
        self.compare(NONE, join(self._call_picked(name, arguments, point), *added), point)
        heap = single(joined(arguments.positional[:1]))
        items = self.items(heap) if isinstance(heap, Obj) and heap.kind == "list" else None
        if isinstance(heap, Obj) and items is not None:
            ranked = [_Ranked(self.rank(values), values) for values in items]
            try:
                found = act(ranked, *(_Ranked(self.rank(values), values) for values in added))
            except TypeError:
                pass
            except IndexError:
                return EMPTY
            else:
                self.refill(heap, [each.values for each in ranked])
                return NONE if found is None else found.values
        return self._disordered_heap(name, arguments, point)

    def _disordered_heap(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        added = joined(arguments.positional[1:2])
        found = self._call_picked(name, arguments, point)
        self._disorder(arguments, added)
        if name.endswith(("heapify", "heappush")):
            return NONE
        return join(found, added if name.endswith("pushpop") else EMPTY)

    def _call_added(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`insort`: one more element, somewhere."""
        self._disorder(arguments, joined(arguments.positional[1:2]))
        self.compare(arguments.keyword("key"), self._call_picked(name, arguments, point), point)
        return NONE

    def _disorder(self, arguments: Arguments, added: Values = EMPTY) -> None:
        for value in ordered(joined(arguments.all[:1])):
            if isinstance(value, Obj) and value.kind != "instance":
                self.smash(value, added)

    def _apply_order(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """What `cmp_to_key` gives: it compares any two elements."""
        if len(arguments.positional) < 2:
            return PLAIN
        compare, element = arguments.positional[:2]
        return self.apply(compare, [element, element], point)


_RANDOM = ("random.", "random.Random.", "random.SystemRandom.", "secrets.", "secrets.SystemRandom.")

PICKING_HANDLERS: dict[str, Handler] = {
    **{source.removesuffix("."): PickingFunctions._call_generator for source in _RANDOM if source.count(".") > 1},
    "statistics.mode": PickingFunctions._call_picked,
    **{f"{source}choice": PickingFunctions._call_picked for source in _RANDOM},
    **{f"{source}{name}": PickingFunctions._call_some for source in _RANDOM for name in ("choices", "sample")},
    **{f"{source}shuffle": PickingFunctions._call_disordered for source in _RANDOM},
    **dict.fromkeys(("heapq.nlargest", "heapq.nsmallest"), PickingFunctions._call_extremes),
    "heapq.merge": PickingFunctions._call_merged,
    **dict.fromkeys(("bisect.insort", "bisect.insort_left", "bisect.insort_right"), PickingFunctions._call_added),
    **{
        f"heapq.{name}": PickingFunctions._call_heap
        for name in ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")
    },
    "functools.cmp_to_key": PickingFunctions._call_getter,
    f"functools.cmp_to_key{APPLIED}": PickingFunctions._apply_order,
}
