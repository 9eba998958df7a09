"""Functions that take some of the elements of an iterator: the next one, or those of a slice."""

from analyzers.inference.domain.records import CallPoint, Handler, Producer
from analyzers.inference.domain.value_sets import EMPTY, const, constants, join, joined, only
from analyzers.inference.domain.values import Arguments, Elements, Generator, Obj, Value, Values
from analyzers.inference.interpreter import Interpreter


def _next(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    default = arguments.positional[1] if len(arguments.positional) > 1 else EMPTY
    found = interpreter.each(
        arguments.argument(0, "iterator"), lambda value: _next_of(interpreter, value, default, point)
    )
    if not found:
        interpreter.here.ended_by = point.node
    return found


def _next_of(interpreter: Interpreter, value: Value, default: Values, point: CallPoint) -> Values:
    """The next element, or what there is instead where there may be none."""
    if isinstance(value, Generator):
        step = interpreter.next_of(value, point.node)
        if step is None:
            return join(interpreter.generated(value, point.node), default)
        items, certain = step
        return (joined(items) or default) if certain else join(joined(items), default)
    if isinstance(value, Obj) and value.kind == "iterator":
        first = interpreter.cut(value, point, 1)
        return _next_of_iterator(interpreter, value, default) if first is None else joined(first) or default
    found = None
    if isinstance(value, Obj) and value.kind == "instance":
        found = interpreter.call_method(value, "__next__", Arguments(), point)
    return join(interpreter.iterated(only(value), point.node) if found is None else found, default)


def _next_of_iterator(interpreter: Interpreter, iterator: Obj, default: Values) -> Values:
    around = interpreter.round_of(iterator)
    if around is not None:
        interpreter.refill(iterator, around[1:] + around[:1])
        return around[0]
    # Later on others may take numbers too.
    number = interpreter.next_number(iterator) if interpreter.run.at_import else None
    if number is not None:
        return const(number)
    known = interpreter.items(iterator)
    if known == []:
        return default
    found = interpreter.take_item(iterator, const(0))
    return found if known else join(found, default)


def _draw_sliced(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Elements:
    bounds = [constants(values) for values in arguments.positional[1:]]
    known = [bound[0] for bound in bounds if bound is not None and len(bound) == 1]
    numbers = [number for number in known if number is None or isinstance(number, int)]
    cut = slice(*numbers) if 0 < len(numbers) == len(bounds) else None
    items = interpreter.first_items(arguments.argument(0, "iterable"), point, None if cut is None else cut.stop)
    if items is None or cut is None:
        return interpreter.iterated(arguments.argument(0, "iterable"), point.node)
    return items[cut]


HANDLERS: dict[str, Handler] = {
    "builtins.next": _next,
    "builtins.anext": _next,
}

PRODUCERS: dict[str, Producer] = {"itertools.islice": _draw_sliced}
