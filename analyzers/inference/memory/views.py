"""Elements one by one, where their order is not known, or which of them are there, or where there are many."""

import ast

from analyzers.inference.domain.value_sets import PLAIN, only, single
from analyzers.inference.domain.values import Const, Obj, Values
from analyzers.inference.memory.entries import ANY, item, numbers_in
from analyzers.inference.memory.items import Items
from analyzers.inference.memory.objects import KEYED, LENGTH

_NUMBERS = "numbers"
"""The cell of what gives numbers, of which it has many."""

_LIMIT = 16


class Views(Items):
    """What a loop over a set meets, or over a dict that has some of its keys in some runs only."""

    def parted(self, values: Values) -> list[Values] | None:
        """The elements of the only possible container, each of which comes once at most.

        None where they are not apart: any element may then be any of them, any number of times.
        """
        value = single(values)
        if not isinstance(value, Obj) or value in self.summaries:
            return None
        if value.kind == "iterator":
            found = self.shown_apart(value)
        else:
            found = self._keys_apart(value)
        return found if found is not None and len(found) <= _LIMIT else None

    def _keys_apart(self, obj: Obj) -> list[Values] | None:
        if obj.kind not in KEYED:
            return None
        keys = self.certain_keys(obj) if obj.kind == "set" else self.exact_keys(self.current(obj))
        return None if keys is None else [only(key) for key in keys]

    def keyed(self, values: Values) -> Obj | None:
        """The only possible set or dict, or the dict whose keys a view shows."""
        value = single(values)
        if isinstance(value, Obj) and value.kind == "iterator":
            return self.viewed_by(value, "dict.keys")
        return value if isinstance(value, Obj) and value.kind in KEYED else None

    def items_at_most(self, obj: Obj) -> tuple[Values, ...]:
        """The elements of a list that has one of several lengths: it may be without the last ones."""
        lengths = self.read((obj, LENGTH))
        known = all(isinstance(length, Const) for length in lengths) and not self.read((obj, ANY))
        count = max(numbers_in(lengths), default=0) if known and obj not in self.summaries else 0
        return tuple(self.read(item(obj, index)) for index in range(count))

    def numbered(self, kind: str, site: ast.AST, numbers: range | tuple[int, int]) -> Values:
        """A `range` of many numbers, or an iterator that counts from a first number on by some step."""
        made = self.many(kind, site, PLAIN)
        for obj in made:
            self.weaken((obj, _NUMBERS), only(Const((numbers,), _NUMBERS)))
        return made

    def next_number(self, obj: Obj) -> int | None:
        """The next number of an iterator that counts, which is behind it from now on."""
        first = self.numbers(obj, 2) if obj.kind == "iterator" and obj not in self.summaries else None
        if first is None or len(first) < 2:
            return None
        number, following = first
        self.write((obj, _NUMBERS), only(Const(((following, following - number),), _NUMBERS)))
        return number

    def numbers(self, obj: Obj, count: int) -> list[int] | None:
        """The first numbers of such an object, as it was made."""
        kept = single(self.read((obj, _NUMBERS)))
        numbers = kept.value if isinstance(kept, Const) else None
        known = numbers[0] if isinstance(numbers, tuple) else None
        if isinstance(known, range):
            return list(known[:count])
        match known:
            case (int() as start, int() as step):
                return [start + step * index for index in range(count)]
            case _:
                return None
