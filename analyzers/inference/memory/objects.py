"""Objects in the store: sequences and sets with their elements, and what all containers have in common."""

import ast
import itertools
import math

from analyzers.inference.domain.store import Delta, Location
from analyzers.inference.domain.value_sets import (
    EMPTY,
    PLAIN,
    const,
    join,
    joined,
    only,
    ordered,
    single,
)
from analyzers.inference.domain.values import Const, Elements, Obj, Value, Values
from analyzers.inference.memory.entries import ANY, Entries, item, numbers_in, part_of, slot

SEQUENCES = ("list", "tuple", "set", "iterator", "queue", "async queue")
LENGTH = "length"
CELLS_PER_STEP = 16
"""How many cells are looked at for what one step costs."""
LIMIT = "limit"
KEYED = ("dict", "set")
FACTORY = "factory"
SWALLOWS = "swallows"
"""The cell of a stack of contexts, in which a failure of the block may end."""
EXACT_LENGTH_LIMIT = 64
_KEYS_LIMIT = 16
"""How many keys a tuple is taken for whose parts may be one of several."""


def attribute_cell(owner: Value, name: str) -> Location:
    """The cell of an attribute."""
    return (owner, ("attribute", name))


class Objects(Entries):
    """Making, reading and changing containers. One that stands for several ones of a run only ever gains content."""

    def sequence(self, kind: str, site: ast.AST, items: list[Values]) -> Values:
        """A new list, tuple, set or iterator with exactly these elements."""
        obj = self.allocate(kind, site)
        if kind == "set":
            self.empty(obj)
            for values in items:
                self.keep_entry(obj, self.hashed(values), EMPTY, certain=len(items) <= EXACT_LENGTH_LIMIT)
        elif kind == "tuple" and self.exact(obj) == len(items) and not self._is_inside(obj, items):
            for index, values in enumerate(items):
                self.weaken(item(obj, index), values)
        elif obj in self.summaries or len(items) > EXACT_LENGTH_LIMIT:
            self.weaken((obj, ANY), joined(items))
            self.weaken((obj, LENGTH), PLAIN)
        else:
            self.refill(obj, items)
        return only(obj)

    def _is_inside(self, obj: Obj, items: list[Values]) -> bool:
        """Whether a tuple that stands for several is a part of the next of these, as in a linked list."""
        met: set[Value] = set()
        waiting = set(joined(items))
        while waiting:
            met |= waiting
            tuples = [value for value in waiting if isinstance(value, Obj) and value.kind == "tuple"]
            waiting = set(joined(map(self.held, tuples))) - met
        return obj in met

    def refill(self, obj: Obj, items: list[Values]) -> None:
        """From now on the sequence, which is one object of a run, has exactly these elements."""
        for index, values in enumerate(items):
            self.write(item(obj, index), values)
        before = numbers_in(self.read((obj, LENGTH))) if obj.kind == "list" else []
        for index in range(len(items), max(before, default=0)):
            self.write(item(obj, index), EMPTY)
        self.write((obj, ANY), EMPTY)
        self.write((obj, LENGTH), const(len(items)))

    def iterator(self, site: ast.AST, found: Elements) -> Values:
        """A new iterator over these elements."""
        if isinstance(found, list):
            return self.sequence("iterator", site, found)
        return self.many("iterator", site, found)

    def many(self, kind: str, site: ast.AST, elements: Values) -> Values:
        """A new sequence of unknown length."""
        obj = self.allocate(kind, site)
        if kind == "set":
            self.empty(obj)
            self.keep_entry(obj, self.hashed(elements), EMPTY, certain=False)
            return only(obj)
        self.weaken((obj, ANY), elements)
        self.weaken((obj, LENGTH), PLAIN)
        return only(obj)

    def exact(self, obj: Obj) -> int | None:
        """The length of a sequence, where it is one known number; tuples that stand for several may have one too."""
        if obj.kind == "iterator":
            self.begin(obj)
        length = self.read((obj, LENGTH))
        changing = obj in self.summaries and obj.kind != "tuple"
        if len(length) != 1 or changing or self.read((obj, ANY)):
            return None
        value = next(iter(length))
        return value.value if isinstance(value, Const) and isinstance(value.value, int) else None

    def items(self, obj: Obj) -> list[Values] | None:
        """The elements one by one, where their number and order are known."""
        if obj.kind == "set":
            members = self.certain_keys(obj)
            return [only(each) for each in members] if members is not None and len(members) < 2 else None
        length = self.exact(obj) if obj.kind in SEQUENCES else None
        return None if length is None else [self.read(item(obj, index)) for index in range(length)]

    def exact_items(self, values: Values) -> list[Values] | None:
        """The elements of the only possible sequence, where its length is known.

        They are asked for to run through them, after which an iterator may have fewer left.
        """
        value = single(values)
        if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= EXACT_LENGTH_LIMIT:
            return [const(character) for character in value.value]
        if isinstance(value, Const) and isinstance(value.value, tuple):
            return constant_items(value)
        if not isinstance(value, Obj):
            return None
        if value.kind == "dict":
            keys = self.certain_keys(self.current(value))
            return None if keys is None else [only(key) for key in keys]
        items = self.items(value)
        if items is not None and value.kind == "iterator":
            self.smash(value)
        return items

    def elements(self, obj: Obj) -> Values:
        """Everything that the container may hold; of a dict, its values."""
        if obj.kind == "iterator":
            self.begin(obj)
        return self.held(obj)

    def held(self, obj: Obj) -> Values:
        """Everything that the container holds so far, without anything that a lazy iterator has still to do."""
        if obj.kind == "dict":
            keys = self.keys(obj)
            self.run.steps += len(keys) // CELLS_PER_STEP
            known = [self.read(item(obj, slot(key))) for key in ordered(keys)]
            return joined([self.read((obj, ANY)), *known])
        if obj.kind == "set":
            return self.keys(obj)
        lengths = numbers_in(self.read((obj, LENGTH)))
        known = [self.read(item(obj, index)) for index in range(max(lengths, default=0))]
        return join(self.read((obj, ANY)), *known)

    def append(self, obj: Obj, values: Values) -> None:
        length = self.exact(obj) if obj.kind == "list" else None
        if length is None or length >= EXACT_LENGTH_LIMIT:
            self.smash(obj, values)
        else:
            self.write(item(obj, length), values)
            self.write((obj, LENGTH), const(length + 1))

    def limit(self, obj: Obj) -> Values:
        """The `maxlen` of a deque, if it has one."""
        return self.read((obj, LIMIT))

    def shorten(self, obj: Obj, from_left: bool = True) -> None:
        """A deque that is longer than its limit loses elements from one end."""
        limits, items = numbers_in(self.limit(obj)), self.items(obj)
        if items is not None and limits and len(items) > limits[0]:
            self.refill(obj, items[len(items) - limits[0] :] if from_left else items[: limits[0]])

    def smash(self, obj: Obj, extra: Values = EMPTY) -> None:
        """Forget the order and number of the elements, and add `extra` to them."""
        if obj.kind == "set":
            self.keep_entry(obj, self.hashed(extra), EMPTY, certain=False)
            if not extra:
                self.doubt_entries(obj)
            return
        self.weaken((obj, ANY), join(self.held(obj), extra))
        self.weaken((obj, LENGTH), PLAIN)

    def hashed(self, keys: Values) -> Values:
        """Keys as a dict compares them: tuples by what is in them, where that is known."""
        if not any(isinstance(key, Obj) and key.kind == "tuple" for key in keys):
            return keys
        return joined(self._hashed(key) for key in keys)

    def _hashed(self, key: Value) -> Values:
        """A tuple by what is in it: one for each combination of what its parts may be."""
        items = self.items(key) if isinstance(key, Obj) and key.kind == "tuple" else None
        columns = [self.hashed(part) for part in items or ()]
        combinations = math.prod(map(len, columns))
        if items is None or not 0 < combinations <= _KEYS_LIMIT:
            return only(key)
        if not all(self.distinct(part) for column in columns for part in column):
            return only(key)
        rows = itertools.product(*(map(_in_key, column) for column in columns))
        return frozenset(Const(row, "tuple") for row in rows)

    def grows(self, deltas: list[Delta]) -> bool:
        """Whether going on from any of these adds something to what the memory holds."""
        return any(
            join(self.store.get(location), values) != self.store.get(location)
            for delta in deltas
            for location, values in delta.items()
        )

    def size(self, obj: Obj) -> int | None:
        """The number of elements, where it is known."""
        if obj.kind not in KEYED:
            return self.exact(obj)
        keys = self.certain_keys(obj)
        return None if keys is None else len(keys)

    def clear(self, obj: Obj) -> None:
        """Remove everything from a container."""
        if obj in self.summaries:
            return
        if obj.kind not in KEYED:
            self.refill(obj, [])
            return
        self.remove_entries(obj)

    def swallows(self, obj: Obj) -> bool:
        """Whether a failure of the block under a context may end there."""
        return bool(self.read((obj, SWALLOWS)))

    def note_swallowing(self, obj: Obj) -> None:
        self.write((obj, SWALLOWS), const(True))


def constant_items(value: Const) -> list[Values] | None:
    """The elements of a tuple that is a constant."""
    if not isinstance(value.value, tuple):
        return None
    return [only(part_of(part)) for part in value.value]


def _in_key(part: Value) -> object:
    return part.value if isinstance(part, Const) else part
