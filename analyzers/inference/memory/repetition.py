"""Turns that nobody writes as a loop: what is done any number of times inside an expression, or by a library."""

from collections.abc import Callable

from analyzers.inference.domain.store import Delta, Location
from analyzers.inference.domain.value_sets import EMPTY, join
from analyzers.inference.domain.values import Generator, Obj, Values
from analyzers.inference.memory.views import Views

_TURNS = 50
"""How many turns may each add something to the memory, before the run counts as unsettled."""


class Repetition(Views):
    """`repeated` is to comprehensions and callbacks what the fixed point of a loop is to statements."""

    def repeated(self, turn: Callable[[], Values]) -> Values:
        """What any number of turns give, also none: one after another, until one leaves nothing to a next one."""
        results: Values = EMPTY
        for _ in range(_TURNS):
            mark, first_new = self.store.mark(), len(self.owners)
            results = join(results, turn())
            delta = self.store.rewind(mark)
            left = self._for_the_next(delta, first_new)
            again = self.grows([left])
            self.store.merge([{}, delta])
            if not again:
                return results
        self.run.unsettled = True
        return results

    def _for_the_next(self, delta: Delta, first_new: int) -> Delta:
        """What a next turn may find: not what this turn made for itself, which the next one makes anew.

        Another turn only because of such things would find nothing new, and could not tell its objects from these.
        """
        return {location: values for location, values in delta.items() if not self._anew(location, delta, first_new)}

    def _anew(self, location: Location, delta: Delta, first_new: int) -> bool:
        owner = location[0]
        if isinstance(owner, Obj | Generator):
            born: Location = (owner, "born")
            return born in delta and not self.store.get(born)
        match owner:
            case ("comprehension", _):
                return True
            case ("frame", int() as number):
                return number >= first_new
            case _:
                return False
