"""The files that the configuration adds to a build tree."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping

from analyzers.model.settings import Settings
from codegen.build.errors import BuildError

_WILDCARD = re.compile(r"[*?\[]")
_TOKEN = re.compile(r"\[[^]]+\]|.", re.DOTALL)
_WILD = {"*": "[^/]*", "?": "[^/]"}
_FOLDERS = "(?:[^/]+/)*"


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
    *folders, name = pattern.split("/")
    if name == "**":
        folders, name = [*folders, name], "*"
    return "".join(_FOLDERS if part == "**" else f"{_name(part)}/" for part in folders) + _name(name)


def _name(part: str) -> str:
    """One name of a pattern as a regular expression; a wildcard at its beginning matches no hidden file."""
    visible = r"(?!\.)" if part[:1] in ("*", "?", "[") else ""
    return visible + "".join(_WILD.get(token) or _literal_or_class(token) for token in _TOKEN.findall(part))


def _literal_or_class(token: str) -> str:
    if len(token) == 1:
        return re.escape(token)
    inside = token[1:-1].replace("\\", "\\\\")
    return f"[^{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"


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
