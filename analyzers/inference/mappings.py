"""Mappings of the project: what `collections.abc.Mapping` makes of `__getitem__`, `__iter__` and `__setitem__`."""

import ast

from analyzers.inference.channels import Channels
from analyzers.inference.records import CallPoint
from analyzers.inference.values import NONE, PLAIN, Arguments, Obj, Values, const, joined, only


class Mappings(Channels):
    """Methods that an abstract class of the standard library gives to the project's classes."""

    def mapping_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        node = point.node
        key = arguments.argument(0, "key")
        match name:
            case "keys":
                return self.many("iterator", node, self.iterated_instance(obj, node))
            case "values":
                return self.many("iterator", node, self._loaded_from(obj, self.iterated_instance(obj, node), point))
            case "items":
                keys = self.iterated_instance(obj, node)
                return self.many("iterator", node, self.tuple_at(node, 0, [keys, self._loaded_from(obj, keys, point)]))
            case "update":
                return self._updated(obj, arguments, point)
            case _:
                default = arguments.argument(1, "default")
                if name == "setdefault":
                    self._stored_in(obj, key, default or NONE, point)
                return joined([self._loaded_from(obj, key, point), default or NONE])

    def _loaded_from(self, obj: Obj, keys: Values, point: CallPoint) -> Values:
        found = self.call_method(obj, "__getitem__", Arguments((keys,)), point)
        return PLAIN if found is None else found

    def _stored_in(self, obj: Obj, keys: Values, values: Values, point: CallPoint) -> None:
        self.call_method(obj, "__setitem__", Arguments((keys, values)), point)

    def _updated(self, obj: Obj, arguments: Arguments, point: CallPoint) -> Values:
        """`update` puts everything in by `__setitem__`, one after the other."""
        given = self.new_dict(self.stand_in(point.node, "update"))
        self._fill(given, arguments, point.node)
        known = self.exact_keys(given)
        for key in [self.keys(given)] if known is None else map(only, known):
            self._stored_in(obj, key, self.load_item(given, key), point)
        return NONE

    def _fill(self, given: Obj, arguments: Arguments, node: ast.expr) -> None:
        for values in arguments.positional:
            self.update_from(given, values, node)
        for name, values in arguments.keywords:
            self.store_item(given, const(name), values)
