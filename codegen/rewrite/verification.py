"""Prove that a built module is its source with exactly the changes that were decided, each statement on its line."""

import ast
import warnings
from collections.abc import Iterator, Sequence

from codegen.rewrite.changes import Change, Changes, Hoist, Invoke, Rename, Unwritable
from codegen.rewrite.names import RUNTIME


def verify(tree: ast.Module, changes: Changes, built: str) -> None:
    """Raise `Unwritable` unless `built` parses to `tree` with `changes`, and what comes from `tree` keeps its lines."""
    try:
        difference = _difference(_Expectation(changes).module(tree), _compiled(built))
    except (SyntaxError, ValueError) as error:
        raise Unwritable(f"what would be written does not compile ({error})") from error
    except RecursionError as error:
        raise Unwritable("it is nested too deeply to be checked") from error
    if difference:
        raise Unwritable(f"what would be written differs from the source beyond the changes, {difference}")


def _compiled(text: str) -> ast.Module:
    """The tree of a module that was compiled too, and not run: only the compiler knows where an import may stand."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(text, "<built>", "exec", dont_inherit=True)
        return ast.parse(text)


class _Expectation:
    """Builds the tree that the built module has to have, at the level of `ast` and independently of libcst.

    Nodes from the source keep their positions; new ones have none. The source's tree stays as it is.
    """

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def module(self, tree: ast.Module) -> ast.Module:
        body: list[ast.stmt] = []
        for index in range(len(tree.body) + 1):
            for insertion in self._changes.insertions:
                if insertion.before == index:
                    body.extend(_parsed(statement) for statement in insertion.statements)
            body.extend(self._statements(tree.body[index : index + 1]))
        return ast.Module(body, [])

    def _statements(self, statements: Sequence[ast.AST]) -> Iterator[ast.stmt]:
        for statement in statements:
            change = self._changes.imports.get(statement) if isinstance(statement, ast.ImportFrom) else None
            if change is None or not change.alone:
                yield self._node(statement)  # type: ignore[misc]  # a statement stays one
            if change is not None:
                yield _parsed(f"from {RUNTIME} import {change.names}")

    def _node(self, node: ast.AST) -> ast.AST:
        change = self._changes.expressions.get(node) if isinstance(node, ast.expr) else None
        if isinstance(change, Hoist):
            return ast.Name(change.name, ast.Load())
        copy = type(node)(**{field: self._field(value) for field, value in ast.iter_fields(node)})
        ast.copy_location(copy, node)
        return self._changed(copy, change) if change else copy

    def _field(self, value: object) -> object:
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                return list(self._statements(value))
            return [self._field(element) for element in value]
        return self._node(value) if isinstance(value, ast.AST) else value

    def _changed(self, node: ast.AST, change: Change) -> ast.expr:
        match change, node:
            case Invoke(function, site), ast.Call(func, args, keywords):
                return ast.Call(self._runtime(function), [ast.Constant(site), func, *args], keywords)
            case Rename(name), ast.Attribute(ctx=ast.Load()):
                return self._runtime(name)
            case _:
                raise Unwritable("a change does not fit its place")

    def _runtime(self, name: str) -> ast.Attribute:
        return ast.Attribute(ast.Name(self._changes.alias, ast.Load()), name, ast.Load())


def _parsed(statement: str) -> ast.stmt:
    """The tree of a new statement, without positions."""
    (parsed,) = ast.parse(statement).body
    for node in ast.walk(parsed):
        for attribute in type(node)._attributes:
            if hasattr(node, attribute):
                delattr(node, attribute)
    return parsed


def _difference(expected: ast.AST, actual: ast.AST) -> str | None:
    """Where two trees differ in shape, in a value, or in a line of the first."""
    pairs: list[tuple[object, object, bool]] = [(expected, actual, True)]
    line = 1
    while pairs:
        ours, theirs, placed = pairs.pop()
        if type(ours) is not type(theirs):
            return f"near line {line}"
        if isinstance(ours, ast.AST):
            line = getattr(theirs, "lineno", line)
            if placed and hasattr(ours, "lineno") and ours.lineno != line:
                return f"line {ours.lineno} would become line {line}"
            inside = placed and not isinstance(ours, ast.JoinedStr)
            pairs.extend((getattr(ours, field, None), getattr(theirs, field, None), inside) for field in ours._fields)
        elif isinstance(ours, list) and isinstance(theirs, list):
            if len(ours) != len(theirs):
                return f"near line {line}"
            pairs.extend((one, other, placed) for one, other in zip(ours, theirs, strict=True))
        elif repr(ours) != repr(theirs):
            return f"near line {line}"
    return None
