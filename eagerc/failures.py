"""What is wrong with the command or its settings, as opposed to the user's code or eagerc itself."""

from collections.abc import Iterable

from analyzers.spelling import nearest


class UsageError(Exception):
    """A command that cannot be carried out; `lines` say all that is wrong with it."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: which known one was probably meant."""
    candidates = sorted(known)
    meant = nearest(word, candidates)
    if meant:
        return f"; did you mean `{meant}`?"
    return f"; known are {', '.join(candidates)}" if candidates else ""
