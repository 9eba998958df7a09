"""The table `[tool.eagerc]` checked, and made into fields of `Settings`.

The check is a small table and not a schema library: this is read by every command in a project that is configured.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from analyzers.model.entities import EntityKind
from analyzers.model.facts import Dialect
from eagerc.failures import suggestion
from eagerc.rule_codes import unknown_codes


class Problem(NamedTuple):
    """Something wrong at a key, which is given as its path below the table of settings."""

    key: tuple[str, ...]
    message: str


class _MisfitError(Exception):
    """A value that does not fit its key."""


def _strings(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _MisfitError("must be a list of strings")
    return tuple(value)


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _MisfitError("must be a string")
    return value


def _rule_codes(value: Any) -> tuple[str, ...]:
    codes = _strings(value)
    if problem := unknown_codes(codes):
        raise _MisfitError(problem)
    return codes


def _per_file_ignores(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(value, dict):
        raise _MisfitError("must be a table of glob patterns with lists of rule codes")
    return tuple((pattern, _rule_codes(codes)) for pattern, codes in value.items())


def _dialect(value: Any) -> Dialect:
    if value not in list(Dialect):
        raise _MisfitError(f"must be {_listed(Dialect)}")
    return Dialect(value)


def _entities(value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, list):
        return tuple((name, EntityKind.TASK.value) for name in _strings(value))
    if not isinstance(value, dict):
        raise _MisfitError(
            "must be a list of dotted names, or a table of dotted names with the kind of entity each makes"
        )
    wrong = [name for name, kind in value.items() if kind not in list(EntityKind)]
    if wrong:
        raise _MisfitError(f"gives {', '.join(wrong)} an unknown kind; it must be {_listed(EntityKind)}")
    return tuple(value.items())


def _listed(words: Iterable[str]) -> str:
    return f"one of {', '.join(words)}"


_Table = dict[str, "Callable[[Any], object] | _Table"]

_KEYS: _Table = {
    "src": _strings,
    "exclude": _strings,
    "select": _rule_codes,
    "ignore": _rule_codes,
    "per-file-ignores": _per_file_ignores,
    "dialect": _dialect,
    "entities": _entities,
    "build": {"include": _strings, "output": _string},
}


def checked(
    table: Mapping[str, Any], keys: _Table = _KEYS, path: tuple[str, ...] = ()
) -> tuple[dict[str, Any], list[Problem]]:
    """The values of a table as fields of `Settings`, and what is wrong in it."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in table.items():
        here = (*path, key)
        check = keys.get(key)
        if check is None:
            known = [".".join((*path, name)) for name in keys]
            problems.append(Problem(here, f"unknown key `{'.'.join(here)}`{suggestion('.'.join(here), known)}"))
        elif not isinstance(check, dict):
            try:
                values[key.replace("-", "_")] = check(value)
            except _MisfitError as misfit:
                problems.append(Problem(here, f"`{'.'.join(here)}` {misfit}"))
        elif isinstance(value, dict):
            inner, wrong = checked(value, check, here)
            values[key] = inner
            problems += wrong
        else:
            problems.append(Problem(here, f"`{'.'.join(here)}` must be a table"))
    return values, problems
