"""The files that the configuration adds to a build tree."""

import fnmatch
import os
import re
from collections.abc import Iterable, Iterator, Mapping

from analyzers.model.settings import Settings
from codegen.build.errors import BuildError

_WILDCARD = re.compile(r"[*?\[]")


def included_files(settings: Settings, roots: Iterable[str], output: str) -> Mapping[str, bytes]:
    """The files that match `build.include`, by their paths in the tree.

    A file below a source root keeps its place beside the modules; any other keeps its place below the configuration.
    """
    if settings.root is None:
        return {}
    below = sorted({*roots, settings.root}, key=len, reverse=True)
    found: dict[str, bytes] = {}
    for pattern in settings.build.include:
        matches = sorted(_matches(settings.root, pattern, output))
        if not matches:
            raise BuildError(f'the pattern "{pattern}" of build.include matches no file', "correct or remove it")
        for file in matches:
            found[_path_in_tree(file, below)] = _content(file)
    return found


def _matches(root: str, pattern: str, output: str) -> Iterator[str]:
    fixed = _WILDCARD.split(pattern, maxsplit=1)[0]
    if os.path.isabs(pattern) or ".." in pattern.split("/"):
        raise BuildError(
            f'the pattern "{pattern}" of build.include leaves the folder of the configuration',
            "give a pattern below that folder",
        )
    start = os.path.join(root, os.path.dirname(fixed))
    matching = re.compile(_expression(pattern))
    for folder, folders, files in os.walk(start):
        folders[:] = [name for name in folders if _enters(os.path.join(folder, name), output)]
        for file in (os.path.normpath(os.path.join(folder, name)) for name in files):
            if matching.fullmatch(os.path.relpath(file, root).replace(os.sep, "/")):
                yield file


def _enters(folder: str, output: str) -> bool:
    name = os.path.basename(folder)
    return not name.startswith(".") and name != "__pycache__" and os.path.realpath(folder) != output


def _expression(pattern: str) -> str:
    """A glob pattern as a regular expression: `**` stands for any number of folders, other wildcards for none."""
    parts = [_part(part) for part in pattern.split("/")]
    return "".join(part if last else part + ("" if part == _FOLDERS else "/") for part, last in _with_last(parts))


_FOLDERS = "(?:[^/]+/)*"


def _part(part: str) -> str:
    if part == "**":
        return _FOLDERS
    return fnmatch.translate(part).removeprefix("(?s:").removesuffix(r")\Z").replace(".*", "[^/]*")


def _with_last(parts: list[str]) -> Iterator[tuple[str, bool]]:
    if parts[-1] == _FOLDERS:
        parts = [*parts, "[^/]*"]
    yield from ((part, index == len(parts) - 1) for index, part in enumerate(parts))


def _path_in_tree(file: str, below: Iterable[str]) -> str:
    root = next(folder for folder in below if file.startswith(os.path.join(folder, "")))
    path = os.path.relpath(file, root).replace(os.sep, "/")
    if "/" not in path and not path.endswith(".py"):
        raise BuildError(
            f"{path} of build.include would lie at the top of the tree, where `pyflyte register` takes modules only",
            "move it into a package or another folder",
        )
    return path


def _content(file: str) -> bytes:
    try:
        with open(file, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise BuildError(
            f"{file} cannot be read: {error.strerror}", "make it readable, or exclude it from build.include"
        ) from error
