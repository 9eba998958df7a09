"""The builtin exceptions: how their classes are related, and how they are made."""

import builtins

_PARTICULAR = (UnicodeError, BaseExceptionGroup)
"""Those whose constructors refuse some arguments."""


def exception_class(name: str) -> type[BaseException] | None:
    """The builtin exception of a dotted name."""
    module, _, last = name.rpartition(".")
    found = getattr(builtins, last, None) if module == "builtins" else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def takes_anything(name: str) -> bool:
    """Whether a dotted name is that of a builtin exception that is made of any positional arguments."""
    found = exception_class(name)
    return found is not None and not issubclass(found, _PARTICULAR)


def inherits(name: str, base: str) -> bool | None:
    """Whether one exception is a kind of another; None where `base` may be another name of a builtin class."""
    found, ancestor = exception_class(name), exception_class(base)
    return None if found is None or ancestor is None else issubclass(found, ancestor)
