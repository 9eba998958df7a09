"""Which modules a build tree holds, and where."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.project import SourceFile
from codegen.build.errors import BuildError
from codegen.rewrite.names import RUNTIME


def needed_modules(analysis: Analysis) -> tuple[ModuleFacts, ...]:
    """The rewritten modules, those of the eager functions, and what they import of the project, sorted by name."""
    names = _closed(analysis, (*analysis.rewritten_modules(), *(function.module for function in analysis.functions)))
    found = [facts for name in sorted(names) if (facts := analysis.module(name)) is not None]
    _refuse_duplicates(analysis, found)
    for facts in found:
        if facts.file.module.partition(".")[0] == RUNTIME:
            raise BuildError(
                f"{facts.file.path} takes the name of the package {RUNTIME}, which every build tree holds",
                "rename the module",
            )
    return tuple(found)


def path_in_tree(file: SourceFile) -> str:
    """Where a module lies in the tree: as it does below its source root."""
    return os.path.relpath(file.file, file.root).replace(os.sep, "/")


def _closed(analysis: Analysis, names: Iterable[str]) -> set[str]:
    closed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in closed:
            closed.add(name)
            waiting.extend((*_packages(name), *analysis.first_party_imports(name)))
    return closed


def _packages(module: str) -> Iterator[str]:
    """The packages around a module, outermost first."""
    yield from accumulate(module.split(".")[:-1], lambda package, name: f"{package}.{name}")


def _refuse_duplicates(analysis: Analysis, found: Iterable[ModuleFacts]) -> None:
    files: defaultdict[str, set[str]] = defaultdict(set)
    for facts in (*analysis.modules, *found):
        files[facts.file.module].add(facts.file.path)
    for facts in found:
        paths = sorted(files[facts.file.module])
        if len(paths) > 1:
            raise BuildError(
                f"the module name {facts.file.module} belongs to {' and to '.join(paths)}",
                "rename one of them, or build them into different folders",
            )
