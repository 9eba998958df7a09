"""Lazy iterators of which only the first elements are taken, by the very call that they are made for."""

import ast

from analyzers.inference.calls.lazy_iterators import EXPRESSION, LazyIterators
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import single
from analyzers.inference.domain.values import Generator, Obj, Suspended, Values

_SOURCES = {
    EXPRESSION: 0,
    "builtins.map": 1,
    "itertools.starmap": 1,
    "builtins.filter": 1,
    "itertools.filterfalse": 1,
}
"""What gives at most one element for each element of its sources, which are its arguments from some index on."""


class CutIterators(LazyIterators):
    """`next(map(...))`, `islice(map(...), 2)`: nobody else can take the elements that are left."""

    def first_items(self, values: Values, point: CallPoint, count: int | None) -> list[Values] | None:
        """The elements of which somebody takes the first `count` only, or all of them."""
        value = single(values)
        if isinstance(value, Generator) and count is not None and count >= 0:
            return self.take(value, point.node, count, between=True)
        cut = None if count is None or count < 0 else self.cut(value, point, count)
        return self.exact_items(values) if cut is None else cut

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
        columns = [self._column(source) for source in sources]
        known = [column for column in columns if column is not None]
        several = isinstance(suspended.call, ast.GeneratorExp) and len(suspended.call.generators) > 1
        if not known or len(known) < len(columns) or len(suspended.arguments.all) > first + len(known) or several:  # type: ignore[operator]  # there are sources
            return None
        longest = min(map(len, known))
        for taken in range(min(count, longest), longest + 1):
            mark = self.store.mark()
            found = self._drawn_from([column[:taken] for column in known], suspended)
            if found is not None and (len(found) >= count or taken == longest):
                return found[:count]
            self.store.rewind(mark)
            if found is None:
                return None
        return None

    def _column(self, source: Values) -> list[Values] | None:
        value = single(source)
        return self.items(value) if isinstance(value, Obj) and value.kind in ("list", "tuple") else None

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
