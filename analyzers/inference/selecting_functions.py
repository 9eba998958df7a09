"""The rest of `itertools`, and what picks, orders or keeps elements: `heapq`, `bisect`, `random`, `operator`."""

import ast
from collections.abc import Iterable
from itertools import pairwise

from analyzers.inference.iteration_functions import IterationFunctions
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Const,
    External,
    Obj,
    Partial,
    Values,
    constants,
    joined,
    only,
    ordered,
    single,
)

_ITEM, _ATTRIBUTE, _METHOD, _ORDER = (
    "operator.itemgetter()",
    "operator.attrgetter()",
    "operator.methodcaller()",
    "functools.cmp_to_key()",
)
"""What the functions of these names give: objects that are called later, with more arguments."""


class SelectingFunctions(IterationFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    # What makes iterators.

    def _call_rows(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`product`, `zip_longest`: each row has one element of each argument."""
        columns = [self.iterated(values, point.node) for values in arguments.positional]
        filled = arguments.keyword("fillvalue") or (NONE if name.endswith("zip_longest") else EMPTY)
        if arguments.star is not None or arguments.keyword("repeat"):
            mixed = joined([*columns, self.iterated(arguments.star or EMPTY, point.node), filled])
            return self.many("iterator", point.node, self.many("tuple", self.stand_in(point.node, "row"), mixed))
        row = [joined([column, filled]) for column in columns]
        return self.many("iterator", point.node, self.tuple_at(point.node, 0, row))

    def _call_chosen_rows(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`permutations`, `combinations`, `batched`: each row has some elements of the first argument."""
        elements = self.iterated(arguments.argument(0, "iterable"), point.node)
        return self.many("iterator", point.node, self.many("tuple", self.stand_in(point.node, "row"), elements))

    def _call_pairs(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`pairwise`: neighbours."""
        items = self.exact_items(arguments.argument(0, "iterable"))
        if items is None:
            element = self.iterated(arguments.argument(0, "iterable"), point.node)
            return self.many("iterator", point.node, self.tuple_at(point.node, 0, [element, element]))
        rows = [self.tuple_at(point.node, index, list(pair)) for index, pair in enumerate(pairwise(items))]
        return self.sequence("iterator", point.node, rows)

    def _call_repeated(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("iterator", point.node, arguments.argument(0, "object"))

    def _call_while(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`takewhile`, `dropwhile`: some of the elements."""
        elements = self.iterated(arguments.argument(1, "iterable"), point.node)
        self.compared_by(arguments.argument(0, "predicate"), elements, point)
        return self.many("iterator", point.node, elements)

    def _call_compressed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self.forced(self.iterated(arguments.argument(1, "selectors"), point.node), point.node)
        return self.many("iterator", point.node, self.iterated(arguments.argument(0, "data"), point.node))

    def _call_split(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`tee`: iterators with the same elements."""
        copy = self.many("iterator", point.node, self.iterated(arguments.argument(0, "iterable"), point.node))
        number = single(arguments.argument(1, "n"))
        count = number.value if isinstance(number, Const) and isinstance(number.value, int) else 2
        return self.tuple_at(point.node, 0, [copy] * count)

    def _call_grouped(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        elements = self.iterated(arguments.argument(0, "iterable"), point.node)
        key = arguments.argument(1, "key")
        found = elements if not key or key == NONE else self.compared_by(key, elements, point)
        group = self.many("iterator", self.stand_in(point.node, "group"), elements)
        return self.many("iterator", point.node, self.tuple_at(point.node, 0, [found, group]))

    def _call_accumulated(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        element = self.iterated(arguments.argument(0, "iterable"), point.node)
        function = arguments.argument(1, "func")
        start = joined([arguments.keyword("initial") - NONE, element])
        if not function or function == NONE or not element:
            return self.many("iterator", point.node, start)
        return self.many("iterator", point.node, self.folded(function, start, element, point))

    # What picks elements, or changes their order.

    def _call_picked(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.choice` and the like: any of the elements."""
        return self.iterated(joined(arguments.all[:1]), point.node)

    def _call_some(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`random.sample` and the like: a list of some of the elements."""
        return self.many("list", point.node, self.iterated(joined(arguments.all[:1]), point.node))

    def _call_smallest(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        elements = self.iterated(arguments.argument(1, "iterable"), point.node)
        self.compared_by(arguments.argument(2, "key"), elements, point)
        return self.many("list", point.node, elements)

    def _call_merged(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        elements = joined(self.iterated(values, point.node) for values in arguments.positional)
        self.compared_by(arguments.keyword("key"), elements, point)
        return self.many("iterator", point.node, elements)

    def _call_disordered(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`shuffle`, `heapify`: in any order from now on."""
        self._disorder(arguments.positional[:1], EMPTY)
        return NONE

    def _call_added(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heappush`, `insort`: one more element, somewhere."""
        self._disorder(arguments.positional[:1], joined(arguments.positional[1:2]))
        self.compared_by(arguments.keyword("key"), joined(arguments.positional[1:2]), point)
        return NONE

    def _call_taken(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`heappop`, `heappushpop`, `heapreplace`: any of the elements, or the new one."""
        added = joined(arguments.positional[1:2])
        self._disorder(arguments.positional[:1], added)
        return joined([added, self.iterated(joined(arguments.positional[:1]), point.node)])

    def _disorder(self, containers: Iterable[Values], added: Values) -> None:
        for value in ordered(joined(containers)):
            if isinstance(value, Obj) and value.kind != "instance":
                self.smash(value, added)

    # What `operator` and `functools` make of names.

    def _call_getter(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(Partial(only(External(f"{name}()")), arguments, point.node))

    def _call_items(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        *keys, target = arguments.positional or (EMPTY,)
        found = [joined(self.subscripted(value, key, point.node) for value in ordered(target)) for key in keys]
        return found[0] if len(found) == 1 else self.tuple_at(point.node, 0, found)

    def subscripted(self, value: object, keys: Values, node: ast.expr) -> Values:
        """`value[key]`."""
        raise AssertionError("the part that knows subscripts answers this")

    def _call_attributes(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        *names, target = arguments.positional or (EMPTY,)
        found = [self._attribute_at(target, constants(each), point) for each in names]
        return found[0] if len(found) == 1 else self.tuple_at(point.node, 0, found)

    def _attribute_at(self, target: Values, paths: tuple[object, ...] | None, point: CallPoint) -> Values:
        if paths is None:
            return self.opaque("an attribute whose name is computed")
        found = []
        for path in paths:
            values = target
            for name in str(path).split("."):
                values = self.attribute(values, name, point.node)
            found.append(values)
        return joined(found)

    def _call_method_of(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        method, *given, target = arguments.positional if len(arguments.positional) > 1 else (EMPTY, EMPTY)
        function = self._attribute_at(target, constants(method), point)
        return self.call(function, arguments._replace(positional=tuple(given)), point)

    def _call_applied(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`operator.call(function, ...)`."""
        function, *rest = arguments.positional or (EMPTY,)
        here = CallPoint(point.node, point.at, direct=False)
        return self.call(function, arguments._replace(positional=tuple(rest)), here)

    def _call_order(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """What `cmp_to_key` gives: it compares any two elements."""
        if len(arguments.positional) < 2:
            return PLAIN
        compare, element = arguments.positional[:2]
        return self.call(compare, Arguments((element, element)), CallPoint(point.node, point.at, direct=False))


_RANDOM = ("random.", "random.Random.", "random.SystemRandom.", "secrets.", "secrets.SystemRandom.")

SELECTING_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("itertools.product", "itertools.zip_longest"), SelectingFunctions._call_rows),
    **dict.fromkeys(
        (f"itertools.{name}" for name in ("permutations", "combinations", "combinations_with_replacement", "batched")),
        SelectingFunctions._call_chosen_rows,
    ),
    **dict.fromkeys(("itertools.takewhile", "itertools.dropwhile"), SelectingFunctions._call_while),
    "itertools.pairwise": SelectingFunctions._call_pairs,
    "itertools.repeat": SelectingFunctions._call_repeated,
    "itertools.compress": SelectingFunctions._call_compressed,
    "itertools.tee": SelectingFunctions._call_split,
    "itertools.groupby": SelectingFunctions._call_grouped,
    "itertools.accumulate": SelectingFunctions._call_accumulated,
    **dict.fromkeys((f"{source}choice" for source in _RANDOM), SelectingFunctions._call_picked),
    **dict.fromkeys(
        (f"{source}{name}" for source in _RANDOM for name in ("choices", "sample")), SelectingFunctions._call_some
    ),
    **dict.fromkeys((f"{source}shuffle" for source in _RANDOM), SelectingFunctions._call_disordered),
    "heapq.heapify": SelectingFunctions._call_disordered,
    **dict.fromkeys(
        ("heapq.heappush", "bisect.insort", "bisect.insort_left", "bisect.insort_right"), SelectingFunctions._call_added
    ),
    **dict.fromkeys(("heapq.heappop", "heapq.heappushpop", "heapq.heapreplace"), SelectingFunctions._call_taken),
    **dict.fromkeys(("heapq.nsmallest", "heapq.nlargest"), SelectingFunctions._call_smallest),
    "heapq.merge": SelectingFunctions._call_merged,
    **dict.fromkeys(
        ("operator.itemgetter", "operator.attrgetter", "operator.methodcaller", "functools.cmp_to_key"),
        SelectingFunctions._call_getter,
    ),
    _ITEM: SelectingFunctions._call_items,
    _ATTRIBUTE: SelectingFunctions._call_attributes,
    _METHOD: SelectingFunctions._call_method_of,
    _ORDER: SelectingFunctions._call_order,
    "operator.call": SelectingFunctions._call_applied,
}
