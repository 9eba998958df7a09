"""Names that are certainly bound where they are read: reading them raises nothing."""

import ast
from collections.abc import Iterable
from functools import cache

from analyzers.inference.domain.scopes import all_arguments, statements
from analyzers.model.facts import FunctionNode
from analyzers.model.record import Record

_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class BoundNames(Record):
    """The reads of names that are bound by then, and the names that are bound at the end of the body."""

    reads: frozenset[ast.Name]
    at_end: frozenset[str]


@cache
def bound_names(node: FunctionNode | ast.Module) -> BoundNames:
    """What a scope certainly binds before it reads it."""
    walk = _Walk(node)
    bound: set[str] = set()
    if not isinstance(node, ast.Module):
        bound.update(argument.arg for argument in all_arguments(node.args))
    bound -= walk.unsure
    if isinstance(node, ast.Lambda):
        walk.read([node.body], bound)
    else:
        walk.block(node.body, bound)
    return BoundNames(frozenset(walk.reads), frozenset(bound))


class _Walk:
    """A walk over the blocks of one scope; a name that is ever deleted is not sure anywhere."""

    def __init__(self, node: ast.AST) -> None:
        self.reads: set[ast.Name] = set()
        deleted = [name for child in statements(node) for name in _deleted(child)]
        self.unsure = frozenset(deleted)
        self.once = {name for name in deleted if deleted.count(name) == 1}

    def block(self, body: list[ast.stmt], bound: set[str]) -> None:
        for statement in body:
            self._statement(statement, bound)

    def read(self, nodes: Iterable[ast.AST | None], bound: set[str]) -> None:
        waiting = [node for node in nodes if node is not None]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name):
                if node.id in bound:
                    self.reads.add(node)
            elif not isinstance(node, _SCOPES):
                waiting.extend(ast.iter_child_nodes(node))

    def _bind(self, targets: Iterable[ast.AST], bound: set[str]) -> None:
        names = {name for target in targets for child in ast.walk(target) for name in _stored(child)}
        bound.update(names - self.unsure)

    def _statement(self, node: ast.stmt, bound: set[str]) -> None:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.read(node.decorator_list, bound)
                bound.update({name} - self.unsure)
            case ast.If(test=test, body=body, orelse=orelse):
                self.read([test], bound)
                self._one_of([body, orelse], bound)
            case ast.For(target=target, iter=source) | ast.AsyncFor(target=target, iter=source):
                self.read([source], bound)
                inside = set(bound)
                self._bind([target], inside)
                self.block(node.body, inside)
                self.block(node.orelse, set(bound))
            case ast.While(test=test, body=body, orelse=orelse):
                self.read([test], bound)
                self.block(body, set(bound))
                self.block(orelse, set(bound))
            case ast.Try() | ast.TryStar():
                self._try(node, bound)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                self.read((item.context_expr for item in items), bound)
                self._bind((item.optional_vars for item in items if item.optional_vars), bound)
                self.block(body, set(bound))
            case ast.Match(subject=subject, cases=cases):
                self.read([subject], bound)
                for case in cases:
                    inside = set(bound)
                    self.read([case.guard], inside)
                    self.block(case.body, inside)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                bound.update({alias.asname or alias.name.partition(".")[0] for alias in aliases} - self.unsure)
            case ast.Assign(value=value, targets=targets):
                self.read([value, *targets], bound)
                self._bind(targets, bound)
            case ast.AnnAssign(value=value, target=target):
                self.read([value, target], bound)
                self._bind([target] if value is not None else [], bound)
            case _:
                self.read(ast.iter_child_nodes(node), bound)

    def _try(self, node: ast.Try | ast.TryStar, bound: set[str]) -> None:
        self.block(node.finalbody, set(bound))
        ends = [set(bound)]
        self.block(node.body, ends[0])
        self.block(node.orelse, ends[0])
        for handler in node.handlers:
            self.read([handler.type], bound)
            ends.append(bound | ({handler.name} if handler.name in self.once else set()))
            self.block(handler.body, ends[-1])
            ends[-1] -= self.unsure
        bound.update(set.intersection(*ends))

    def _one_of(self, blocks: list[list[ast.stmt]], bound: set[str]) -> None:
        ends = [set(bound) for _ in blocks]
        for block, end in zip(blocks, ends, strict=True):
            self.block(block, end)
        bound.update(set.intersection(*ends))


def _stored(node: ast.AST) -> list[str]:
    return [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []


def _deleted(node: ast.AST) -> list[str]:
    """The names that a statement deletes, or a handler at its end."""
    match node:
        case ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.Delete(targets=targets):
            return [
                part.id
                for target in targets
                for part in ast.walk(target)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Del)
            ]
        case _:
            return []
