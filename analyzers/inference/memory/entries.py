"""The entries of dicts, and of sets, which have no values; and the objects that a dict is a view of."""

import ast

from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, const, joined, only, ordered, single
from analyzers.inference.domain.values import ClassRef, Const, EntityRef, External, Function, Obj, Value, Values
from analyzers.inference.memory.core import Core
from analyzers.knowledge.libraries import names_builtin_class
from analyzers.model.record import Record

ANY = "*"
_KEYS = "keys"
_SURE = "sure"
"""The cell of the keys that are certainly there: one constant for each way in which a run may get here."""
_NEXT = "next"
_MAPS = "maps"
COUNTED = "counted"
VIEWED = "viewed"
"""The cell of a dict that is the `__dict__` of a class or an instance: its owner."""


def item(obj: Obj, key: object) -> Location:
    """The cell of one element."""
    return (obj, ("item", key))


def slot(key: Value) -> object:
    """What a dict's cell for `key` is named after."""
    return key.value if isinstance(key, Const) else key


class Entries(Core):
    """Making dicts, and what they hold. A dict that stands for several ones of a run only ever gains content."""

    def allocate(self, kind: str, site: ast.AST, cls: ClassRef | None = None) -> Obj:
        """The object that the expression `site` makes in the present activation."""
        turns = self.here.turns
        owner = ("turn", (self.env.owner, turns)) if turns else self.env.owner
        obj = Obj(kind, site, owner, cls)
        born: Location = (obj, "born")
        if self.store.get(born):
            self.summaries.add(obj)
        self.store.set(born, PLAIN)
        return obj

    def new_dict(self, site: ast.AST) -> Obj:
        obj = self.allocate("dict", site)
        self.empty(obj)
        return obj

    def empty(self, obj: Obj) -> None:
        """A dict or set, which is one object of a run, has no entries yet, or no more."""
        if obj not in self.summaries:
            self.write((obj, _KEYS), EMPTY)
            self.write((obj, ANY), EMPTY)
            if (obj, _NEXT) in self.store:
                self.write((obj, _NEXT), const(0))
            self._keep_sure(obj, frozenset())

    def keys(self, obj: Obj) -> Values:
        return self.read((obj, _KEYS))

    def keep_entry(self, obj: Obj, keys: Values, values: Values, certain: bool = True) -> None:
        """An entry in the dict itself, which is there in every run or in some."""
        keys = frozenset(self.present_key(obj, each) for each in keys)
        key = single(keys)
        if certain and key is not None and self.distinct(key) and obj not in self.summaries:
            self._enter_key(obj, key)
            self.write(item(obj, slot(key)), values)
            return
        self.weaken((obj, _KEYS), keys)
        for each in ordered(keys):
            self.weaken(item(obj, slot(each)) if self.distinct(each) else (obj, ANY), values)

    def present_key(self, obj: Obj, key: Value) -> Value:
        """The key of a dict that equals this one, of two numbers of different types the one that came first."""
        present = self.keys(obj)
        if key in present:
            return key
        if isinstance(key, Const) and isinstance(key.value, int | float):
            same = [Const(key.value, kind) for kind in ("int", "float", "bool")]
            return next((each for each in same if each in present), self._present_object(present, key))
        return self._present_object(present, key)

    def _present_object(self, present: Values, key: Value) -> Value:
        """The key that equals this one though it is another object: a member of an enum, or a record."""
        others = present if _is_structured(key) else [each for each in present if _is_structured(each)]
        own = self.compared_as(key) if others else None
        return next((each for each in others if own is not None and self.compared_as(each) == own), key)

    def compared_as(self, key: Value) -> object:
        """What a key of a dict is compared by; None where it may equal others that are not known."""
        match key:
            case Const(value=tuple() as parts):
                known = tuple(self.compared_as(part_of(part)) for part in parts)
                return None if None in known else known
            case Const(value=value):
                return ("constant", value)
            case Obj(kind="instance"):
                return None if key in self.summaries else self.equal_by(key)
            case EntityRef() | ClassRef() | Function():
                return key
            case External(name=name) if names_builtin_class(name):
                return key
            case _:
                return None

    def _enter_key(self, obj: Obj, key: Value) -> None:
        """A key that is new to the dict stands behind the others."""
        present = self.keys(obj)
        self._keep_sure(obj, self.sure_keys(obj) | {key})
        if key in present:
            return
        self.write((obj, _KEYS), present | {key})
        position = max(numbers_in(self.read((obj, _NEXT))), default=0)
        self.write((obj, ("position", slot(key))), const(position))
        self.write((obj, _NEXT), const(position + 1))

    def sure_keys(self, obj: Obj) -> Values:
        """The keys that a dict has in every run, where it is one object of a run."""
        cells = [value.value for value in self.read((obj, _SURE)) if isinstance(value, Const)]
        ways = [way for cell in cells if isinstance(cell, tuple) for way in cell if isinstance(way, frozenset)]
        return frozenset.intersection(*ways) if ways else EMPTY

    def _keep_sure(self, obj: Obj, keys: Values) -> None:
        self.write((obj, _SURE), only(Const((keys,), _SURE)))

    def doubt_entries(self, obj: Obj) -> None:
        """Any entry of a dict or set may be gone from now on."""
        self._keep_sure(obj, EMPTY)

    def distinct(self, key: Value) -> bool:
        """Whether a key of a dict is one value, equal to itself and to nothing else that is known."""
        if isinstance(key, Obj):
            return self.compared_as(key) is not None
        if isinstance(key, External):
            return names_builtin_class(key.name)
        return isinstance(key, Const | EntityRef | ClassRef | Function)

    def exact_keys(self, obj: Obj) -> list[Value] | None:
        """The keys of a dict in the order of their insertion, where no others are possible."""
        keys = ordered(self.keys(obj))
        if obj in self.summaries or self.read((obj, ANY)) or not all(map(self.distinct, keys)):
            return None
        return sorted(keys, key=lambda key: min(numbers_in(self.read((obj, ("position", slot(key))))), default=0))

    def certain_keys(self, obj: Obj) -> list[Value] | None:
        """The keys of a dict in the order of their insertion, where it has all of them and no others."""
        keys = self.exact_keys(obj)
        return keys if keys is not None and self.is_complete(obj) else None

    def viewed(self, obj: Obj) -> list[Value]:
        """The objects of which a dict is the `__dict__`."""
        return ordered(self.read((obj, VIEWED))) if (obj, VIEWED) in self.store else []

    def chain(self, obj: Obj, maps: list[Values]) -> None:
        """Make a dict the view of several; one that stands for several such dicts has only two, all maps joined."""
        if obj in self.summaries:
            maps = [maps[0], joined([*maps[1:], *self.chained(obj)[1:]])]
        self.write((obj, _MAPS), const(len(maps)))
        for index, values in enumerate(maps):
            self.weaken((obj, ("map", index)), values)

    def chained(self, obj: Obj) -> list[Values]:
        """The dicts that a dict is the view of; none while it is put together of these."""
        if obj in self.put_together:
            return []
        count = max(numbers_in(self.read((obj, _MAPS))), default=0) if obj.kind == "dict" else 0
        return [self.read((obj, ("map", index))) for index in range(count)]

    def counts(self, obj: Obj) -> bool:
        """Whether a dict is a `Counter`."""
        return (obj, COUNTED) in self.store

    def remove_entry(self, obj: Obj, keys: Values) -> None:
        """Take one entry out of a dict, where it is known which; else any of those that it may be is in doubt."""
        keys = frozenset(self.present_key(obj, each) for each in keys)
        distinct = all(map(self.distinct, keys))
        self._keep_sure(obj, self.sure_keys(obj) - keys if distinct else EMPTY)
        if distinct and len(keys) == 1 and obj not in self.summaries:
            for key in keys & self.keys(obj):
                self.write(item(obj, slot(key)), EMPTY)
                self.write((obj, _KEYS), self.keys(obj) - keys)

    def remove_entries(self, obj: Obj) -> None:
        """Take everything out of a dict that is one object of a run."""
        for key in ordered(self.keys(obj)):
            self.write(item(obj, slot(key)), EMPTY)
        self.empty(obj)

    def is_complete(self, obj: Obj) -> bool:
        """Whether a dict has all the keys that it may have."""
        return self.sure_keys(obj) == self.keys(obj)


def part_of(part: object) -> Value:
    """A part of a tuple that is a constant: another constant, or what is known of an object."""
    return part if isinstance(part, Record) else Const(part, type(part).__name__)  # type: ignore[return-value, arg-type]  # parts are constants or values


def _is_structured(key: Value) -> bool:
    return isinstance(key, Obj) or (isinstance(key, Const) and isinstance(key.value, tuple))


def numbers_in(values: Values) -> list[int]:
    """The numbers among constants."""
    return [value.value for value in values if isinstance(value, Const) and isinstance(value.value, int)]
