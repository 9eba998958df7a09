"""Tells from text and syntax which files can hold an eager function: most of a repository is never interpreted."""

import ast
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence

from analyzers.model.record import Record
from analyzers.project import Project, SourceFile, absolute_name

# Compiled where they are needed, which is not in a file that names a maker itself.
_IMPORT = (
    rb"(?m)^[ \t]*(?:from[ \t]+(?P<source>[\w.]+)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n;]*)"
    rb"|import[ \t]+(?P<modules>[^\n;]+))"
)
_COMMENT = rb"#[^\n]*"


class Files(Record):
    """How to get at files: `parse` gives the syntax tree of one, None where it has none."""

    project: Project
    parse: Callable[[SourceFile], ast.Module | None]


def relevant(files: Files, asked: Sequence[SourceFile], makers: Collection[str]) -> frozenset[SourceFile]:
    """The files in which the name of a maker of eager functions stands, or one that the project gave to it instead.

    Errs on the side of relevance, also where a file cannot be read or parsed. It does not see
    `importlib.import_module`.
    """
    found = {file for file in asked if _names_maker(files, file, makers)}
    rest = [file for file in asked if file not in found]
    return frozenset(found | _importers_of_renamed(files, rest, makers))


def _names_maker(files: Files, file: SourceFile, makers: Collection[str]) -> bool:
    if not _mentions_maker(files.project, file, makers):
        return False
    tree = files.parse(file)
    if tree is None:
        return True
    # One statement after the other: the first ones import what the others use.
    return any(_is_maker(node, makers) for statement in tree.body for node in ast.walk(statement))


def _mentions_maker(project: Project, file: SourceFile, makers: Collection[str]) -> bool:
    try:
        data = project.read(file)
    except OSError:
        return True
    return any(maker.encode() in data for maker in makers)


def _is_maker(node: ast.AST, makers: Collection[str]) -> bool:
    match node:
        case ast.Name(name) | ast.Attribute(_, name) | ast.alias(name) | ast.Constant(str(name)):
            return name in makers
        case _:
            return False


def _importers_of_renamed(files: Files, asked: Sequence[SourceFile], makers: Collection[str]) -> set[SourceFile]:
    """Those files that import, over however many modules, from one that gives a maker another name."""
    importers: dict[SourceFile, list[SourceFile]] = {}
    queue, seen = deque(asked), set(asked)
    while queue:
        file = queue.popleft()
        for imported in _imported(files.project, file):
            importers.setdefault(imported, []).append(file)
            if imported not in seen:
                seen.add(imported)
                queue.append(imported)
    queue = deque(file for file in importers if _renames(files, file, makers))
    reached = set(queue)
    while queue:
        for importer in importers.get(queue.popleft(), ()):
            if importer not in reached:
                reached.add(importer)
                queue.append(importer)
    return reached.intersection(asked)


def _imported(project: Project, file: SourceFile) -> Iterator[SourceFile]:
    try:
        data = project.read(file)
    except OSError:
        return
    for statement in re.finditer(_IMPORT, data.replace(b"\\\n", b" ")):
        for name in _modules(statement, file.home):
            module = project.find(name)
            if module is not None:
                yield module


def _modules(statement: re.Match[bytes], package: str) -> Iterator[str]:
    """What an import statement may import: modules, and names of which some may be modules."""
    if statement["source"] is None:
        for name in _names(statement["modules"]):
            parts = name.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        return
    source = absolute_name(statement["source"].decode("utf-8", "replace"), package)
    yield source
    yield from (f"{source}.{name}" for name in _names(statement["names"]))


def _names(listed: bytes) -> Iterator[str]:
    for part in re.sub(_COMMENT, b"", listed).strip(b"()").split(b","):
        name, *_ = [*part.split(), b""]
        yield name.decode("utf-8", "replace")


def _renames(files: Files, file: SourceFile, makers: Collection[str]) -> bool:
    """Whether the name of a maker is used in a module other than to import it and to decorate."""
    tree = files.parse(file) if _mentions_maker(files.project, file, makers) else None
    if tree is None:
        return False
    nodes = list(ast.walk(tree))
    plain = {id(use) for node in nodes for use in _plain_uses(node)}
    return any(_is_maker(node, makers) and id(node) not in plain for node in nodes)


def _plain_uses(node: ast.AST) -> Iterator[ast.AST]:
    """What imports something under its own name, and what decorates."""
    match node:
        case ast.alias(name, asname) if asname in (None, name):
            yield node
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            for decorator in node.decorator_list:
                yield decorator.func if isinstance(decorator, ast.Call) else decorator
        case _:
            return
