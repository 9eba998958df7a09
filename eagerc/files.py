"""Writing a file in one step."""

import os
import stat
import tempfile
from contextlib import suppress

from eagerc.failures import UsageError


def write(path: str, data: bytes) -> None:
    """Write a file, new or not, so that an interruption leaves the old one or the new one.

    What is replaced keeps its permissions, and a link stays a link. Raises `UsageError` where that is impossible.
    """
    file = os.path.realpath(path)
    try:
        mode = _mode(file)
        if stat.S_ISREG(mode):
            _replace(file, data, stat.S_IMODE(mode))
        else:  # a device or a pipe takes the bytes as they come, and must not be replaced
            with open(file, "wb") as stream:
                stream.write(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _replace(file: str, data: bytes, permissions: int) -> None:
    descriptor, beside = tempfile.mkstemp(dir=os.path.dirname(file), prefix=f".{os.path.basename(file)}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        os.chmod(beside, permissions)
        os.replace(beside, file)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


def _mode(file: str) -> int:
    """The mode of a file; that of a new one if there is none."""
    try:
        return os.stat(file).st_mode
    except FileNotFoundError:
        unset = os.umask(0)
        os.umask(unset)
        return stat.S_IFREG | 0o666 & ~unset
