"""Numbers with their nouns."""


def counted(count: int, noun: str) -> str:
    """A number of things; the noun takes an `s` where there are more or none."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
