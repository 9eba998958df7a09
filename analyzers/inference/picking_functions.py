"""What picks elements, orders them or keeps them in order: `random`, `heapq`, `bisect`, `functools.cmp_to_key`."""

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
)


class PickingFunctions(OperatorFunctions):
    """Handlers take the call's arguments and where it is, and give its result; no order is followed."""

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
        """`shuffle`, `heapify`: the same elements in any order from now on."""
        self._disorder(arguments)
        if name.endswith("heapify"):
            self.compare(NONE, self._call_picked(name, arguments, point), point)
        return NONE

    def _call_added(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heappush`, `insort`: one more element, somewhere."""
        self._disorder(arguments, joined(arguments.positional[1:2]))
        self.compare(arguments.keyword("key"), self._call_picked(name, arguments, point), point)
        return NONE

    def _call_taken(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heappop`, and what also pushes: any element may come out."""
        added = joined(arguments.positional[1:2])
        found = self._call_picked(name, arguments, point)
        self._disorder(arguments, added)
        self.compare(NONE, join(found, added), point)
        return join(found, added if name.endswith("pushpop") else EMPTY)

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
    "heapq.heapify": PickingFunctions._call_disordered,
    **dict.fromkeys(
        ("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right"), PickingFunctions._call_added
    ),
    **dict.fromkeys(("heapq.heappop", "heapq.heapreplace", "heapq.heappushpop"), PickingFunctions._call_taken),
    "functools.cmp_to_key": PickingFunctions._call_getter,
    f"functools.cmp_to_key{APPLIED}": PickingFunctions._apply_order,
}
