"""The files of a project: found, named as modules, and read; the only module of the front end that touches the disk."""

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from functools import lru_cache

from analyzers.model.places import Place
from analyzers.model.record import Record
from analyzers.model.settings import Settings
from analyzers.source import DecodeError, Source, decode

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "site-packages", "__pypackages__"})
_LIBRARY_FOLDERS = frozenset({"site-packages", "dist-packages"})
_RUNTIME_PACKAGE = "eagerc_runtime"


class SourceFile(Record):
    """One module's file: `path` as it is shown, `file` absolute, `module` its dotted name, `root` its source root.

    `package` is true for an `__init__.py`.
    """

    path: str
    file: str
    module: str
    root: str

    @property
    def package(self) -> bool:
        return os.path.basename(self.file) == "__init__.py"

    @property
    def home(self) -> str:
        """The package that relative imports start from."""
        return self.module if self.package else self.module.rpartition(".")[0]


class SourceError(Record):
    """A file that cannot be analysed: unreadable, undecodable, or (`syntax`) not Python."""

    place: Place
    message: str
    syntax: bool


class Project:
    """The source roots and what can be imported from them. Each file's bytes are read once."""

    def __init__(self, settings: Settings, roots: Iterable[str] = ()) -> None:
        self._settings = settings
        configured = [os.path.join(settings.root, folder) for folder in settings.src] if settings.root else []
        self._configured = tuple(os.path.abspath(folder) for folder in configured)
        self._roots = dict.fromkeys((*self._configured, *roots))
        if settings.root:
            self._roots.setdefault(settings.root)
        self._found: dict[str, SourceFile | None] = {}
        self._tops: set[str] = set()
        self._bytes: dict[str, bytes] = {}

    def locate(self, path: str) -> SourceFile:
        """The source file at `path`, whose root becomes one of the project's."""
        file = os.path.abspath(path)
        root = self._root_of(file)
        self._roots.setdefault(root)
        self._add_source_folder(root)
        found = SourceFile(shown(file), file, module_name(file, root), root)
        self._tops.add(found.module.partition(".")[0])
        self._found.setdefault(found.module, found)
        return found

    def _add_source_folder(self, root: str) -> None:
        """A folder `src` above a namespace package is a root, whatever else is."""
        above, separator, _ = os.path.join(root, "").rpartition(os.path.join(os.sep, "src", ""))
        if separator and not os.path.isfile(os.path.join(above, "src", "__init__.py")):
            self._roots.setdefault(os.path.join(above, "src"))

    def find(self, module: str) -> SourceFile | None:
        """The file of a module of the project; None where no root has it, and for a namespace package."""
        if module not in self._found:
            self._found[module] = self._search(module)
        return self._found[module]

    def is_namespace(self, module: str) -> bool:
        """Whether `module` is a folder without `__init__.py` under a root."""
        parts = module.split(".")
        return any(os.path.isdir(os.path.join(root, *parts)) for root in self._roots_of(parts[0]))

    def _roots_of(self, top: str) -> list[str]:
        """The roots under which a top-level name is looked for."""
        return [root for root in self._roots if top in self._tops or not _is_library(root)]

    def read(self, file: SourceFile) -> bytes:
        """The bytes of a file; raises `OSError`."""
        if file.file not in self._bytes:
            with open(file.file, "rb") as stream:
                self._bytes[file.file] = stream.read()
        return self._bytes[file.file]

    def source(self, file: SourceFile) -> Source | SourceError:
        """The decoded text of a file, or why there is none."""
        try:
            return decode(self.read(file))
        except OSError as error:
            return SourceError(Place(file.path, 1, 1, 1, 1), f"cannot be read: {error.strerror or error}", False)
        except DecodeError as error:
            return SourceError(Place(file.path, error.line, 1, error.line, 1), str(error), True)

    def files(self, paths: Sequence[str]) -> tuple[tuple[SourceFile, bool], ...]:
        """The Python files at `paths`, each with whether it was named itself; sorted by path, each once.

        Folders are walked without following links to folders; hidden files and folders, virtual environments, build
        trees and what the configuration excludes are left out.
        """
        named: dict[str, bool] = {}
        for path in paths:
            if os.path.isdir(path):
                for file in self._walk(os.path.abspath(path)):
                    named.setdefault(file, False)
            else:
                named[os.path.abspath(path)] = True
        located = [(self.locate(file), explicit) for file, explicit in named.items()]
        return tuple(sorted(located, key=lambda entry: entry[0].path))

    def _walk(self, folder: str) -> Iterator[str]:
        for parent, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if self._enters(parent, name))
            for name in sorted(files):
                file = os.path.join(parent, name)
                if name.endswith(".py") and not name.startswith(".") and not self._excluded(file):
                    yield file

    def _enters(self, parent: str, name: str) -> bool:
        folder = os.path.join(parent, name)
        return not (
            name.startswith(".")
            or name in _SKIPPED_FOLDERS
            or os.path.exists(os.path.join(folder, "pyvenv.cfg"))
            or os.path.exists(os.path.join(folder, _RUNTIME_PACKAGE, "manifest.json"))
            or self._excluded(folder)
        )

    def _excluded(self, file: str) -> bool:
        if self._settings.root is None:
            return False
        relative = os.path.relpath(file, self._settings.root).replace(os.sep, "/")
        return any(matches(relative, pattern) for pattern in self._settings.exclude)

    def _root_of(self, file: str) -> str:
        below = [root for root in self._configured if file.startswith(os.path.join(root, ""))]
        if below:
            return max(below, key=len)
        folder = os.path.dirname(file)
        while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        return folder

    def _search(self, module: str) -> SourceFile | None:
        parts = module.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        for root in self._roots_of(parts[0]):
            stem = os.path.join(root, *parts)
            for file in (os.path.join(stem, "__init__.py"), stem + ".py"):
                if os.path.isfile(file):
                    return SourceFile(shown(file), file, module, root)
        return None


@lru_cache(maxsize=64)
def _is_library(root: str) -> bool:
    """Whether a root holds installed packages or the standard library: there only what was asked for is the project."""
    return os.path.basename(root) in _LIBRARY_FOLDERS or os.path.isfile(os.path.join(root, "site.py"))


def module_name(file: str, root: str) -> str:
    """The dotted name of a file below `root`."""
    stem = os.path.splitext(os.path.relpath(file, root))[0]
    parts = stem.split(os.sep)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def absolute_name(name: str, package: str) -> str:
    """The dotted name of a module; one that begins with dots is relative to `package`."""
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    if not level:
        return name
    parts = package.split(".") if package else []
    return ".".join([*parts[: max(len(parts) - level + 1, 0)], *([rest] if rest else [])])


def shown(file: str) -> str:
    """`file` as a person wants to read it: relative to the working folder where it lies below it."""
    working = os.path.join(os.getcwd(), "")
    return file[len(working) :].replace(os.sep, "/") if file.startswith(working) else file


def matches(relative: str, pattern: str) -> bool:
    """Whether a path with `/` between its parts, or a folder above it, fits a pattern of the configuration."""
    pattern = pattern.rstrip("/")
    return fnmatch(relative, pattern) or relative.startswith(f"{pattern}/") or fnmatch(relative, f"*/{pattern}")
