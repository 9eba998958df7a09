"""Objects in the store: containers with their elements, instances with their attributes."""

import ast

from analyzers.inference.core import Core
from analyzers.inference.store import Location
from analyzers.inference.values import (
    EMPTY,
    PLAIN,
    ClassRef,
    Const,
    Coroutine,
    Data,
    Future,
    Method,
    Obj,
    Partial,
    Pending,
    Unknown,
    Value,
    Values,
    const,
    join,
    joined,
    only,
    ordered,
    origins,
)

SEQUENCES = ("list", "tuple", "set", "iterator")
_ANY = "*"
_LENGTH = "length"
_KEYS = "keys"
_EXACT_LENGTH_LIMIT = 64
_CONTENTS_LIMIT = 4000


def item(obj: Obj, key: object) -> Location:
    """The cell of one element."""
    return (obj, ("item", key))


def attribute_cell(owner: Value, name: str) -> Location:
    """The cell of an attribute."""
    return (owner, ("attribute", name))


class Objects(Core):
    """Making, reading and changing objects. An object that stands for several ones of a run only ever gains content."""

    def allocate(self, kind: str, site: ast.AST, cls: ClassRef | None = None) -> Obj:
        """The object that the expression `site` makes in the present activation."""
        obj = Obj(kind, site, self.env.owner, cls)
        born: Location = (obj, "born")
        if born in self.store:
            self.summaries.add(obj)
        self.store.set(born, PLAIN)
        return obj

    def sequence(self, kind: str, site: ast.AST, items: list[Values]) -> Values:
        """A new list, tuple, set or iterator with exactly these elements."""
        obj = self.allocate(kind, site)
        if obj in self.summaries or len(items) > _EXACT_LENGTH_LIMIT or kind == "set":
            self.weaken((obj, _ANY), joined(items))
            self.weaken((obj, _LENGTH), PLAIN)
            return only(obj)
        for index, values in enumerate(items):
            self.write(item(obj, index), values)
        self.write((obj, _ANY), EMPTY)
        self.write((obj, _LENGTH), const(len(items)))
        return only(obj)

    def many(self, kind: str, site: ast.AST, elements: Values) -> Values:
        """A new sequence of unknown length."""
        obj = self.allocate(kind, site)
        self.weaken((obj, _ANY), elements)
        self.weaken((obj, _LENGTH), PLAIN)
        return only(obj)

    def exact(self, obj: Obj) -> int | None:
        """The length of a sequence, where it is one known number."""
        length = self.read((obj, _LENGTH))
        if len(length) != 1 or obj in self.summaries or self.read((obj, _ANY)):
            return None
        value = next(iter(length))
        return value.value if isinstance(value, Const) and isinstance(value.value, int) else None

    def items(self, obj: Obj) -> list[Values] | None:
        """The elements one by one, where the length is known."""
        length = self.exact(obj) if obj.kind in SEQUENCES else None
        return None if length is None else [self.read(item(obj, index)) for index in range(length)]

    def exact_items(self, values: Values) -> list[Values] | None:
        """The elements of the only possible sequence, where its length is known."""
        if len(values) != 1:
            return None
        value = next(iter(values))
        return self.items(value) if isinstance(value, Obj) else None

    def elements(self, obj: Obj) -> Values:
        """Everything that the container may hold; of a dict, its values."""
        if obj.kind == "dict":
            keys = [key.value for key in self.read((obj, _KEYS)) if isinstance(key, Const)]
            return join(self.read((obj, _ANY)), *(self.read(item(obj, key)) for key in keys))
        lengths = [v.value for v in self.read((obj, _LENGTH)) if isinstance(v, Const) and isinstance(v.value, int)]
        known = [self.read(item(obj, index)) for index in range(max(lengths, default=0))]
        return join(self.read((obj, _ANY)), *known)

    def keys(self, obj: Obj) -> Values:
        return self.read((obj, _KEYS))

    def append(self, obj: Obj, values: Values) -> None:
        length = self.exact(obj) if obj.kind == "list" else None
        if length is None or length >= _EXACT_LENGTH_LIMIT:
            self.smash(obj, values)
        else:
            self.write(item(obj, length), values)
            self.write((obj, _LENGTH), const(length + 1))

    def smash(self, obj: Obj, extra: Values = EMPTY) -> None:
        """Forget the order and number of the elements, and add `extra` to them."""
        self.weaken((obj, _ANY), join(self.elements(obj), extra))
        self.weaken((obj, _LENGTH), PLAIN)

    def store_item(self, obj: Obj, keys: Values, values: Values) -> None:
        """`obj[key] = values` for each possible key."""
        constant = [key for key in keys if isinstance(key, Const)]
        if obj.kind == "dict":
            self.weaken((obj, _KEYS), keys)
        strong = len(keys) == 1 and len(constant) == 1 and obj not in self.summaries
        if obj.kind == "dict":
            for key in constant:
                (self.write if strong else self.weaken)(item(obj, key.value), values)
            if len(constant) < len(keys):
                self.weaken((obj, _ANY), values)
            return
        length = self.exact(obj)
        index = constant[0].value if strong else None
        if length is not None and isinstance(index, int) and -length <= index < length:
            self.write(item(obj, index % length), values)
        else:
            self.smash(obj, values)

    def load_item(self, obj: Obj, keys: Values) -> Values:
        """`obj[key]`; the empty set where no such element can be."""
        if not keys:
            return EMPTY
        if not all(isinstance(key, Const) for key in keys):
            return self.elements(obj)
        return joined(self._item(obj, key.value) for key in keys if isinstance(key, Const))

    def _item(self, obj: Obj, key: object) -> Values:
        if obj.kind == "dict":
            return join(self.read(item(obj, key)), self.read((obj, _ANY)))
        length = self.exact(obj)
        if length is None or not isinstance(key, int):
            return self.elements(obj)
        return self.read(item(obj, key % length)) if -length <= key < length else EMPTY

    def remove_item(self, obj: Obj, keys: Values) -> None:
        if obj.kind != "dict":
            self.smash(obj)
        elif len(keys) == 1 and obj not in self.summaries:
            key = next(iter(keys))
            if isinstance(key, Const):
                self.write(item(obj, key.value), EMPTY)
                self.write((obj, _KEYS), self.read((obj, _KEYS)) - {key})

    def new_dict(self, site: ast.AST) -> Obj:
        obj = self.allocate("dict", site)
        if obj not in self.summaries:
            self.write((obj, _KEYS), EMPTY)
            self.write((obj, _ANY), EMPTY)
        return obj

    def iterated(self, values: Values, site: ast.expr) -> Values:
        """What a loop over `values` binds in any of its turns."""
        return joined(self._elements_of(value, site) for value in ordered(values))

    def _elements_of(self, value: Value, site: ast.expr) -> Values:
        match value:
            case Obj(kind="dict"):
                return self.keys(value)
            case Obj(kind="instance"):
                return self.iterated_instance(value, site)
            case Obj():
                return self.elements(value)
            case Const(value=str() | bytes()):
                return PLAIN
            case Data() | Unknown():
                return only(value)
            case Const():
                return EMPTY
            case _:
                return self.iterated_other(value, site)

    def iterated_instance(self, obj: Obj, site: ast.expr) -> Values:
        """What iterating over an instance of a project's class gives."""
        raise AssertionError("the part that knows classes answers this")

    def iterated_other(self, value: Value, site: ast.expr) -> Values:
        """What iterating over anything else gives."""
        raise AssertionError("the part that knows classes answers this")

    def contents(self, values: Values) -> set[Value]:
        """`values` and everything that can be reached through them."""
        found: set[Value] = set()
        waiting = list(values)
        while waiting and len(found) < _CONTENTS_LIMIT:
            value = waiting.pop()
            if value not in found:
                found.add(value)
                for inner in self._inside(value):
                    waiting.extend(inner)
        return found

    def _inside(self, value: Value) -> tuple[Values, ...]:
        match value:
            case Obj(kind="instance"):
                return ()
            case Obj():
                return (self.elements(value),)
            case Future(result=result):
                return (result,)
            case Partial(arguments=arguments) | Coroutine(arguments=arguments):
                return arguments.all
            case Method(receiver=receiver):
                return (only(receiver),)
            case _:
                return ()

    def origins(self, values: Values) -> frozenset[str]:
        """The site ids of the invocations whose results are in `values`, inside containers too."""
        if all(isinstance(value, Const | Data) for value in values):
            return origins(values)
        contents = self.contents(values)
        records = [self.record_of(value) for value in contents if isinstance(value, Pending)]
        return origins(frozenset(contents)) | {record.site for record in records if record is not None}

    def mixed(self, parts: list[Values]) -> Values:
        """A plain value computed from `parts`."""
        found = frozenset[str]().union(*(self.origins(part) for part in parts))
        return only(Data(found))
