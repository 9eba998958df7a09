"""Lazy iterators of which only the first elements are taken, by the very call that they are made for."""

import ast
import itertools

from analyzers.inference.calls.lazy_iterators import EXPRESSION, LazyIterators
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import const, single
from analyzers.inference.domain.values import Generator, Obj, Suspended, Values
from analyzers.inference.memory.objects import EXACT_LENGTH_LIMIT

_SOURCES = {
    EXPRESSION: 0,
    "builtins.map": 1,
    "itertools.starmap": 1,
    "builtins.filter": 1,
    "itertools.filterfalse": 1,
}
"""What gives at most one element for each element of its sources, which are its arguments from some index on."""


_FIRST = 8
"""How many elements of what has many are looked at for the first one that is wanted."""


class CutIterators(LazyIterators):
    """`next(map(...))`, `islice(map(...), 2)`: nobody else can take the elements that are left."""

    def first_items(self, values: Values, point: CallPoint, count: int | None) -> list[Values] | None:
        """The elements of which somebody takes the first `count` only, or all of them."""
        value = single(values)
        if isinstance(value, Generator) and count is not None and count >= 0:
            return self.take(value, point.node, count, between=True)
        cut = None if count is None or count < 0 else self.cut(value, point, count)
        if cut is None and isinstance(point.node, ast.Call) and point.node.args and count is not None:
            cut = self.head(values, point.node.args[0], count)
        return self.exact_items(values) if cut is None else cut

    def head(self, values: Values, site: ast.expr, count: int) -> list[Values] | None:
        """The first `count` elements of what has many or never ends; an iterator is made at `site`, for this use."""
        value = single(values)
        if not isinstance(value, Obj) or value in self.summaries or not 0 <= count <= EXACT_LENGTH_LIMIT:
            return None
        if value.kind == "iterator" and (value.site is not site or self.settling):
            return None
        numbers = self.numbers(value, count)
        if numbers is not None:
            return [const(number) for number in numbers]
        around = self.round_of(value)
        return None if around is None else list(itertools.islice(itertools.cycle(around), count))

    def first_of(self, source: Values, site: ast.expr, limit: int) -> list[Values] | None:
        """The elements that a loop begins with, where the body of a generator runs only so far."""
        return None if self.left_to_yield() is None else self.head(source, site, limit)

    def cut(self, value: object, point: CallPoint, count: int) -> list[Values] | None:
        """The first elements of an iterator that is written out as the first argument of this call."""
        call = point.node
        made_here = isinstance(value, Obj) and isinstance(call, ast.Call) and call.args and call.args[0] is value.site
        if not isinstance(value, Obj) or not made_here or self.settling or value in self.summaries:
            return None
        suspended = single(self.progress_of(value))
        if not isinstance(suspended, Suspended) or suspended in self.run.memos or suspended in self.active:
            return None
        return self._cut_sources(suspended, count)

    def _cut_sources(self, suspended: Suspended, count: int) -> list[Values] | None:
        """What comes out of as many elements of the sources as are needed."""
        first = _SOURCES.get(suspended.name)
        sources = () if first is None else suspended.arguments.positional[first:]
        sites = suspended.call.args[first:] if isinstance(suspended.call, ast.Call) else _iterated(suspended.call)
        columns = [self._column(*each) for each in zip(sources, sites, strict=False)]
        known = [column for column in columns if column is not None]
        several = isinstance(suspended.call, ast.GeneratorExp) and len(suspended.call.generators) > 1
        if not known or len(known) < len(columns) or len(suspended.arguments.all) > first + len(known) or several:  # type: ignore[operator]  # there are sources
            return None
        longest = min(len(column) for column, _ in known)
        whole = any(ends and len(column) == longest for column, ends in known)
        for taken in range(min(count, longest), longest + 1):
            mark = self.store.mark()
            found = self._drawn_from([column[:taken] for column, _ in known], suspended)
            if found is not None and (len(found) >= count or (whole and taken == longest)):
                return found[:count]
            self.store.rewind(mark)
            if found is None:
                return None
        return None

    def _column(self, source: Values, site: ast.expr) -> tuple[list[Values], bool] | None:
        """The elements of a source, or its first ones, and whether these are all."""
        value = single(source)
        if isinstance(value, Obj) and value.kind in ("list", "tuple"):
            items = self.items(value)
            return None if items is None else (items, True)
        found = self.head(source, site, _FIRST)
        return None if found is None else (found, len(found) < _FIRST)

    def _drawn_from(self, columns: list[list[Values]], suspended: Suspended) -> list[Values] | None:
        given = suspended.arguments.positional[: -len(columns)]
        parts = [
            self.sequence("tuple", self.stand_in(suspended.call, ("cut", index, len(column))), column)
            for index, column in enumerate(columns)
        ]
        cut = suspended.replaced(arguments=suspended.arguments.replaced(positional=(*given, *parts)))
        if suspended in self.run.makers:
            self.run.makers[cut] = self.run.makers[suspended]
        return self.drawn_once(cut)


def _iterated(node: ast.expr) -> list[ast.expr]:
    """What the outermost loop of a generator expression runs through."""
    return [node.generators[0].iter] if isinstance(node, ast.GeneratorExp) else []
