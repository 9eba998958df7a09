"""The table of runs: which function, with which inputs, gives what."""

import tomllib
from pathlib import Path
from typing import Any, NamedTuple


class Case(NamedTuple):
    """One row of `runs.toml`: a function, its inputs and what it gives."""

    function: str
    inputs: dict[str, Any]
    result: Any
    raises: str | None
    defaults: dict[str, Any]


class Outcome(NamedTuple):
    """What happened when a case ran: its result, or its exception's class and their ancestors, and its trace."""

    case: Case
    result: Any
    raises: list[str]
    trace: list[dict[str, Any]]


def cases() -> list[Case]:
    table = tomllib.loads((Path(__file__).with_name("runs.toml")).read_text())
    return [
        Case(function, row["inputs"], row.get("result"), row.get("raises"), row.get("defaults", {}))
        for function, rows in table.items()
        for row in rows
    ]
