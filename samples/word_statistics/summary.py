"""A static workflow that turns counts into a sentence."""

from flytekit import task, workflow


@task
def most_frequent(counts: dict[str, int], length: int) -> list[str]:
    """List the most frequent words of at least this length, ties in the order of the alphabet."""
    words = [word for word in counts if len(word) >= length]
    return sorted(words, key=lambda word: (-counts[word], word))[:3]


@task
def phrase(words: list[str]) -> str:
    return "nothing to say" if not words else "much about " + ", ".join(words)


@workflow
def summarize(counts: dict[str, int], length: int = 4) -> str:
    return phrase(words=most_frequent(counts=counts, length=length))
