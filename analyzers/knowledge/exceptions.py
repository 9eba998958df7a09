"""The builtin exceptions: how they are made."""

from analyzers.knowledge.libraries import builtin_class, is_exception

_PARTICULAR = (UnicodeError, BaseExceptionGroup)
"""Those whose constructors refuse some arguments."""


def takes_anything(name: str) -> bool:
    """Whether a dotted name is that of a builtin exception that is made of any positional arguments."""
    found = builtin_class(name)
    return found is not None and is_exception(name) and not issubclass(found, _PARTICULAR)
