"""Build a tree: compute its files, compare them with the folder, replace the folder."""

import codecs
import os
import shlex
import sys
from typing import NamedTuple

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.model.settings import Settings
from analyzers.recursion import deep_recursion
from analyzers.source import Source
from codegen.build.errors import BuildError
from codegen.build.folder import present_files, replace
from codegen.build.included import included_files
from codegen.build.manifest import MANIFEST, BuiltSource, manifest
from codegen.build.modules import needed_modules, path_in_tree
from codegen.build.payload import runtime_files
from codegen.rewrite import Declined, rewrite

_DEFAULTS = Settings()


class BuildResult(NamedTuple):
    """What a build gives: `files` are the paths in the tree, `changed` those that differ from what the folder held.

    With `check` nothing was written, and the folder is up to date if `changed` is empty. `version` is the tree's
    content digest, `command` what registers the tree with flytekit.
    """

    output: str
    files: tuple[str, ...]
    changed: tuple[str, ...]
    declined: tuple[Declined, ...]
    version: str
    command: str

    @property
    def shadowing(self) -> tuple[str, ...]:
        """The modules and packages at the top of the tree that go by the name of one of Python's own."""
        names = {path.partition("/")[0].removesuffix(".py") for path in self.files if path.endswith(".py")}
        return tuple(sorted(names & sys.stdlib_module_names))


@deep_recursion()
def build(analysis: Analysis, output: str, *, check: bool = False, settings: Settings = _DEFAULTS) -> BuildResult:
    """Write the build tree of the eager functions that `analysis` was asked for into the folder `output`.

    `settings` tells which other files to include. With `check` nothing is written. Raises `BuildError`, and then
    nothing was written either.
    """
    _refuse_errors(analysis)
    folder = os.path.realpath(output)
    modules = needed_modules(analysis)
    sources, declined = _built(analysis, modules)
    files = dict(included_files(settings, {facts.file.root for facts in modules}, folder))
    files.update({source.path: source.built for source in sources})
    files.update(runtime_files())
    description = manifest(analysis, sources, files, declined)
    files[MANIFEST] = description.content
    present = present_files(folder)
    changed = sorted(path for path in {*files, *present} if files.get(path) != present.get(path))
    if changed and not check:
        replace(folder, files)
    command = f"pyflyte register --version {description.version} {shlex.quote(output.rstrip(os.sep))}/*"
    return BuildResult(output, tuple(sorted(files)), tuple(changed), declined, description.version, command)


def _refuse_errors(analysis: Analysis) -> None:
    for error in analysis.errors:
        raise BuildError(f"{error.place}: {error.message}", "mend the file; nothing is built from half of a project")
    if not analysis.functions:
        raise BuildError("no eager function was found", "name a file or folder that holds one")


def _built(
    analysis: Analysis, modules: tuple[ModuleFacts, ...]
) -> tuple[tuple[BuiltSource, ...], tuple[Declined, ...]]:
    rewritten = set(analysis.rewritten_modules())
    sources: list[BuiltSource] = []
    declined: list[Declined] = []
    for facts in modules:
        text = facts.source.text
        if facts.file.module in rewritten:
            sites = analysis.rewrite_sites(facts.file.module)
            result = rewrite(facts.file.path, facts.source, facts.tree, sites, facts.references)
            declined.extend(result.declined)
            text = result.text
        before, after = _encoded(facts.source, facts.source.text), _encoded(facts.source, text)
        sources.append(BuiltSource(facts.file.module, path_in_tree(facts.file), facts.file.path, before, after))
    return tuple(sources), tuple(sorted(declined))


def _encoded(source: Source, text: str) -> bytes:
    """The bytes of a file that holds `text` as `source` holds its own."""
    return (codecs.BOM_UTF8 if source.bom else b"") + text.encode(source.encoding)
