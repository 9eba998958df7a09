"""Which modules a build tree holds, and where."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.project import SourceFile
from codegen.build.errors import BuildError
from codegen.rewrite.names import RUNTIME


def needed_modules(analysis: Analysis) -> tuple[ModuleFacts, ...]:
    """The rewritten modules, those of the eager functions, and what they import of the project, sorted by name."""
    found = _closed(analysis, {}, (function.module for function in analysis.functions))
    # What is rewritten is known when all that the eager functions import has been read.
    found = _closed(analysis, found, analysis.rewritten_modules())
    modules = tuple(found[name] for name in sorted(found))
    _refuse_duplicates(analysis, modules)
    _refuse_name_of_runtime(modules)
    return modules


def path_in_tree(file: SourceFile) -> str:
    """Where a module lies in the tree: as it does below its source root."""
    return os.path.relpath(file.file, file.root).replace(os.sep, "/")


def _closed(analysis: Analysis, known: Mapping[str, ModuleFacts], names: Iterable[str]) -> dict[str, ModuleFacts]:
    """The modules that are `known`, those of the given `names`, and all that these import of the project."""
    closed = dict(known)
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name in closed:
            continue
        facts = analysis.module(name)
        if facts is None:
            raise BuildError(f"the module {name} cannot be read or parsed", "see what `eagerc check` says about it")
        closed[name] = facts
        waiting.extend(analysis.first_party_imports(name))
    return closed


def _refuse_duplicates(analysis: Analysis, modules: Iterable[ModuleFacts]) -> None:
    files: defaultdict[str, set[str]] = defaultdict(set)
    for file in (*analysis.files, *(facts.file for facts in modules)):
        files[file.module].add(file.path)
    for facts in modules:
        paths = sorted(files[facts.file.module])
        if len(paths) > 1:
            raise BuildError(
                f"the module name {facts.file.module} belongs to {' and to '.join(paths)}",
                "rename one of them, or build them into different folders",
            )


def _refuse_name_of_runtime(modules: Iterable[ModuleFacts]) -> None:
    for facts in modules:
        if facts.file.module.partition(".")[0] == RUNTIME:
            raise BuildError(
                f"{facts.file.path} takes the name of the package {RUNTIME}, which every build tree holds",
                "rename the module",
            )
