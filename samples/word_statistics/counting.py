"""Count words, in one text and over many."""

import re
from collections import Counter

from flytekit import map_task, task


@task
def count_words(text: str) -> dict[str, int]:
    """Count each word of a text, whatever its case."""
    return dict(Counter(re.findall(r"[a-z]+", text.lower())))


@task
def merge(counts: list[dict[str, int]]) -> dict[str, int]:
    """Add up the counts of many texts."""
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)


count_each = map_task(count_words)
