"""What is wrong with the command or its settings, as opposed to the user's code or eagerc itself."""

from collections.abc import Iterable


class UsageError(Exception):
    """A command that cannot be carried out; `lines` say all that is wrong with it."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown word: which known one was probably meant."""
    from difflib import get_close_matches

    candidates = sorted(known)
    found = get_close_matches(word, candidates, n=1, cutoff=0.5)
    if found:
        return f"; did you mean `{found[0]}`?"
    return f"; known are {', '.join(candidates)}" if candidates else ""
