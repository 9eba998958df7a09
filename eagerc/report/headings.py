"""The line that introduces an eager function."""

from analyzers.model.facts import EntityFunction
from eagerc import terminal
from eagerc.terminal import painted, visible


def heading(function: EntityFunction, colour: bool) -> str:
    """Name, dialect and place of an eager function."""
    name = painted(visible(function.entity.name), terminal.BOLD, colour)
    place = painted(visible(str(function.entity.place)), terminal.DIM, colour)
    return f"{name}  {function.dialect.value} eager function  {place}"
