"""The elements of containers by their keys: reading, writing and removing them, and which keys may be equal."""

import ast

from analyzers.inference.domain.answers import common
from analyzers.inference.domain.kinds import never_equal
from analyzers.inference.domain.value_sets import (
    EMPTY,
    const,
    constants,
    join,
    joined,
    only,
    ordered,
    single,
)
from analyzers.inference.domain.values import Const, Obj, Value, Values
from analyzers.inference.memory.entries import ANY, item, slot
from analyzers.inference.memory.objects import CELLS_PER_STEP, Objects, constant_items


class Items(Objects):
    """`container[key]`, for each possible key."""

    def store_item(self, obj: Obj, keys: Values, values: Values) -> None:
        """`obj[key] = values` for each possible key."""
        if self.chained(obj):
            self.each(self.chained(obj)[0], lambda first: self._store_in_first(first, keys, values))
            return
        if obj.kind == "dict":
            self._pass_on(obj, keys, values)
            self.keep_entry(obj, self.hashed(keys), values)
            return
        key = single(keys)
        index = key.value if isinstance(key, Const) else None
        length = self.exact(obj)
        if length is not None and isinstance(index, int) and -length <= index < length:
            self.write(item(obj, index % length), values)
        else:
            self.smash(obj, values)

    def _store_in_first(self, first: Value, keys: Values, values: Values) -> Values:
        """An entry of a dict that looks through to several ones belongs to the first of them."""
        assert isinstance(first, Obj)
        self.store_item(first, keys, values)
        return EMPTY

    def _pass_on(self, obj: Obj, keys: Values, values: Values) -> None:
        """An entry of the `__dict__` of an object is an attribute of that."""
        site, owners = obj.site, self.viewed(obj)
        if not owners or not isinstance(site, ast.expr):
            return
        names = [key.value for key in keys if isinstance(key, Const) and isinstance(key.value, str)]
        for owner in owners:
            for name in names:
                self.assign_attribute(only(owner), name, values, site)

    def holds(self, obj: Obj, keys: Values) -> bool | None:
        """Whether a dict (or set) certainly has the key, or certainly has not."""
        keys, present = self.hashed(keys), self.keys(obj)
        if len(keys) > 1:
            return common([self.holds(obj, only(key)) for key in keys])
        key = single(keys)
        if key is None or self.exact_keys(obj) is None:
            return None
        if not self.distinct(key):
            return None if any(self._may_equal(key, each) for each in present) else False
        key = self.present_key(obj, key)
        if key in present:
            return True if key in self.sure_keys(obj) else None
        return False

    def load_item(self, obj: Obj, keys: Values) -> Values:
        """`obj[key]`; the empty set where no such element can be."""
        if not keys:
            return EMPTY
        known = self.hashed(keys) if obj.kind == "dict" else keys
        return joined(self._item(obj, key) for key in ordered(known))

    def _item(self, obj: Obj, key: Value) -> Values:
        if obj.kind == "dict":
            key = self.present_key(obj, key)
            if not self.distinct(key):
                return self._items_under(obj, key)
            return join(self.read(item(obj, slot(key))), self.read((obj, ANY)))
        length = self.exact(obj)
        index = key.value if isinstance(key, Const) else None
        if length is None or not isinstance(index, int):
            return self.elements(obj)
        return self.read(item(obj, index % length)) if -length <= index < length else EMPTY

    def _items_under(self, obj: Obj, key: Value) -> Values:
        """What a dict may hold under a key of which not everything is known."""
        keys = ordered(self.keys(obj))
        self.run.steps += len(keys) // CELLS_PER_STEP
        found = [self.read(item(obj, slot(present))) for present in keys if self._may_equal(key, present)]
        return joined([self.read((obj, ANY)), *found])

    def _may_equal(self, key: Value, present: Value) -> bool:
        if not isinstance(present, Const):
            return True
        if isinstance(key, Const):
            return key.value == present.value
        parts = self.items(key) if isinstance(key, Obj) and key.kind == "tuple" else None
        if parts is None:
            return not never_equal(key, present)
        known = constant_items(present)
        if known is None or len(known) != len(parts):
            return False
        return all(
            any(self._may_equal(value, same) for value in part for same in column)
            for part, column in zip(parts, known, strict=True)
        )

    def known_items(self, values: Values) -> list[tuple[str, Values]] | None:
        """The entries of the only possible dict, where all its keys are known strings."""
        value = single(values)
        if not (isinstance(value, Obj) and value.kind == "dict" and value not in self.summaries):
            return None
        keys = constants(self.keys(self.current(value)))
        if keys is None:
            return None
        return [(key, self.load_item(value, const(key))) for key in sorted(k for k in keys if isinstance(k, str))]

    def remove_item(self, obj: Obj, keys: Values) -> None:
        """`del obj[key]`."""
        if self.chained(obj):
            self.each(self.chained(obj)[0], lambda first: self._remove_from_first(first, keys))
            return
        if obj.kind != "dict":
            self.take_item(obj, keys)
            return
        self.remove_entry(obj, self.hashed(keys))

    def _remove_from_first(self, first: Value, keys: Values) -> Values:
        assert isinstance(first, Obj)
        self.remove_item(first, keys)
        return EMPTY

    def take_item(self, obj: Obj, keys: Values) -> Values:
        """The element of a sequence at an index, which is removed."""
        items, key = self.items(obj), single(keys)
        index = key.value if isinstance(key, Const) else None
        if items is None or not isinstance(index, int) or not -len(items) <= index < len(items):
            found = self.elements(obj)
            self.smash(obj)
            return found
        found = items.pop(index)
        self.refill(obj, items)
        return found
