"""What was looked at to find out what an eager function invokes, and how often."""

from typing import NamedTuple

from analyzers.model.facts import EntityFunction
from analyzers.model.places import Place
from eagerc.report.numbers import counted
from eagerc.terminal import visible


class HelperEffort(NamedTuple):
    """A helper that was entered: in how many contexts, how often interpreted there, and how often known already."""

    name: str
    place: Place
    contexts: int
    interpreted: int
    reused: int


def helpers(function: EntityFunction) -> tuple[HelperEffort, ...]:
    """The helpers that were entered, in the order in which that happened first."""
    found: dict[tuple[str, Place], HelperEffort] = {}
    for frame in function.frames[1:]:
        helper = (frame.function, frame.place)
        known = found.get(helper, HelperEffort(*helper, 0, 0, 0))
        found[helper] = HelperEffort(
            *helper, known.contexts + 1, known.interpreted + frame.entered, known.reused + frame.reused
        )
    return tuple(found.values())


def lines(function: EntityFunction) -> tuple[str, ...]:
    """The same for a person at a terminal."""
    steps = f"analysed in {counted(function.steps, 'step')} of at most {function.step_limit}"
    return (steps, *(_line(helper) for helper in helpers(function)))


def _line(helper: HelperEffort) -> str:
    contexts, interpreted = counted(helper.contexts, "context"), counted(helper.interpreted, "time")
    reused = f", known already {counted(helper.reused, 'time')}" if helper.reused else ""
    where = visible(f"{helper.name}  {helper.place}")
    return f"through {where}  in {contexts}, interpreted {interpreted}{reused}"
