"""Where the expressions of one function body stand: what evaluates them, how often, under which condition."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from analyzers.model.facts import FunctionNode

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Context(NamedTuple):
    """A construct that decides how often what stands in it is evaluated; `header` is empty for a condition."""

    node: ast.AST
    header: str


class Body:
    """The syntax of one function body, without the bodies of the functions that are defined in it."""

    def __init__(self, function: FunctionNode) -> None:
        self._parents = _parents(function)

    def __contains__(self, node: ast.AST) -> bool:
        return node in self._parents

    @property
    def generates(self) -> bool:
        """Whether the function is a generator: its body runs in between what its caller does."""
        return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in self._parents)

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around `node`, innermost first, up to the function."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def contexts(self, node: ast.AST) -> tuple[Context, ...]:
        """The loops and conditions around `node`, outermost first."""
        found: list[Context] = []
        inner = node
        for outer in self.ancestors(node):
            found.extend(reversed(_contexts(outer, inner)))
            inner = outer
        return tuple(reversed(found))

    def around(self, nodes: Iterable[ast.AST]) -> frozenset[ast.AST]:
        """`nodes` and everything that they stand in."""
        found: set[ast.AST] = set()
        for node in nodes:
            current: ast.AST | None = node
            while current is not None and current not in found:
                found.add(current)
                current = self._parents.get(current)
        return frozenset(found)


def _parents(function: FunctionNode) -> Mapping[ast.AST, ast.AST]:
    parents: dict[ast.AST, ast.AST] = {}
    body = function.body if isinstance(function.body, list) else [function.body]
    pending: list[tuple[ast.AST, ast.AST]] = [(node, function) for node in body]
    while pending:
        node, parent = pending.pop()
        parents[node] = parent
        pending.extend((child, node) for child in _evaluated(node))
    return parents


def _evaluated(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, *_defaults(node.args)]
        case ast.Lambda():
            return _defaults(node.args)
        case _:
            return ast.iter_child_nodes(node)


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def _contexts(outer: ast.AST, inner: ast.AST) -> list[Context]:
    """What `outer` says about how often its child `inner` is evaluated, outermost first."""
    match outer:
        case ast.For() | ast.AsyncFor() | ast.While() if inner in outer.body:
            return [Context(outer, loop_header(outer))]
        case ast.While(test=test) if inner is test:
            return [Context(outer, loop_header(outer))]
        case ast.If(test=test) | ast.IfExp(test=test) if inner is not test:
            return [Context(outer, "")]
        case ast.For(orelse=rest) | ast.AsyncFor(orelse=rest) | ast.While(orelse=rest) if inner in rest:
            return [Context(outer, "")]
        case ast.BoolOp(values=[first, *_]) if inner is not first:
            return [Context(outer, "")]
        case ast.Compare(comparators=[_, *rest]) if inner in rest:
            return [Context(outer, "")]
        case ast.Try(orelse=rest) | ast.TryStar(orelse=rest) if inner in rest:
            return [Context(outer, "")]
        case ast.ExceptHandler() | ast.match_case():
            return [Context(outer, "")]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return _comprehension_contexts(outer, inner)
        case _:
            return []


def _comprehension_contexts(outer: Comprehension, inner: ast.AST) -> list[Context]:
    """The clauses around one part of a comprehension; only its first iterable is evaluated once."""
    found: list[Context] = []
    for clause in outer.generators:
        if clause is inner:
            return found
        found.append(Context(clause, clause_header(clause)))
        found.extend(Context(condition, "") for condition in clause.ifs)
    return found


def text(node: ast.AST) -> str:
    """The source of a node on one line, as `ast.unparse` writes it."""
    return " ".join(ast.unparse(node).split("\n"))


def loop_header(loop: ast.For | ast.AsyncFor | ast.While) -> str:
    """The first line of a loop statement, without its colon."""
    match loop:
        case ast.While():
            return f"while {text(loop.test)}"
        case ast.For():
            return f"for {text(loop.target)} in {text(loop.iter)}"
        case ast.AsyncFor():
            return f"async for {text(loop.target)} in {text(loop.iter)}"


def clause_header(clause: ast.comprehension, conditions: bool = True) -> str:
    """The header of one `for` clause of a comprehension."""
    tests = "".join(f" if {text(condition)}" for condition in clause.ifs if conditions)
    return f"{'async ' if clause.is_async else ''}for {text(clause.target)} in {text(clause.iter)}{tests}"


def never_empty(iterable: ast.expr) -> bool:
    """Whether an iterable is a literal that has elements."""
    match iterable:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return any(not isinstance(element, ast.Starred) for element in elements)
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(stop))]):
            return stop > 0
        case _:
            return False


def constant_truth(test: ast.expr) -> bool | None:
    """What a literal condition is worth, None for any other."""
    return bool(test.value) if isinstance(test, ast.Constant) else None
