"""Which names a scope binds, and which of them it takes from elsewhere."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache

from analyzers.inference.domain.values import Env
from analyzers.model.facts import FunctionNode
from analyzers.model.record import Record

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
ScopeNode = FunctionNode | ast.ClassDef | ast.Module | Comprehension


_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
_OUTLIVING = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | ast.GeneratorExp


class Scope(Record):
    """The names that a scope binds itself; `outer` are those declared `global`, `nonlocal` is left to the scope chain.

    `generator` is true where the body of a function yields, `captured` where something inside may refer to the names
    after the body has ended: a function, or a generator expression.
    """

    names: frozenset[str]
    outer: frozenset[str]
    generator: bool
    captured: bool


@cache
def scope_of(node: ScopeNode) -> Scope:
    """The scope that `node` opens."""
    collector = _Collector()
    match node:
        case ast.Lambda():
            collector.arguments(node.args)
            collector.visit_all([node.body])
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            collector.arguments(node.args)
            collector.visit_all(node.body)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for generator in node.generators:
                collector.target(generator.target)
        case ast.ClassDef() | ast.Module():
            collector.visit_all(node.body)
    declared = collector.globals | collector.nonlocals
    return Scope(
        frozenset(collector.names - declared), frozenset(collector.globals), collector.generator, collector.captured
    )


class _Collector:
    """Collects what one scope binds, without entering the scopes inside it."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.generator = False
        self.captured = False

    def arguments(self, arguments: ast.arguments) -> None:
        self.names.update(argument.arg for argument in all_arguments(arguments))

    def target(self, node: ast.expr) -> None:
        self.names.update(child.id for child in ast.walk(node) if isinstance(child, ast.Name))

    def visit_all(self, nodes: Sequence[ast.AST]) -> None:
        pending = list(nodes)
        while pending:
            node = pending.pop()
            self._bind(node)
            if isinstance(node, _OUTLIVING):
                self.captured = True
            pending.extend(_within_scope(node))

    def _bind(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                self.names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self.names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                self.names.update(
                    (alias.asname or alias.name.partition(".")[0]) for alias in aliases if alias.name != "*"
                )
            case ast.ExceptHandler(name=str(name)):
                self.names.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self.names.add(name)
            case ast.Global(names=names):
                self.globals.update(names)
            case ast.Nonlocal(names=names):
                self.nonlocals.update(names)
            case ast.Yield() | ast.YieldFrom():
                self.generator = True
            case _:
                pass


def body_names(node: ast.ClassDef | ast.Module, env: Env) -> list[str]:
    """The names of the body of a class or module in the order in which its statements bind them."""
    found: dict[str, None] = {}
    for statement in node.body:
        bound = map(env.mangled, scope_of(ast.Module([statement], [])).names)
        found.update(dict.fromkeys(sorted(env.names.intersection(bound))))
    return [*found, *sorted(env.names - found.keys())]


def all_arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    """Every parameter, in the order of the signature."""
    yield from arguments.posonlyargs
    yield from arguments.args
    if arguments.vararg:
        yield arguments.vararg
    yield from arguments.kwonlyargs
    if arguments.kwarg:
        yield arguments.kwarg


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements inside a node, and the handlers and cases that hold some: no expression does."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(child for child in ast.iter_child_nodes(node) if isinstance(child, _BLOCKS))


def _within_scope(node: ast.AST) -> Iterator[ast.AST]:
    """The children of `node` in its own scope; a walrus in a comprehension binds outside of it."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from node.decorator_list
            yield from (default for default in (*node.args.defaults, *node.args.kw_defaults) if default)
        case ast.Lambda():
            yield from (default for default in (*node.args.defaults, *node.args.kw_defaults) if default)
        case ast.ClassDef():
            yield from node.decorator_list
            yield from node.bases
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from (child for child in ast.walk(node) if isinstance(child, ast.NamedExpr))
            yield node.generators[0].iter
        case ast.NamedExpr():
            yield node.target
            yield node.value
        case ast.Name() | ast.Constant():
            pass
        case _:
            yield from ast.iter_child_nodes(node)
