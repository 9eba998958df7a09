"""Orders: elements sorted by keys that are constants."""

import itertools

from analyzers.inference.calls.special_methods import SpecialMethods
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import joined, single
from analyzers.inference.domain.values import Const, Obj, Values
from analyzers.inference.memory.objects import constant_items


class Rankings(SpecialMethods):
    """What sorting does, where the keys of all elements are known."""

    def ranked(
        self, items: list[Values], key: Values, backwards: bool | None, point: CallPoint, apart: bool = False
    ) -> list[Values] | None:
        """Elements in the order of their keys, where these are constants; those of a set (`apart`) may not be equal."""
        found = self.keys_of(key, items, point)
        ranks = [self.rank(values) for values in found]
        try:
            order = sorted(range(len(items)), key=lambda index: ranks[index], reverse=bool(backwards))  # type: ignore[arg-type, return-value]  # what cannot be compared raises
        except TypeError:
            self.compare_ranks(joined(found), point)
            return None
        tied = apart and any(ranks[one] == ranks[other] for one, other in itertools.pairwise(order))
        return None if backwards is None or tied else [items[index] for index in order]

    def keys_of(self, key: Values, items: list[Values], point: CallPoint) -> list[Values]:
        """What a key function says of each element."""
        found = []
        for number, element in enumerate(items):
            with self.turn(number):
                found.append(self.asked(key, element, point) or element)
        return found

    def least(self, items: list[Values]) -> int | None:
        """Where the least of some values stands, as far as they can be compared."""
        ranks = [self.rank(values) for values in items]
        try:
            return min(range(len(items)), key=lambda index: ranks[index])  # type: ignore[arg-type, return-value]  # what cannot be compared raises
        except TypeError:
            return None

    def rank(self, values: Values) -> object:
        """The only possible value as Python has it, tuples included; what is not known can be compared with nothing."""
        value = single(values)
        if isinstance(value, Const) and not isinstance(value.value, tuple):
            return value.value
        if isinstance(value, Const):
            return tuple(self.rank(part) for part in constant_items(value) or ())
        items = self.items(value) if isinstance(value, Obj) and value.kind == "tuple" else None
        return object() if items is None else tuple(self.rank(item) for item in items)
