"""The methods that `collections.abc` adds to a class of the project which defines the abstract ones."""

from analyzers.inference.containers import Containers
from analyzers.inference.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.values import (
    NONE,
    PLAIN,
    Arguments,
    Obj,
    Values,
    const,
    join,
    joined,
    only,
)


class AbstractCollections(Containers):
    """Mixin methods, each in terms of `__getitem__`, `__iter__` and the like of the class itself."""

    def mixin_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
        """What a mixin method gives; None where there is no such method."""
        point = CallPoint(point.node, point.at, direct=False)
        match name:
            case "get" | "pop" | "setdefault":
                return self._looked_up(obj, name, arguments, point)
            case "keys" | "__iter__":
                return self._sequence_of(self._own_keys(obj, point), obj, point)
            case "values" | "items":
                return self._entries(obj, name, point)
            case "append" | "extend" | "update":
                return self._taken_up(obj, name, arguments, point)
            case _:
                return None

    def _looked_up(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        key = arguments.argument(0, "key") or PLAIN
        default = arguments.argument(1, "default") or NONE
        found = self.call_method(obj, "__getitem__", Arguments((key,)), point)
        if name == "setdefault":
            self.call_method(obj, "__setitem__", Arguments((key, default)), point)
        if name == "pop":
            self.call_method(obj, "__delitem__", Arguments((key,)), point)
        return join(PLAIN if found is None else found, default)

    def _own_keys(self, obj: Obj, point: CallPoint) -> list[Values] | None:
        """The keys one by one, where the class's own iterator is over known ones."""
        iterator = self.call_method(obj, "__iter__", NO_ARGUMENTS, point)
        return None if iterator is None else self.exact_items(iterator)

    def _sequence_of(self, keys: list[Values] | None, obj: Obj, point: CallPoint) -> Values:
        if keys is None:
            return self.many("iterator", point.node, self.iterated_instance(obj, point.node))
        return self.sequence("iterator", point.node, keys)

    def _entries(self, obj: Obj, name: str, point: CallPoint) -> Values:
        """`values()` and `items()`, one entry after the other where the keys are known."""
        keys = self._own_keys(obj, point)
        known = [self.iterated_instance(obj, point.node)] if keys is None else keys
        found = []
        for index, key in enumerate(known):
            with self.turn(index):
                value = self.call_method(obj, "__getitem__", Arguments((key,)), point) or PLAIN
            found.append(value if name == "values" else self.tuple_at(point.node, index, [key, value]))
        if keys is None:
            return self.many("iterator", point.node, joined(found))
        return self.sequence("iterator", point.node, found)

    def _taken_up(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """What a list, set or dict of one's own is given: by `insert`, `add` or `__setitem__`."""
        given = joined(arguments.positional)
        if name in ("append", "extend"):
            element = given if name == "append" else self.iterated(given, point.node)
            self.call_method(obj, "insert", Arguments((PLAIN, element)), point)
            return NONE
        for key, value in (pair for one in given for pair in self.known_items(only(one)) or ()):
            self.call_method(obj, "__setitem__", Arguments((const(key), value)), point)
        for key, value in arguments.keywords:
            self.call_method(obj, "__setitem__", Arguments((const(key), value)), point)
        if name == "update" and any(self.known_items(only(one)) is None for one in given):
            entries = [self.elements(one) if isinstance(one, Obj) and one.cls is None else only(one) for one in given]
            self.call_method(obj, "__setitem__", Arguments((PLAIN, joined(entries))), point)
        return NONE
