"""Questions that `inspect` and `asyncio` answer: whether a value is a coroutine, a function, a generator."""

from analyzers.inference.domain.answers import common
from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import PLAIN, const, joined, ordered
from analyzers.inference.domain.values import Arguments, Values
from analyzers.inference.expressions.inspection import FUNCTIONS
from analyzers.inference.interpreter import Interpreter


def _question(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    values = joined(arguments.all)
    if len(arguments.all) != 1 or not values:
        return PLAIN
    answer = common([interpreter.inspected(name.rpartition(".")[2], value) for value in ordered(values)])
    return PLAIN if answer is None else const(answer)


def _marked(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`inspect.markcoroutinefunction`: a function that is taken for another kind."""
    for value in joined(arguments.all):
        interpreter.disguise(value)
    return joined(arguments.all)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(FUNCTIONS, _question),
    "inspect.markcoroutinefunction": _marked,
}
