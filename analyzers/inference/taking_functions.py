"""Functions that take some of the elements of an iterator: the next one, or those of a slice."""

from analyzers.inference.record_functions import RecordFunctions
from analyzers.inference.records import CallPoint, Handler, Producer
from analyzers.inference.values import (
    EMPTY,
    Arguments,
    Elements,
    Generator,
    Obj,
    Value,
    Values,
    const,
    constants,
    join,
    joined,
    only,
)


class TakingFunctions(RecordFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_next(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        default = arguments.positional[1] if len(arguments.positional) > 1 else EMPTY
        found = self.each(arguments.argument(0, "iterator"), lambda value: self._next_of(value, default, point))
        if not found:
            self.here.ended_by = point.node
        return found

    def _next_of(self, value: Value, default: Values, point: CallPoint) -> Values:
        """The next element, or what there is instead where there may be none."""
        if isinstance(value, Generator):
            items = self.take(value, point.node, 1)
            return join(self.generated(value, point.node), default) if items is None else joined(items) or default
        if isinstance(value, Obj) and value.kind == "iterator":
            first = self.cut(value, point, 1)
            return self._next_of_iterator(value, default) if first is None else joined(first) or default
        step = None
        if isinstance(value, Obj) and value.kind == "instance":
            step = self.call_method(value, "__next__", Arguments(), point)
        return join(self.iterated(only(value), point.node) if step is None else step, default)

    def _next_of_iterator(self, iterator: Obj, default: Values) -> Values:
        known = self.items(iterator)
        if known == []:
            return default
        found = self.take_item(iterator, const(0))
        return found if known else join(found, default)

    def _draw_sliced(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        bounds = [constants(values) for values in arguments.positional[1:]]
        known = [bound[0] for bound in bounds if bound is not None and len(bound) == 1]
        numbers = [number for number in known if number is None or isinstance(number, int)]
        cut = slice(*numbers) if 0 < len(numbers) == len(bounds) else None
        items = self.first_items(arguments.argument(0, "iterable"), point, None if cut is None else cut.stop)
        if items is None or cut is None:
            return self.iterated(arguments.argument(0, "iterable"), point.node)
        return items[cut]


TAKING_HANDLERS: dict[str, Handler] = {
    "builtins.next": TakingFunctions._call_next,
    "builtins.anext": TakingFunctions._call_next,
}

TAKING_PRODUCERS: dict[str, Producer] = {"itertools.islice": TakingFunctions._draw_sliced}
