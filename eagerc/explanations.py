"""The entity that a user asks about, and why eager functions depend on it."""

from collections.abc import Sequence
from typing import NamedTuple

from analyzers.chains import Chain, chains
from analyzers.model.facts import EntityFunction
from analyzers.model.places import Place
from analyzers.spelling import nearest
from eagerc.failures import UsageError
from eagerc.targets import Selected, Selection


class Explanation(NamedTuple):
    """The chains to the call sites of an entity, by the eager functions that have any.

    `unresolved` is the number of calls, in all functions asked for and in what they reach, that may reach it too.
    """

    entity: str
    functions: tuple[tuple[EntityFunction, tuple[Chain, ...]], ...]
    unresolved: int


def explain(word: str, selection: Selection) -> Explanation:
    """Why the selected eager functions depend on an entity, which goes by its full name or the end of it.

    Raises `UsageError` where no entity is called that, or several are.
    """
    name = _meant(word, sorted({name for one in selection.analyses for name in one.analysis.entity_names()}))
    found = [(one.function, chains(one.configured.analysis, one.function, name)) for one in selection.functions]
    return Explanation(name, tuple(each for each in found if each[1]), _unresolved(selection.functions))


def _meant(word: str, names: Sequence[str]) -> str:
    matching = [word] if word in names else [name for name in names if name.endswith(f".{word}")]
    if len(matching) == 1:
        return matching[0]
    if matching:
        raise UsageError(f"`{word}` may be any of {', '.join(matching)}; give more of the name")
    # What was misspelt may be the full name or as much of its end as was given.
    ends = {".".join(name.split(".")[-1 - word.count(".") :]) for name in names}
    meant = nearest(word, ends.union(names))
    raise UsageError(f"no entity `{word}`" + (f"; did you mean `{meant}`?" if meant else "; `eagerc deps` lists them"))


def _unresolved(functions: Sequence[Selected]) -> int:
    """The number of places where a call could not be decided."""
    places: set[Place] = set()
    for one in functions:
        analysis, entity = one.configured.analysis, one.function.entity
        for reached in (entity, *analysis.closure(entity.name)):
            body = analysis.body(reached.name)
            places.update(call.place for call in (body.unresolved if body else ()))
    return len(places)
