"""The fix for names that are imported from where they no longer are."""

import ast
import re
from collections.abc import Mapping

from analyzers.analysis import ModuleFacts
from analyzers.model.diagnostics import Edit, Fix
from analyzers.model.places import Place
from analyzers.source import Source

_MODULE = r"from\s+(?P<module>[\w.]+)(?=\s+import\b)"


def moved(module: ModuleFacts, statement: ast.ImportFrom, homes: Mapping[str, str]) -> Fix | None:
    """The fix that imports each name from its home, on the line where the statement stands.

    None where a name has no home, or where comments leave no sure way to take the statement apart.
    """
    groups: dict[str, list[ast.alias]] = {}
    for alias in statement.names:
        groups.setdefault(homes.get(alias.name, ""), []).append(alias)
    if "" in groups:
        return None
    source, place = module.source, module.source.place(module.file.path, statement)
    if len(groups) > 1 and "#" not in source.segment(place):
        edits: tuple[Edit, ...] | None = (Edit(place, "; ".join(_import(*group) for group in groups.items())),)
    else:
        edits = _parted(source, place, groups)
    return Fix("import from " + " and ".join(f"`{home}`" for home in groups), edits) if edits else None


def _import(home: str, names: list[ast.alias]) -> str:
    return f"from {home} import {', '.join(map(ast.unparse, names))}"


def _parted(source: Source, place: Place, groups: Mapping[str, list[ast.alias]]) -> tuple[Edit, ...] | None:
    """The names of the first home stay where they are, the others follow after the statement."""
    (first, _), *others = groups.items()
    written = re.match(_MODULE, source.segment(place))
    gone = [_without(source, source.place(place.path, alias)) for _, names in others for alias in names]
    if written is None or "\n" in written.group():
        return None
    column = place.column + written.start("module")
    name = place.replaced(column=column, end_line=place.line, end_column=column + len(written["module"]))
    end = place.replaced(line=place.end_line, column=place.end_column)
    further = [Edit(end, "; " + "; ".join(_import(*group) for group in others))] if others else []
    removed = tuple(edit for edit in gone if edit is not None)
    return (Edit(name, first), *removed, *further) if len(removed) == len(gone) else None


def _without(source: Source, alias: Place) -> Edit | None:
    """Takes a name that stands alone on its line out, with the line where there is no comment; None for any other."""
    line = source.lines[alias.line - 1]
    before, after = line[: alias.column - 1], line[alias.end_column - 1 :].removeprefix(",")
    if alias.line != alias.end_line or before.strip() or (after.strip() and not after.lstrip().startswith("#")):
        return None
    if after.strip():
        return Edit(alias.replaced(end_column=len(line) - len(after) + 1), "")
    return Edit(alias.replaced(column=1, end_line=alias.line + 1, end_column=1), "")
