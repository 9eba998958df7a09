"""Write an import of flytekit's `eager` anew, so that the name comes from the runtime and no line moves."""

import ast
from collections.abc import Iterator

import libcst as cst

from codegen.rewrite.changes import RuntimeImport, Unwritable
from codegen.rewrite.names import RUNTIME, replaced_in, replacement


def changed_imports(tree: ast.Module) -> Iterator[tuple[ast.ImportFrom, RuntimeImport]]:
    """The imports of the module, in any scope, that bring names which the runtime replaces."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            star = node.names[0].name == "*"
            moved = [ast.unparse(alias) for alias in node.names if replacement(f"{node.module}.{alias.name}")]
            names = replaced_in(node.module) if star else moved
            if names:
                yield node, RuntimeImport(", ".join(names), alone=len(moved) == len(node.names))


def written(text: str, change: RuntimeImport) -> str:
    """What takes the place of an import whose source is `text`: a name that the runtime has is bound again after it."""
    if not change.alone:
        return f"{text}; from {RUNTIME} import {change.names}"
    module = cst.parse_module(text)
    match module.body:
        case [cst.SimpleStatementLine(body=[cst.ImportFrom() as statement])] if module.code == text:
            return module.code_for_node(statement.with_changes(module=cst.Name(RUNTIME)))
        case _:
            raise Unwritable("libcst reads an import differently from Python")
