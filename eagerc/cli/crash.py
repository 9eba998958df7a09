"""What a user reads when eagerc itself fails."""

import traceback

from analyzers.model.places import Place
from eagerc import __version__


def describe(error: BaseException) -> list[str]:
    """The failure, the place of the user's code that was being looked at, and what to do."""
    place = _place(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name}, line {frames[-1].lineno} of {frames[-1].filename})" if frames else ""
    return [
        f"internal failure: {type(error).__name__}: {error}{where}",
        *([f"while looking at {place}"] if place else []),
        "This is a mistake in eagerc and not in your code.",
        f"Please report it to the project's issue tracker with the output of the same command under --debug, "
        f"eagerc's version ({__version__})" + (", and the code at that place." if place else "."),
    ]


def _place(error: BaseException) -> Place | None:
    """The innermost place of source that the frames of a failure held; passes need not keep track of it for this."""
    found = None
    step = error.__traceback__
    while step is not None:
        for value in step.tb_frame.f_locals.values():
            if isinstance(value, Place):
                found = value
            elif isinstance(value, tuple) and isinstance(getattr(value, "place", None), Place):
                found = value.place  # type: ignore[attr-defined]  # the line above asked for it
        step = step.tb_next
    return found
