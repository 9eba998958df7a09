"""The methods that `collections.abc` adds to a class of the project which defines the abstract ones."""

from analyzers.inference.containers.containers import Containers
from analyzers.inference.domain.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.domain.value_sets import NONE, PLAIN, const, join, joined, only
from analyzers.inference.domain.values import Arguments, Obj, Values


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
            case "append" | "extend":
                return self._taken_up(obj, name, arguments, point)
            case "update":
                return self._updated(obj, arguments, point)
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
        """What a list of one's own is given: by `insert`."""
        given = joined(arguments.positional)
        element = given if name == "append" else self.iterated(given, point.node)
        self.call_method(obj, "insert", Arguments((PLAIN, element)), point)
        return NONE

    def _updated(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        """`update` puts everything in by `__setitem__`, one after the other."""
        given = self.new_dict(self.stand_in(point.node, "update"))
        for values in arguments.positional:
            self.update_from(given, values, point.node)
        for name, values in arguments.keywords:
            self.store_item(given, const(name), values)
        known = self.exact_keys(given)
        for key in [self.keys(given)] if known is None else map(only, known):
            self.call_method(obj, "__setitem__", Arguments((key, self.load_item(given, key))), point)
        return NONE
