"""Count the words of a small library: a pipeline of several modules, of which users import only this one."""

from .library import chapters, read
from .pipeline import compare, statistics
from .summary import summarize

__all__ = ["chapters", "compare", "read", "statistics", "summarize"]
