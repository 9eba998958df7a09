"""Which rules speak, and where: `select`, `ignore` and `per-file-ignores`."""

import os
from collections.abc import Iterable
from typing import TypeVar

from analyzers.model.diagnostics import Severity
from analyzers.model.settings import Settings
from analyzers.project import matches
from analyzers.rules.rule import Rule

InputT = TypeVar("InputT")


def enabled(rules: Iterable[Rule[InputT]], settings: Settings) -> tuple[Rule[InputT], ...]:
    """The rules that are on. A selector is a code or the beginning of one; a note is on only where selected."""
    return tuple(rule for rule in rules if _selected(rule, settings) and not _named(rule.code, settings.ignore))


def ignored(path: str, code: str, settings: Settings) -> bool:
    """Whether `per-file-ignores` silences `code` in the file that is shown as `path`."""
    return any(
        _named(code, codes) and _matches(path, pattern, settings) for pattern, codes in settings.per_file_ignores
    )


def _selected(rule: Rule[InputT], settings: Settings) -> bool:
    return _named(rule.code, settings.select) if settings.select else rule.severity is not Severity.NOTE


def _named(code: str, selectors: tuple[str, ...]) -> bool:
    return code.startswith(selectors)


def _matches(path: str, pattern: str, settings: Settings) -> bool:
    relative = os.path.relpath(os.path.abspath(path), settings.root or os.curdir).replace(os.sep, "/")
    return matches(relative, pattern)
