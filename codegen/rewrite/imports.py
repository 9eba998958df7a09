"""Write an import of flytekit's `eager` anew with libcst, so that it comes from the runtime and no line moves."""

import ast
from collections.abc import Iterator

import libcst as cst

from codegen.rewrite.changes import ImportSplit, Unwritable
from codegen.rewrite.names import RUNTIME, replaced_in, replacement

_Space = cst.BaseParenthesizableWhitespace


def splits(tree: ast.Module) -> Iterator[tuple[ast.ImportFrom, ImportSplit]]:
    """The imports of the module, in any scope, that bring names which the runtime replaces."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            module = node.module
            moved = tuple(index for index, alias in enumerate(node.names) if replacement(f"{module}.{alias.name}"))
            star = replaced_in(module) if node.names[0].name == "*" else ()
            if moved or star:
                yield node, ImportSplit(moved, star)


def imported(node: ast.ImportFrom, split: ImportSplit) -> str:
    """The names that a split import takes from the runtime, as source text."""
    return ", ".join((*split.star, *(ast.unparse(node.names[index]) for index in split.moved)))


def written(text: str, node: ast.ImportFrom, split: ImportSplit) -> str:
    """The statements that take the place of the import `node`, whose source is `text`."""
    addition = f"; from {RUNTIME} import {imported(node, split)}"
    if split.star:
        return text + addition
    module = cst.parse_module(text)
    statement = _only_import(module)
    if module.code != text:
        raise Unwritable("libcst does not keep its layout")
    if len(split.moved) == len(node.names):
        return module.code_for_node(statement.with_changes(module=cst.Name(RUNTIME)))
    kept, rest = _without(statement, split.moved)
    return module.code_for_node(kept) + rest + addition


def _only_import(module: cst.Module) -> cst.ImportFrom:
    match module.body:
        case [cst.SimpleStatementLine(body=[cst.ImportFrom() as statement])]:
            return statement
        case _:
            raise Unwritable("libcst reads it differently from Python")


def _without(statement: cst.ImportFrom, moved: tuple[int, ...]) -> tuple[cst.ImportFrom, str]:
    """The import without some of its names, and the line continuations that have to follow it."""
    assert not isinstance(statement.names, cst.ImportStar)
    lead = statement.lpar.whitespace_after if statement.lpar else statement.whitespace_after_import
    kept: list[cst.ImportAlias] = []
    for index, alias in enumerate(statement.names):
        if index not in moved:
            kept.append(alias)
        elif kept:
            kept[-1] = _followed_by(kept[-1], _space_of(alias))
        else:
            lead = _joined(lead, _space_of(alias))
    last, rest = _without_comma(kept.pop()) if len(statement.names) - 1 in moved else (kept.pop(), _NONE)
    names = (*kept, last)
    if statement.lpar is None or statement.rpar is None:
        text = cst.Module([]).code_for_node(rest)
        return statement.with_changes(names=names, whitespace_after_import=lead), text if "\n" in text else ""
    rpar = statement.rpar.with_changes(whitespace_before=_joined(rest, statement.rpar.whitespace_before))
    return statement.with_changes(names=names, lpar=cst.LeftParen(lead), rpar=rpar), ""


_NONE = cst.SimpleWhitespace("")


def _space_of(alias: cst.ImportAlias) -> _Space:
    """All the white space that would go with a name, line ends and comments included."""
    space: _Space = _NONE
    if alias.asname:
        space = _joined(alias.asname.whitespace_before_as, alias.asname.whitespace_after_as)
    if isinstance(alias.comma, cst.Comma):
        space = _joined(_joined(space, alias.comma.whitespace_before), alias.comma.whitespace_after)
    return space


def _followed_by(alias: cst.ImportAlias, space: _Space) -> cst.ImportAlias:
    assert isinstance(alias.comma, cst.Comma)
    comma = alias.comma.with_changes(whitespace_after=_joined(alias.comma.whitespace_after, space))
    return alias.with_changes(comma=comma)


def _without_comma(alias: cst.ImportAlias) -> tuple[cst.ImportAlias, _Space]:
    assert isinstance(alias.comma, cst.Comma)
    space = _joined(alias.comma.whitespace_before, alias.comma.whitespace_after)
    return alias.with_changes(comma=cst.MaybeSentinel.DEFAULT), space


def _joined(first: _Space, second: _Space) -> _Space:
    """Two pieces of white space as one, with all their lines and comments; plain spaces are not doubled."""
    if isinstance(first, cst.ParenthesizedWhitespace):
        if isinstance(second, cst.ParenthesizedWhitespace):
            return _stacked(first, second)
        return first if not _has_line(second) else _ending_with(first, second)
    if not _has_line(second):
        return first
    if not _has_line(first):
        return second
    assert isinstance(first, cst.SimpleWhitespace)
    if isinstance(second, cst.ParenthesizedWhitespace):
        line = second.first_line
        return second.with_changes(first_line=line.with_changes(whitespace=_added(first, line.whitespace)))
    assert isinstance(second, cst.SimpleWhitespace)
    return _added(first, second)


def _has_line(space: _Space) -> bool:
    return isinstance(space, cst.ParenthesizedWhitespace) or (
        isinstance(space, cst.SimpleWhitespace) and "\\" in space.value
    )


def _added(first: cst.SimpleWhitespace, second: cst.SimpleWhitespace) -> cst.SimpleWhitespace:
    return cst.SimpleWhitespace(first.value + second.value)


def _ending_with(first: cst.ParenthesizedWhitespace, second: _Space) -> cst.ParenthesizedWhitespace:
    assert isinstance(second, cst.SimpleWhitespace)
    return first.with_changes(last_line=_added(first.last_line, second))


def _stacked(first: cst.ParenthesizedWhitespace, second: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    comment = second.first_line.comment
    between = cst.EmptyLine(
        indent=first.indent and comment is not None,
        whitespace=_added(first.last_line, second.first_line.whitespace) if comment else _NONE,
        comment=comment,
        newline=second.first_line.newline,
    )
    return second.with_changes(
        first_line=first.first_line, empty_lines=[*first.empty_lines, between, *second.empty_lines]
    )
