"""Containers of the standard library beyond the builtin ones: `Counter`, `ChainMap`, `deque`, `dict.fromkeys`."""

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import NONE, PLAIN, joined, only, ordered
from analyzers.inference.domain.values import Arguments, Obj, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.library.iteration_functions import listed, spread_first
from analyzers.inference.memory.objects import LIMIT


def _counter(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    obj = interpreter.new_counter(point.node)
    interpreter.first_count(obj, arguments, point.node)
    return only(obj)


def _deque(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A list; one of limited length keeps the last elements."""
    limit = arguments.argument(1, "maxlen") or NONE
    given = arguments.positional[:1] or tuple(values for key, values in arguments.keywords if key == "iterable")
    made = listed(interpreter, name, Arguments(given, (), arguments.star), point)
    if limit == NONE:
        return made
    known = isinstance(interpreter.known(limit), int)
    for deque in made:
        if isinstance(deque, Obj) and known and deque not in interpreter.summaries:
            interpreter.write((deque, LIMIT), limit)
            interpreter.shorten(deque)
        elif isinstance(deque, Obj):
            interpreter.smash(deque)
    return made


def _chain_map(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    maps = [*arguments.positional, *([arguments.star] if arguments.star is not None else [])]
    return only(interpreter.new_chain(maps, point.node))


def _from_keys(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`dict.fromkeys(names, value)`: one value under every key."""
    obj = interpreter.new_dict(point.node)
    keys = spread_first(interpreter, arguments)
    value = arguments.argument(1, "value") or NONE
    for key in [interpreter.iterated(arguments.argument(0, "iterable"), point.node)] if keys is None else keys:
        interpreter.store_item(obj, interpreter.forced(key, point.node), value)
    return only(obj)


def _unbound(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`list.append(steps, fit)`: a method that is given its container."""
    receivers = [value for value in ordered(joined(arguments.positional[:1])) if isinstance(value, Obj)]
    rest = arguments.replaced(positional=arguments.positional[1:])
    method = name.rpartition(".")[2]
    return joined(interpreter.call_builtin_method(receiver, method, rest, point) for receiver in receivers) or PLAIN


_UNBOUND = {
    "list": "append extend insert pop remove copy clear sort",
    "dict": "get items values keys update setdefault pop copy",
    "set": "add update union discard copy",
}

HANDLERS: dict[str, Handler] = {
    **{f"builtins.{kind}.{method}": _unbound for kind, methods in _UNBOUND.items() for method in methods.split()},
    "collections.deque": _deque,
    "collections.Counter": _counter,
    "collections.ChainMap": _chain_map,
    "builtins.dict.fromkeys": _from_keys,
    "collections.OrderedDict.fromkeys": _from_keys,
}
