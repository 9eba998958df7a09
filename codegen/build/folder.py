"""Read and replace a build folder as a whole; the only module of the build that writes."""

import errno
import json
import os
from collections.abc import Iterator, Mapping
from itertools import count
from tempfile import TemporaryDirectory

from codegen.build.errors import BuildError
from codegen.build.manifest import MANIFEST, SCHEMA

_OTHER_FOLDER = "choose another folder with -o"


def present_files(folder: str) -> Mapping[str, bytes]:
    """The files of the build tree in `folder`; none where nothing is.

    Raises `BuildError` if anything there was not written by a build.
    """
    try:
        files = _snapshot(folder)
    except NotADirectoryError as error:
        raise BuildError(f"{folder} is not a folder", _OTHER_FOLDER) from error
    except OSError as error:
        raise BuildError(f"{folder} cannot be read: {error.strerror}", _OTHER_FOLDER) from error
    if files:
        strange = sorted(set(files) - _written_paths(folder, files))
        if strange:
            raise BuildError(
                f"{folder} holds {_few(strange)}, which eagerc did not write", f"move that away, or {_OTHER_FOLDER}"
            )
    return files


def replace(folder: str, files: Mapping[str, bytes]) -> None:
    """Make `folder` hold exactly `files`, which are written beside it: the folders are exchanged when all is done."""
    try:
        parent, name = os.path.split(folder)
        os.makedirs(parent, exist_ok=True)
        with TemporaryDirectory(prefix=f".{name}.", dir=parent) as beside:
            fresh = os.path.join(beside, "new")
            for path, content in sorted(files.items()):
                _write(os.path.join(fresh, *path.split("/")), content)
            _exchange(fresh, folder, beside)
    except OSError as error:
        raise BuildError(f"{folder} cannot be written: {error.strerror}", _OTHER_FOLDER) from error


def _snapshot(folder: str) -> dict[str, bytes]:
    """The files of one tree; read again if another build exchanges the folder meanwhile."""
    while True:
        before = _identity(folder)
        if before is None and not os.path.islink(folder):
            return {}
        try:
            files = dict(_files(folder))
        except FileNotFoundError:
            if _identity(folder) == before:
                raise
        else:
            if _identity(folder) == before:
                return files


def _identity(folder: str) -> tuple[int, int] | None:
    try:
        status = os.stat(folder)
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_ctime_ns


def _files(folder: str) -> Iterator[tuple[str, bytes]]:
    for parent, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            file = os.path.join(parent, name)
            with open(file, "rb") as stream:
                yield os.path.relpath(file, folder).replace(os.sep, "/"), stream.read()


def _raise(error: OSError) -> None:
    raise error


def _written_paths(folder: str, files: Mapping[str, bytes]) -> set[str]:
    """The paths that the manifest lists; raises `BuildError` where there is none."""
    try:
        manifest = json.loads(files[MANIFEST])
        if manifest["schema"] == SCHEMA:
            return {MANIFEST, *manifest["files"]}
    except (KeyError, TypeError, ValueError):
        pass
    raise BuildError(f"{folder} was not written by eagerc", f"{_OTHER_FOLDER}, or remove it")


def _few(paths: list[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"


def _write(file: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, "wb") as stream:
        stream.write(content)


def _exchange(fresh: str, folder: str, beside: str) -> None:
    """Put `fresh` in the place of `folder`; again if another build puts its own tree there in between."""
    for number in count():
        old = os.path.join(beside, f"old{number}")
        moved = _moved(folder, old)
        try:
            os.rename(fresh, folder)
        except BaseException as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                continue
            if moved:
                os.rename(old, folder)
            raise
        return


def _moved(folder: str, old: str) -> bool:
    try:
        os.rename(folder, old)
    except FileNotFoundError:
        return False
    return True
