"""Functions that give an instance of a class of the standard library, by which its methods are known."""

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import only
from analyzers.inference.domain.values import Arguments, ExternalInstance, Values
from analyzers.inference.interpreter import Interpreter


def _logger(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(ExternalInstance("logging.Logger"))


HANDLERS: dict[str, Handler] = {"logging.getLogger": _logger, "logging.Logger.getChild": _logger}
