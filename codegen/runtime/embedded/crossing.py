"""What crosses between a program and the processes that run its tasks.

Inputs and outputs cross as the literals that flytekit makes of them for a local call as well. So they are converted
where and as often as without processes: a dataclass, an enum, a data frame or a file arrives as the same Python value,
and what flytekit cannot convert fails with the same exception. The literals are pickled and not sent as messages of
protobuf, which refuse some that do in one process, such as an integer of more than 64 bits.
"""

import importlib
import io
import pickle
import types
from functools import partial
from typing import Any, NamedTuple

from flytekit.core.context_manager import FlyteContext

from ..exceptions import Caught, Parts, blank, fill, parts_of, trimmed, twin_class
from .traceback_data import Frame, frames_of, traceback_of


class Order(NamedTuple):
    """One run of a task: where to import it from, its inputs, and what its caller configured."""

    module: str
    name: str
    inputs: Any
    file_access: Any
    execution_id: Any
    execution_date: Any
    serialization_settings: Any


class Answer(NamedTuple):
    """How a run ended: with outputs, or with an exception, of which something may have been lost on the way."""

    outputs: Any = None
    error: BaseException | None = None
    loss: str = ""


def order(module: str, name: str, inputs: Any, context: FlyteContext) -> bytes:
    """The message that asks for a run."""
    parameters = context.user_space_params
    return pickle.dumps(
        Order(
            module,
            name,
            inputs,
            context.file_access,
            parameters.execution_id,
            parameters.execution_date,
            context.serialization_settings,
        )
    )


def failed(error: BaseException) -> bytes:
    """The answer of a run that raised; as much of the exception as can be pickled and restored."""
    shown = error.with_traceback(trimmed(error.__traceback__))
    try:
        return _checked(Answer(error=shown), whole=True)
    except Exception as problem:  # noqa: BLE001 - the attributes are the user's, and may object in any way
        return _checked(Answer(error=shown, loss=f"{type(problem).__name__}: {problem}"), whole=False)


def _checked(answer: Answer, *, whole: bool) -> bytes:
    file = io.BytesIO()
    _Pickler(file, whole=whole).dump(answer)
    pickle.loads(file.getvalue())
    return file.getvalue()


class _Pickler(pickle.Pickler):
    """Pickles exceptions whatever their constructors take, with their causes and what shows as their tracebacks."""

    def __init__(self, file: io.BytesIO, *, whole: bool) -> None:
        super().__init__(file)
        self._whole = whole

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, types.ModuleType):  # the object of an AttributeError
            return importlib.import_module, (value.__name__,)
        if not isinstance(value, BaseException):
            return NotImplemented
        is_twin = isinstance(value, Caught)
        original: Any = type(value).__bases__[1] if is_twin else type(value)
        parts = parts_of(value)
        if not self._whole:
            original, parts = _sendable(original, parts, value)
        elif not _can_be_made(original, parts):
            return NotImplemented  # its class has a way of its own, or none
        history = _History(
            frames_of(value.__traceback__), value.__cause__, value.__context__, value.__suppress_context__
        )
        return _made, (original, is_twin, parts.arguments), (parts, history), None, None, _restore


class _History(NamedTuple):
    """What an exception got while it was raised."""

    frames: tuple[Frame, ...]
    cause: BaseException | None
    context: BaseException | None
    suppress_context: bool


def _made(original: Any, is_twin: bool, arguments: tuple[Any, ...]) -> BaseException:
    return blank(twin_class(original, Caught) if is_twin else original, arguments)


def _restore(error: BaseException, state: tuple[Parts, _History]) -> None:
    parts, history = state
    fill(error, parts)
    # Past whatever the class says about assignments: a frozen dataclass refuses them.
    assign = partial(BaseException.__setattr__, error)
    assign("__traceback__", traceback_of(history.frames))
    assign("__cause__", history.cause)
    assign("__context__", history.context)
    assign("__suppress_context__", history.suppress_context)


def _sendable(original: Any, parts: Parts, error: BaseException) -> tuple[Any, Parts]:
    """The nearest class that can be imported, and of the parts those that can be pickled."""
    text = _text(error)
    fields = {name: value for name, value in parts.fields.items() if _crosses(value)}
    fields.setdefault("args", (text,))
    attributes = {name: value for name, value in parts.attributes.items() if _crosses(value)}
    sendable = Parts(parts.arguments, fields, attributes)
    if _crosses(original) and _can_be_made(original, sendable):
        return original, sendable
    plain = Parts((), {"args": (f"{original.__name__}: {text}",)}, attributes)
    return next(kind for kind in original.__mro__ if _crosses(kind) and _can_be_made(kind, plain)), plain


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:  # noqa: BLE001 - the method is the user's
        return f"cannot be shown: {type(problem).__name__}"


def _crosses(value: Any) -> bool:
    try:
        pickle.loads(pickle.dumps(value))
    except Exception:  # noqa: BLE001 - the value is the user's, and may object in any way
        return False
    return True


def _can_be_made(kind: Any, parts: Parts) -> bool:
    """Whether an exception of the class can be made of the parts, and shown."""
    try:
        made = blank(kind, parts.arguments)
        fill(made, parts)
        str(made), repr(made)
    except Exception:  # noqa: BLE001 - the class is the user's, and may object in any way
        return False
    return True
