"""The memory of the abstract interpreter: a flow-sensitive map from locations to abstract values.

It is one dictionary with a trail of what was overwritten, so that an arm of a branch can be tried, taken back as a
`Delta`, and joined with the other arms: the cost follows what an arm writes, not what the memory holds.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from analyzers.inference.domain.value_sets import EMPTY, UNSET, join, joined
from analyzers.inference.domain.values import Owner, Value, Values

Location = tuple[Owner | Value, object]
Delta = dict[Location, Values]


class Store:
    """Cells are read with `get`; a location that was never written is the empty set."""

    __slots__ = ("_cells", "_trail", "_watchers")

    def __init__(self) -> None:
        self._cells: dict[Location, Values] = {}
        self._trail: list[tuple[Location, Values | None]] = []
        self._watchers: list[Delta] = []

    def get(self, location: Location) -> Values:
        return self._cells.get(location, EMPTY)

    def __contains__(self, location: Location) -> bool:
        return location in self._cells

    def set(self, location: Location, values: Values) -> None:
        """Overwrite a cell (a strong update)."""
        old = self._cells.get(location)
        for watcher in self._watchers:
            watcher[location] = join(watcher.get(location, EMPTY), values)
        if old is values:
            return
        self._trail.append((location, old))
        self._cells[location] = values

    def presume(self, location: Location, values: Values) -> None:
        """Where the cell was not written, it has these values, and always had."""
        self._cells.setdefault(location, values)

    def add(self, location: Location, values: Values) -> bool:
        """Join into a cell (a weak update); returns whether that changed it."""
        old = self._cells.get(location)
        if old is None:
            self.set(location, values)
            return True
        new = join(old, values)
        if new == old:
            return False
        self.set(location, new)
        return True

    def mark(self) -> int:
        """A point to come back to with `since` or `rewind`."""
        return len(self._trail)

    def since(self, mark: int) -> Delta:
        """What has been written since `mark`, with its present value."""
        return {location: self._cells[location] for location, _ in self._trail[mark:]}

    def before(self, mark: int) -> Delta:
        """What the cells held that have been written since `mark`; nothing where they did not exist."""
        found: Delta = {}
        for location, old in self._trail[mark:]:
            found.setdefault(location, EMPTY if old is None else old)
        return found

    def rewind(self, mark: int) -> Delta:
        """Take back everything written since `mark`, and return it."""
        delta = self.since(mark)
        for location, old in reversed(self._trail[mark:]):
            if old is None:
                self._cells.pop(location, None)
            else:
                self._cells[location] = old
        del self._trail[mark:]
        return delta

    def apply(self, delta: Delta) -> None:
        for location, values in delta.items():
            self.set(location, values)

    def merge(self, deltas: Sequence[Delta]) -> None:
        """Go on from all of several arms, each taken back to the present point."""
        if len(deltas) == 1:
            self.apply(deltas[0])
            return
        for location in dict.fromkeys(location for delta in deltas for location in delta):
            before = self.unwritten(location)
            self.set(location, joined(delta.get(location, before) for delta in deltas))

    def unwritten(self, location: Location) -> Values:
        """What a cell holds where an arm does not write it.

        A module may be without the name, an object that existed before without the attribute.
        """
        values = self._cells.get(location)
        if values is not None:
            return values
        owner, what = location
        if isinstance(what, tuple) and what[0] == "attribute":
            return UNSET if self.get((owner, "born")) else EMPTY
        return UNSET if owner[0] == "module" else EMPTY

    @contextmanager
    def permanent(self) -> Iterator[None]:
        """What is written meanwhile is not taken back by marks set before: the body of a module runs once."""
        outside = self._trail, self._watchers
        self._trail, self._watchers = [], []
        try:
            yield
        finally:
            self._trail, self._watchers = outside

    @contextmanager
    def watch(self) -> Iterator[Delta]:
        """Collect every value that is written meanwhile, also in arms that end early."""
        watcher: Delta = {}
        self._watchers.append(watcher)
        try:
            yield watcher
        finally:
            self._watchers.pop()
