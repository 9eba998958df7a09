"""The files of the runtime, as they are copied into every build tree."""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from codegen.rewrite.names import RUNTIME


def runtime_files() -> Mapping[str, bytes]:
    """The runtime's modules by their paths in the tree; read as data, never imported."""
    return dict(_python_files(files("codegen").joinpath("runtime"), RUNTIME))


def _python_files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _python_files(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", entry.read_bytes()
