"""Guesses what a misspelt name was meant to be."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that looks most like `name`, if any comes close."""
    import difflib

    return next(iter(difflib.get_close_matches(name, sorted(known), 1)), None)
