"""The build tree of what a command line names, made in the cache unless a folder is named."""

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analyzers.analysis import ModuleFacts
from codegen.build import BuildError, build
from codegen.build.modules import needed_modules
from eagerc import __version__, build_cache
from eagerc.analyses import Configured
from eagerc.failures import UsageError


class Tree(NamedTuple):
    """A build tree, and the source roots of its modules."""

    folder: str
    roots: tuple[str, ...]


def built(configured: Configured, folder: str | None) -> Tree:
    """Build the tree, in the cache if no folder is named; it stays until this process or its successor ends."""
    with explained():
        modules = needed_modules(configured.analysis)
        tree = os.path.abspath(folder or _cached(_digest(configured, modules)))
        build(configured.analysis, tree, settings=configured.settings)
    return Tree(tree, tuple(dict.fromkeys(module.file.root for module in modules)))


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Tell whoever called the command why there is no tree."""
    try:
        yield
    except BuildError as error:
        raise UsageError(f"{error.message}; {error.remedy}") from error


def _cached(digest: str) -> str:
    try:
        return build_cache.tree(digest)
    except OSError as error:
        raise UsageError(f"the cache cannot be used: {error}; name a folder with --build-dir") from error


def _digest(configured: Configured, modules: Iterable[ModuleFacts]) -> str:
    """What tells the tree of just these sources: a run is not disturbed by a later one of changed sources."""
    digest = hashlib.sha256(repr((__version__, configured.settings)).encode())
    for module in modules:
        digest.update(repr((module.file, module.source.encoding, module.source.text)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]
