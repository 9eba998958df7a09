"""Answers to yes-or-no questions, put together: None is the answer where none is known."""

from collections.abc import Collection

Answer = bool | None


def any_of(answers: Collection[Answer]) -> Answer:
    """Whether one of several answers is yes."""
    return True if True in answers else None if None in answers else False


def all_of(answers: Collection[Answer]) -> Answer:
    """Whether all of several answers are yes."""
    return False if False in answers else None if None in answers else True


def common(answers: Collection[Answer]) -> Answer:
    """The answer for what is one of several, each of which has its own."""
    distinct = set(answers)
    return distinct.pop() if len(distinct) == 1 else None


def opposite(answer: Answer) -> Answer:
    """Yes for no, and no for yes."""
    return None if answer is None else not answer
