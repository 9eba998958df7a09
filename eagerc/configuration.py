"""`[tool.eagerc]` of a `pyproject.toml`, or an `eagerc.toml`, as `Settings`."""

import os
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from analyzers.model.record import Record
from analyzers.model.settings import BuildSettings, Settings
from eagerc.failures import UsageError

_OWN_FILE = "eagerc.toml"
_SHARED_FILE = "pyproject.toml"
_TABLE = ("tool", "eagerc")

# What a file that has the table holds, however TOML lets one write it: `[tool.eagerc]`, `tool.eagerc.src = ...`, or
# the table of all tools. Reading TOML takes longer than analysing a file, and most projects have no such table.
_SIGN = rb"""(?m)^[ \t]*\[{0,2}[ \t]*["']?tool["']?[ \t]*(?:[]=]|\.[ \t]*["']?eagerc\b)"""


class Mistake(Record):
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
    if os.path.isfile(shared) and re.search(_SIGN, _read(shared)) and _table(shared) is not None:
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
    from eagerc.settings_table import checked

    table = _table(file) or {}
    values, problems = checked(table)
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
