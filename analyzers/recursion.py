"""Room for recursion over what is nested deeply."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# So deep that what Python's parser lets through does not reach it, and not so deep that C runs out of stack on the way.
_DEEP = 20_000


@contextmanager
def deep_recursion(limit: int = _DEEP) -> Iterator[None]:
    """Let Python recurse that deep, in a `with` block or a decorated function."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, limit))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
