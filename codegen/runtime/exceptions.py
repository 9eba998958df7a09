"""Exceptions of entities as their callers see them: an `EagerException` that is of the original class too."""

import asyncio
import builtins
import contextlib
import functools
import re
import types
from typing import Any, NamedTuple

from flytekit.exceptions.eager import EagerException
from flytekit.exceptions.system import FlyteNonRecoverableSystemException
from flytekit.exceptions.user import FlyteUserRuntimeException

# What flytekit puts in front of the message of an exception that leaves a task.
_PREFIX = re.compile(r"(?:Error encountered while executing '[^']*':\n  )+")
_WRAPPERS = (FlyteUserRuntimeException, FlyteNonRecoverableSystemException)
# A coroutine cannot raise the one, and the other would end the event loop of the caller.
_UNRAISABLE = (StopIteration, SystemExit)
_Group: Any = getattr(builtins, "BaseExceptionGroup", ())  # new in Python 3.11
_COUNT = re.compile(r" \(\d+ sub-exceptions?\)$")  # which a group adds to its message
_BUILTIN = {"__module__": "builtins"}
# In Python 3.10 programs catch either, and they are not the same.
_TIMEOUTS = tuple(dict.fromkeys((TimeoutError, asyncio.TimeoutError)))
TIMEOUT: type[Exception] = types.new_class("TimeoutError", _TIMEOUTS, exec_body=lambda body: body.update(_BUILTIN))
_HEAP_TYPE = 1 << 9  # Py_TPFLAGS_HEAPTYPE: the class was not built into the interpreter
_MACHINERY = (__name__.rpartition(".")[0], "asyncio", "concurrent", "flytekit")


def as_eager_exception(error: BaseException) -> BaseException:
    """The exception to raise for `error` in the eager function that invoked the entity: always an `EagerException`.

    It has the arguments, attributes, notes, cause and traceback of the original. Where no class can be both, it is a
    plain `EagerException` whose cause is the original.
    """
    while isinstance(error, _WRAPPERS) and isinstance(error.value, BaseException):
        error = error.value
    found = error if isinstance(error, EagerException) else _twin(error) or _plain(error)
    return found.with_traceback(trimmed(error.__traceback__))


def with_note(error: BaseException, note: str) -> BaseException:
    """The exception with one more note; what it was made of keeps its own notes."""
    # `add_note` is new in Python 3.11, which also shows them.
    vars(error)["__notes__"] = [*getattr(error, "__notes__", ()), note]
    return error


def remote_exception(kind: type[BaseException], args: tuple[Any, ...], text: str) -> BaseException:
    """An `EagerException` of another class too, for an exception that was raised elsewhere and shown as this text.

    Its other attributes are not known. Where no class can be both, it is a plain `EagerException`.
    """
    told = args if issubclass(kind, EagerException) else (named(kind.__name__, text),)
    plain: BaseException = EagerException(*told)
    if kind is EagerException or issubclass(kind, _UNRAISABLE) or not issubclass(kind, Exception):
        return plain
    try:
        made = _assembled(kind, Parts((), {"args": args}, {}))
        return made if _shows(made, text) else _assembled(kind, Parts((), {"args": (text,)}, {}), Told)
    except Exception:  # noqa: BLE001 - the class is the user's: its metaclass and its layout may object in any way
        return plain


def remote_group(kind: Any, text: str, within: tuple[BaseException, ...]) -> BaseException:
    """The same for a group of exceptions."""
    message = _COUNT.sub("", text)
    try:
        return _assembled(kind, Parts((message, within), {"args": (message, within)}, {}))
    except Exception:  # noqa: BLE001 - as above
        plain: BaseException = EagerException(named(kind.__name__, text))
        return plain


def is_group(kind: type[BaseException]) -> bool:
    """Whether a class is that of groups of exceptions, and of none that a coroutine cannot raise."""
    return issubclass(kind, Exception) and issubclass(kind, _Group)


def named(name: str, text: str) -> str:
    """What Python shows of an exception of this name."""
    return f"{name}: {text}" if text else name


def _shows(error: BaseException, text: str) -> bool:
    """Whether the exception shows itself as the text; it may need attributes that it does not have."""
    try:
        repr(error)
        return str(error) == text
    except Exception:  # noqa: BLE001 - the class is the user's, and may object in any way
        return False


def too_late(entity: str, seconds: float) -> BaseException:
    """The exception for an entity that its caller waits for no longer."""
    message = f"{entity} took longer than {seconds:g} s"
    return remote_exception(TIMEOUT, (message,), message)


def restored(error: Exception, args: tuple[Any, ...]) -> Exception:
    """The exception with the arguments that it was raised with."""
    # Past whatever the class says about assignments: a frozen dataclass refuses them.
    vars(BaseException)["args"].__set__(error, args)
    return error


def without_prefix(error: Exception) -> Exception:
    """The exception without what flytekit put in front of its message when it left a task."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        prefix = _PREFIX.match(error.args[0])
        if prefix:
            return restored(error, (error.args[0][prefix.end() :],))
    return error


def trimmed(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """The traceback from the first frame on that is the user's."""
    rest = traceback
    while rest is not None and rest.tb_frame.f_globals.get("__name__", "").startswith(_MACHINERY):
        rest = rest.tb_next
    return rest or traceback


class Caught(EagerException):  # type: ignore[misc]  # flytekit is not typed
    """The first base of each class made here: instances must not register or pickle as the original's own do."""

    def __init_subclass__(cls) -> None:
        """Skip what the original does when somebody derives from it: nobody did."""

    def __reduce_ex__(self, _protocol: Any) -> tuple[Any, ...]:
        base, original = type(self).__bases__
        return _assembled, (original, parts_of(self), base)


class Told(Caught):
    """The first base of those whose original cannot show itself without attributes that are not known."""

    def __str__(self) -> str:
        return str(self.args[0])

    def __repr__(self) -> str:
        return BaseException.__repr__(self)


class Parts(NamedTuple):
    """What an exception consists of: arguments for its `__new__`, fields outside of its `__dict__`, its `__dict__`."""

    arguments: tuple[Any, ...]
    fields: dict[str, Any]
    attributes: dict[str, Any]


def _twin(error: BaseException) -> BaseException | None:
    """A copy of the exception in a class that is an `EagerException` as well, None where that cannot be."""
    if isinstance(error, _UNRAISABLE):
        return None
    try:
        twin = _assembled(type(error), parts_of(error))
    except Exception:  # noqa: BLE001 - the class is the user's: its metaclass and its layout may object in any way
        return None
    twin.__cause__ = error.__cause__
    twin.__context__ = error.__context__
    twin.__suppress_context__ = error.__suppress_context__
    return twin


def _plain(error: BaseException) -> BaseException:
    plain: BaseException = EagerException(named(type(error).__name__, str(error)))
    plain.__cause__ = error
    return plain


def parts_of(error: BaseException) -> Parts:
    """What has to be known of an exception to make another that is like it."""
    arguments = (error.message, error.exceptions) if isinstance(error, _Group) else ()
    # A field of a built-in class that was never set reads as None, and differs from one that was set to None.
    given = ("errno", "strerror") if isinstance(error, OSError) and 2 <= len(error.args) <= 5 else ()
    fields = {}
    kind: Any = type(error)
    for name, descriptor in _fields(kind).items():
        with contextlib.suppress(AttributeError):
            value = descriptor.__get__(error)
            if value is not None or descriptor.__objclass__.__flags__ & _HEAP_TYPE or name in given:
                fields[name] = value
    return Parts(arguments, fields, dict(vars(error)))


def blank(kind: Any, arguments: tuple[Any, ...]) -> BaseException:
    """An exception made without a call of `__init__`, whose signature can be anything."""
    solid = kind  # the built-in class whose layout the instances have; only its `__new__` may make them
    while solid.__flags__ & _HEAP_TYPE:
        solid = solid.__base__
    made: BaseException = solid.__new__(kind, *arguments)
    return made


def fill(made: BaseException, parts: Parts) -> None:
    """Give an exception that was made blank the rest of its parts."""
    kind: Any = type(made)
    for name, value in parts.fields.items():
        with contextlib.suppress(AttributeError, TypeError):  # the fields that `__new__` has set are read-only
            _fields(kind)[name].__set__(made, value)
    vars(made).update(parts.attributes)


def _assembled(original: Any, parts: Parts, base: Any = Caught) -> BaseException:
    twin = blank(twin_class(original, base), parts.arguments)
    fill(twin, parts)
    return twin


@functools.cache
def twin_class(original: Any, base: Any) -> Any:
    """The class of `EagerException`s that are instances of the original; it goes by the original's name."""
    names = {name: getattr(original, name) for name in ("__module__", "__qualname__", "__doc__")}
    return types.new_class(original.__name__, (base, original), exec_body=lambda body: body.update(names))


@functools.cache
def _fields(original: Any) -> dict[str, Any]:
    """The descriptors of slots, and of the fields of built-in classes: `args`, `OSError.errno` and the like."""
    return {
        name: descriptor
        for base in reversed(original.__mro__)
        for name, descriptor in vars(base).items()
        if isinstance(descriptor, types.MemberDescriptorType | types.GetSetDescriptorType)
        and not (name.startswith("__") and name.endswith("__"))
    }
