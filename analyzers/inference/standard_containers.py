"""Containers of the standard library beyond the builtin ones: `Counter`, `ChainMap`, `deque`, `dict.fromkeys`."""

from analyzers.inference.iteration_functions import IterationFunctions
from analyzers.inference.objects import LIMIT
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    NONE,
    PLAIN,
    Arguments,
    Obj,
    Values,
    joined,
    only,
    ordered,
)


class StandardContainers(IterationFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_counter(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        obj = self.new_counter(point.node)
        self.first_count(obj, arguments, point.node)
        return only(obj)

    def _call_deque(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A list; one of limited length keeps the last elements."""
        limit = arguments.argument(1, "maxlen") or NONE
        given = arguments.positional[:1] or tuple(values for key, values in arguments.keywords if key == "iterable")
        made = self._call_listed(name, Arguments(given, (), arguments.star), point)
        if limit == NONE:
            return made
        known = isinstance(self.known(limit), int)
        for deque in made:
            if isinstance(deque, Obj) and known and deque not in self.summaries:
                self.write((deque, LIMIT), limit)
                self.shorten(deque)
            elif isinstance(deque, Obj):
                self.smash(deque)
        return made

    def _call_chain_map(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        maps = [*arguments.positional, *([arguments.star] if arguments.star is not None else [])]
        return only(self.new_chain(maps or [only(self.new_dict(self.stand_in(point.node, "first")))], point.node))

    def _call_from_keys(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`dict.fromkeys(names, value)`: one value under every key."""
        obj = self.new_dict(point.node)
        keys = self._spread_first(arguments)
        value = arguments.argument(1, "value") or NONE
        for key in [self.iterated(arguments.argument(0, "iterable"), point.node)] if keys is None else keys:
            self.store_item(obj, self.forced(key, point.node), value)
        return only(obj)

    def _call_unbound(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`list.append(steps, fit)`: a method that is given its container."""
        receivers = [value for value in ordered(joined(arguments.positional[:1])) if isinstance(value, Obj)]
        rest = arguments.replaced(positional=arguments.positional[1:])
        method = name.rpartition(".")[2]
        return joined(self.call_builtin_method(receiver, method, rest, point) for receiver in receivers) or PLAIN


_UNBOUND = {
    "list": "append extend insert pop remove copy clear sort",
    "dict": "get items values keys update setdefault pop copy",
    "set": "add update union discard copy",
}

CONTAINER_HANDLERS: dict[str, Handler] = {
    **{
        f"builtins.{kind}.{method}": StandardContainers._call_unbound
        for kind, methods in _UNBOUND.items()
        for method in methods.split()
    },
    "collections.deque": StandardContainers._call_deque,
    "collections.Counter": StandardContainers._call_counter,
    "collections.ChainMap": StandardContainers._call_chain_map,
    "builtins.dict.fromkeys": StandardContainers._call_from_keys,
    "collections.OrderedDict.fromkeys": StandardContainers._call_from_keys,
}
