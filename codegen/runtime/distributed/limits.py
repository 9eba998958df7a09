"""How much an eager function does at a time on a cluster, and how long its end may take."""

from collections.abc import Mapping
from typing import NamedTuple


class Limits(NamedTuple):
    """Executions being launched and outputs being read at a time, and the seconds after which the end is cut short."""

    launches: int = 100
    fetches: int = 100
    grace: float = 10.0


_VARIABLES = {
    "launches": "EAGERC_CONCURRENT_LAUNCHES",
    "fetches": "EAGERC_CONCURRENT_FETCHES",
    "grace": "EAGERC_GRACE_SECONDS",
}


def limits(environment: Mapping[str, str]) -> Limits:
    """The limits that an environment names; one `ValueError` with all values that are of no use."""
    found: dict[str, float] = {}
    wrong = []
    for name, variable in _VARIABLES.items():
        text = environment.get(variable, "")
        whole = name != "grace"
        try:
            value = (int if whole else float)(text or getattr(Limits(), name))
        except ValueError:
            value = -1
        if value >= 1 if whole else 0 <= value < float("inf"):
            found[name] = value
        else:
            wanted = "a whole number from 1 on" if whole else "a number of seconds from 0 on"
            wrong.append(f"{variable}={text!r} is not {wanted}")
    if wrong:
        raise ValueError("; ".join(wrong))
    return Limits(**found)  # type: ignore[arg-type]  # those that have to be whole are
