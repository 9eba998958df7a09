"""`PATH[:FUNCTION]` on a command line, and the eager functions that it means."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from analyzers.model.facts import EntityFunction
from analyzers.model.places import Place
from analyzers.project import SourceError
from eagerc.analyses import Configured, analyses, errors
from eagerc.failures import UsageError, suggestion


class Target(NamedTuple):
    """A file or folder, and the function in it that is meant; None for all of them."""

    path: str
    function: str | None


class Selected(NamedTuple):
    """An eager function that a command line names, with the analysis that found it."""

    configured: Configured
    function: EntityFunction


class Selection(NamedTuple):
    """What a command line names: the analyses, the eager functions and the files that cannot be analysed, by place."""

    analyses: tuple[Configured, ...]
    functions: tuple[Selected, ...]
    errors: tuple[SourceError, ...]


def target(word: str) -> Target:
    """Read `PATH[:FUNCTION]`; a colon in an existing path belongs to the path."""
    ends = (len(word), *(at for at in reversed(range(len(word))) if word[at] == ":"))
    end = next((end for end in ends if os.path.lexists(word[:end])), len(word))
    return Target(word[:end], word[end + 1 :] or None)


def select(words: Sequence[str]) -> Selection:
    """Analyse what a command line names and pick the eager functions that it means.

    Raises `UsageError` for a path that does not exist and for a function that no file holds.
    """
    targets = [target(word) for word in words]
    made = analyses(list(dict.fromkeys(wanted.path for wanted in targets)))
    found = [
        Selected(one, function) for one in made for function in one.analysis.functions if one.owns(_file(function))
    ]
    chosen: set[str] = set()
    problems = []
    for wanted in targets:
        below = [one.function for one in found if _lies_below(_file(one.function), wanted.path)]
        matching = [function for function in below if wanted.function in (None, *_names(function))]
        chosen.update(str(function.entity.place) for function in matching)
        if wanted.function is not None and not matching:
            hint = suggestion(wanted.function, {_names(function)[0] for function in below})
            problems.append(f"{wanted.path}: no eager function `{wanted.function}`{hint}")
    failed = errors(made)
    if problems:
        raise UsageError(*problems, *(f"{error.place}: {error.message}" for error in failed))
    return Selection(
        made,
        tuple(sorted((one for one in found if str(one.function.entity.place) in chosen), key=_place)),
        failed,
    )


def _place(selected: Selected) -> Place:
    return selected.function.entity.place


def _file(function: EntityFunction) -> str:
    return function.entity.place.path


def _names(function: EntityFunction) -> tuple[str, str]:
    """What a user may call a function: its name in its module, or its full name."""
    full = function.entity.name
    return full.removeprefix(f"{function.module}."), full


def _lies_below(file: str, path: str) -> bool:
    file, path = os.path.abspath(file), os.path.abspath(path)
    return file == path or file.startswith(os.path.join(path, ""))
