"""The modules of a project as the interpreter sees them: parsed once, with the sites of their calls numbered."""

import ast
from collections.abc import Iterator
from functools import cached_property

from analyzers.inference.domain.scopes import statements
from analyzers.inference.domain.value_sets import EMPTY
from analyzers.inference.domain.values import Env, Values
from analyzers.inference.domain.withdrawn import withdrawn
from analyzers.model.facts import Reference
from analyzers.model.places import Place
from analyzers.project import Project, SourceError, SourceFile
from analyzers.source import Source

# What holds no call.
_LEAVES = (ast.Name, ast.Constant, ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


class Module:
    """One parsed module. `env` is its global scope; `loaded` becomes true when its body has been interpreted.

    `failure` is what its body certainly raises when it is imported. It is `open` where code that is not seen through
    may have bound further names.
    """

    def __init__(self, file: SourceFile, source: Source, tree: ast.Module, env: Env) -> None:
        self.file = file
        self.source = source
        self.tree = tree
        self.env = env
        self.loaded = self.finished = False
        self.open = False
        self.failure: Values = EMPTY
        self.stars: list[str] = []
        self.references: dict[Place, Reference] = {}

    @property
    def name(self) -> str:
        return self.file.module

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.file.home

    def place(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.keyword | ast.arg) -> Place:
        return self.source.place(self.file.path, node)

    def text(self, node: ast.expr | ast.keyword, limit: int = 80) -> str:
        """The source of an expression on one line, shortened to `limit` characters."""
        text = " ".join(self.source.segment(self.place(node)).split())
        return text if len(text) <= limit else text[: limit - 1] + "…"

    def site(self, call: ast.expr) -> str:
        """The site id `module:qualname#label#n` of a call: it depends only on the function that the call stands in."""
        return self._sites.get(call) or f"{self.name}:#{label_of(call)}#1"

    @cached_property
    def imports(self) -> tuple[ast.Import | ast.ImportFrom, ...]:
        """Every import statement of every scope, in source order."""
        found = [node for node in statements(self.tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        return tuple(sorted(found, key=lambda node: (node.lineno, node.col_offset)))

    @cached_property
    def withdrawn(self) -> frozenset[ast.Call]:
        """Calls whose effect is taken back before anything else can run."""
        return withdrawn(self.tree)

    @cached_property
    def _sites(self) -> dict[ast.expr, str]:
        counts: dict[tuple[str, str], int] = {}
        sites: dict[ast.expr, str] = {}
        for call, qualname in _calls(self.tree):
            key = (qualname, label_of(call))
            counts[key] = counts.get(key, 0) + 1
            sites[call] = f"{self.name}:{qualname}#{key[1]}#{counts[key]}"
        return sites


def standing_for(node: ast.AST) -> ast.expr:
    """An expression at the place of a node that is none, for what Python does there by itself."""
    return ast.copy_location(ast.Constant(None), node)


def label_of(call: ast.expr) -> str:
    """The last name in the callee of a call: `train` for `self.train(x)`, `steps` for `steps[key](x)`."""
    node = call.func if isinstance(call, ast.Call) else call
    while True:
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(attr=name):
                return name
            case ast.Subscript(value=inner) | ast.Call(func=inner) | ast.Await(value=inner):
                node = inner
            case _:
                return "call"


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """The calls of a module in source order, each with the qualified name of what it stands in."""
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, qualname = pending.pop()
        if isinstance(node, ast.Call):
            yield node, qualname
        inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, _LEAVES)]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{qualname}.{node.name}" if qualname else node.name
            outer = {id(child) for child in (*node.decorator_list, *_signature(node))}
            children = [(child, qualname if id(child) in outer else inside) for child in inner]
        else:
            children = [(child, qualname) for child in inner]
        pending.extend(reversed(children))


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.AST]:
    return list(node.bases) if isinstance(node, ast.ClassDef) else [node.args]


def parse(project: Project, file: SourceFile) -> tuple[Source, ast.Module] | SourceError:
    """The syntax tree of a file, or why there is none."""
    source = project.source(file)
    if isinstance(source, SourceError):
        return source
    try:
        return source, ast.parse(source.text)
    except SyntaxError as error:
        line = min(max(error.lineno or 1, 1), len(source.lines))
        column = max(error.offset or 1, 1)
        end_line, end_column = line, column + 1
        if error.end_lineno == line and error.end_offset and error.end_offset > column:
            end_column = error.end_offset
        return SourceError(Place(file.path, line, column, end_line, end_column), error.msg, True)
    except (RecursionError, MemoryError):
        return SourceError(Place(file.path, 1, 1, 1, 1), "nested too deeply for Python's parser", True)
