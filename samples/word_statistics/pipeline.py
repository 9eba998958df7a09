"""The eager functions of the pipeline: what to read, what to count, what to say."""

import asyncio

import flytekit as fl

from . import counting
from .library import chapters
from .summary import summarize as in_words


def totals(texts: list[str]) -> dict[str, int]:
    """Count every text in a map task and add the counts up."""
    return counting.merge(counts=counting.count_each(text=texts))


@fl.eager
async def statistics(title: str) -> str:
    """Say what a text is about."""
    texts = chapters(title=title)
    if not texts:
        return "an empty book"
    return in_words(counts=totals(texts))


@fl.eager
async def compare(first: str, second: str) -> str:
    """Say what two texts are about, both at once."""
    match await asyncio.gather(statistics(title=first), statistics(title=second)):
        case [one, other] if one == other:
            return f"both: {one}"
        case [one, other]:
            return f"{first}: {one}; {second}: {other}"
        case _:
            raise AssertionError("two titles give two sentences")
