"""How far a block had got when it was left in the middle: what the memory holds then."""

from analyzers.inference.domain.store import Delta, Location, Store
from analyzers.inference.domain.value_sets import EMPTY, join


class Reached:
    """What a step has written before the last point at which it may fail.

    `written` collects every value; `keep` says that the step may fail here, after what has been written by now.
    """

    def __init__(self, written: Delta) -> None:
        self.points = 0
        self.before: Delta = {}
        self._written = written

    def keep(self) -> None:
        self.points += 1
        for cell, values in self._written.items():
            self.before[cell] = join(self.before.get(cell, EMPTY), values)
        self._written.clear()


class Progress:
    """What the steps of a block have written, each of which may fail somewhere inside or certainly does not.

    What was written before the first step that may fail is certain. Beyond that a cell may hold what it held before, or
    whatever was written meanwhile.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._point = store.mark()
        self._recent: Delta = {}
        self._certain: Delta | None = None
        self._later: Delta = {}

    def advance(self) -> None:
        """A step begins: what was written so far is what it finds."""
        self._recent.update(self._store.since(self._point))
        self._point = self._store.mark()

    def fail(self, written: Delta, last: frozenset[Location]) -> None:
        """The step may fail after any part of what it has written, but for what it writes `last`."""
        if self._certain is None:
            self._certain = dict(self._recent)
        else:
            self._add(self._recent)
        self._recent.clear()
        self._add({cell: values for cell, values in written.items() if not self._is_last(cell, values, last)})

    def _is_last(self, cell: Location, values: object, last: frozenset[Location]) -> bool:
        return cell in last and values == self._store.get(cell)

    def _add(self, written: Delta) -> None:
        for cell, values in written.items():
            self._later[cell] = join(self._later.get(cell, EMPTY), values)

    def interrupted(self) -> Delta:
        """The cells where a step has failed, asked for when all that was written has been taken back."""
        found = dict(self._certain or {})
        for cell, values in self._later.items():
            before = found.get(cell, EMPTY if self._made_inside(cell) else self._store.unwritten(cell))
            found[cell] = join(before, values)
        return found

    def _made_inside(self, cell: Location) -> bool:
        """Whether a cell belongs to an object that the block has made."""
        born: Location = (cell[0], "born")
        return not self._store.get(born) and (born in self._later or born in (self._certain or {}))
