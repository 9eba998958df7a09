"""`[tool.eagerc]` of a `pyproject.toml`, or an `eagerc.toml`, as `Settings`.

The check is a small table and not a schema library: this runs at each start of `eagerc check`, whose time is counted in
milliseconds.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from analyzers.model.entities import EntityKind
from analyzers.model.facts import Dialect
from analyzers.model.settings import BuildSettings, Settings
from eagerc.failures import UsageError, suggestion

_OWN_FILE = "eagerc.toml"
_SHARED_FILE = "pyproject.toml"
_TABLE = ("tool", "eagerc")


class Mistake(NamedTuple):
    """One thing that is wrong in a configuration file; `line` is None where it is not known."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


class ConfigurationError(UsageError):
    """Everything that is wrong in a configuration file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        super().__init__(*map(str, mistakes))


@cache
def find(folder: str) -> str | None:
    """The configuration file that holds for files in `folder`, an absolute path; the nearest one upwards."""
    own = os.path.join(folder, _OWN_FILE)
    if os.path.isfile(own):
        return own
    shared = os.path.join(folder, _SHARED_FILE)
    if os.path.isfile(shared) and b"eagerc" in _read(shared) and _table(shared) is not None:
        return shared
    parent = os.path.dirname(folder)
    return None if parent == folder else find(parent)


@cache
def load(file: str | None) -> Settings:
    """The settings in a configuration file; those of a project without one if `file` is None.

    Raises `ConfigurationError` with everything that is wrong in it.
    """
    if file is None:
        return Settings()
    table = _table(file) or {}
    values, problems = _checked(table, _KEYS)
    if problems:
        from eagerc.toml_lines import line_of

        prefix = _prefix(file)
        text = _read(file).decode()
        mistakes = [Mistake(_shown(file), line_of(text, (*prefix, *key)), message) for key, message in problems]
        raise ConfigurationError(sorted(mistakes, key=lambda mistake: mistake.line or 0))
    build = BuildSettings(**values.pop("build", {}))
    return Settings(root=os.path.dirname(file), build=build, builds="build" in table, **values)


@cache
def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise ConfigurationError([Mistake(_shown(file), None, f"cannot be read: {error.strerror}")]) from error


@cache
def _document(file: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(_read(file).decode())
    except UnicodeDecodeError as error:
        line = _read(file)[: error.start].count(b"\n") + 1
        raise ConfigurationError([Mistake(_shown(file), line, "is not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        message, _, where = str(error).partition(" (at line ")
        number = int(where.partition(",")[0]) if where else None
        raise ConfigurationError([Mistake(_shown(file), number, f"is not TOML: {message}")]) from error


def _prefix(file: str) -> tuple[str, ...]:
    """Where the settings stand in a file: `eagerc.toml` may leave out the table that `pyproject.toml` needs."""
    own = os.path.basename(file) == _OWN_FILE
    return () if own and list(_document(file)) != [_TABLE[0]] else _TABLE


def _table(file: str) -> dict[str, Any] | None:
    found: Any = _document(file)
    for name in _prefix(file):
        found = found.get(name) if isinstance(found, dict) else None
    if found is not None and not isinstance(found, dict):
        raise ConfigurationError([Mistake(_shown(file), None, f"`{'.'.join(_TABLE)}` must be a table")])
    return found


def _shown(file: str) -> str:
    return file.removeprefix(os.path.join(os.getcwd(), ""))


class _Problem(NamedTuple):
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


def codes_named(options: Mapping[str, Sequence[str] | None]) -> dict[str, tuple[str, ...]]:
    """The rule codes in the values of command-line options, each a list with commas.

    Raises `UsageError` for codes that no rule has.
    """
    codes = {
        option: tuple(code.strip() for value in values or () for code in value.split(",") if code.strip())
        for option, values in options.items()
    }
    problems = [f"{option} {problem}" for option in codes if (problem := _unknown_codes(codes[option]))]
    if problems:
        raise UsageError(*problems)
    return codes


def _rule_codes(value: Any) -> tuple[str, ...]:
    codes = _strings(value)
    if problem := _unknown_codes(codes):
        raise _MisfitError(problem)
    return codes


def _unknown_codes(codes: Sequence[str]) -> str | None:
    """What is wrong with a list of rule codes, or of beginnings of codes such as `EGR1`."""
    if not codes:
        return None
    from analyzers.rules import RULES

    unknown = [code or "''" for code in codes if not code or not any(rule.code.startswith(code) for rule in RULES)]
    return f"names unknown rules: {', '.join(unknown)}" if unknown else None


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


def _checked(table: dict[str, Any], keys: _Table, path: tuple[str, ...] = ()) -> tuple[dict[str, Any], list[_Problem]]:
    """The values of a table as fields of `Settings`, and what is wrong in it."""
    values: dict[str, Any] = {}
    problems: list[_Problem] = []
    for key, value in table.items():
        here = (*path, key)
        check = keys.get(key)
        if check is None:
            known = [".".join((*path, name)) for name in keys]
            problems.append(_Problem(here, f"unknown key `{'.'.join(here)}`{suggestion('.'.join(here), known)}"))
        elif not isinstance(check, dict):
            try:
                values[key.replace("-", "_")] = check(value)
            except _MisfitError as misfit:
                problems.append(_Problem(here, f"`{'.'.join(here)}` {misfit}"))
        elif isinstance(value, dict):
            inner, wrong = _checked(value, check, here)
            values[key] = inner
            problems += wrong
        else:
            problems.append(_Problem(here, f"`{'.'.join(here)}` must be a table"))
    return values, problems
