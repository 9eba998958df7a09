"""Containers of the standard library beyond the builtin ones: `Counter`, `ChainMap`, heaps, `dict.fromkeys`."""

from analyzers.inference.iteration_functions import IterationFunctions
from analyzers.inference.objects import COUNTED, FACTORY
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    External,
    Obj,
    Values,
    join,
    joined,
    only,
    ordered,
)


class StandardContainers(IterationFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_counter(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        obj = self.new_dict(point.node)
        self.write((obj, COUNTED), PLAIN)
        self.weaken((obj, FACTORY), only(External("builtins.int")))
        self.count(obj, arguments, point.node)
        return only(obj)

    def _call_chain_map(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        maps = [*arguments.positional, *([arguments.star] if arguments.star is not None else [])]
        return only(self.new_chain(maps or [only(self.new_dict(self.stand_in(point.node, "first")))], point.node))

    def _call_from_keys(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`dict.fromkeys(names, value)`: one value under every key."""
        obj = self.new_dict(point.node)
        keys = self._spread_first(arguments)
        value = arguments.argument(1, "value") or NONE
        for key in [self.iterated(arguments.argument(0, "iterable"), point.node)] if keys is None else keys:
            self.store_item(obj, key, value)
        return only(obj)

    def _call_unbound(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`list.append(steps, fit)`: a method that is given its container."""
        receivers = [value for value in ordered(joined(arguments.positional[:1])) if isinstance(value, Obj)]
        rest = arguments._replace(positional=arguments.positional[1:])
        method = name.rpartition(".")[2]
        return joined(self.call_builtin_method(receiver, method, rest, point) for receiver in receivers) or PLAIN

    # Heaps are lists whose order is not known.

    def _heaps(self, arguments: Arguments) -> list[Obj]:
        return [value for value in ordered(arguments.argument(0, "heap")) if isinstance(value, Obj)]

    def _call_heap_push(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        for heap in self._heaps(arguments):
            self.smash(heap, arguments.argument(1, "item"))
            self.compare_elements(self.elements(heap), point)
        return NONE

    def _call_heap_pop(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heappop`, and what also pushes: any element may come out."""
        pushed = arguments.argument(1, "item")
        found = [self.elements(heap) for heap in self._heaps(arguments)]
        for heap in self._heaps(arguments):
            self.smash(heap, pushed)
        return join(pushed if name.endswith("pushpop") else EMPTY, *found)

    def _call_heapify(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        for heap in self._heaps(arguments):
            self.smash(heap)
        return NONE

    def _call_some_of(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`nlargest(2, steps, key=...)`: any of the elements."""
        elements = self.iterated(arguments.argument(1, "iterable"), point.node)
        self._apply(arguments.keyword("key"), [elements], point)
        return self.many("list", point.node, elements)

    def _call_one_of(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.choice(steps)`: any of the elements."""
        return self.iterated(joined(arguments.positional[:1]) or arguments.keyword("seq"), point.node)

    def _call_sample(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("list", point.node, self.iterated(joined(arguments.positional[:1]), point.node))

    def _call_reordered(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.shuffle(steps)` and `bisect.insort(steps, step)`: the list has another order, or one more element."""
        for value in joined(arguments.positional[:1]):
            if isinstance(value, Obj):
                self.smash(value, joined(arguments.positional[1:2]))
        return NONE

    def _call_heap_merged(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        elements = joined(self.iterated(values, point.node) for values in arguments.positional)
        self._apply(arguments.keyword("key"), [elements], point)
        return self.many("iterator", point.node, elements)


_UNBOUND = {
    "list": "append extend insert pop remove copy clear sort",
    "dict": "get items values keys update setdefault pop copy",
    "set": "add update union discard copy",
}

CONTAINER_HANDLERS: dict[str, Handler] = {
    **{
        f"builtins.{kind}.{method}": StandardContainers._call_unbound
        for kind, methods in _UNBOUND.items()
        for method in methods.split()
    },
    "collections.Counter": StandardContainers._call_counter,
    "collections.ChainMap": StandardContainers._call_chain_map,
    "builtins.dict.fromkeys": StandardContainers._call_from_keys,
    "collections.OrderedDict.fromkeys": StandardContainers._call_from_keys,
    **dict.fromkeys(
        ("random.choice", "secrets.choice", "statistics.mode", "random.Random.choice"), StandardContainers._call_one_of
    ),
    **dict.fromkeys(
        ("random.choices", "random.sample", "random.Random.choices", "random.Random.sample"),
        StandardContainers._call_sample,
    ),
    **dict.fromkeys(
        ("random.shuffle", "random.Random.shuffle", "bisect.insort", "bisect.insort_left", "bisect.insort_right"),
        StandardContainers._call_reordered,
    ),
    "heapq.heappush": StandardContainers._call_heap_push,
    "heapq.heapify": StandardContainers._call_heapify,
    "heapq.merge": StandardContainers._call_heap_merged,
    **dict.fromkeys(("heapq.heappop", "heapq.heapreplace", "heapq.heappushpop"), StandardContainers._call_heap_pop),
    **dict.fromkeys(("heapq.nlargest", "heapq.nsmallest"), StandardContainers._call_some_of),
}
