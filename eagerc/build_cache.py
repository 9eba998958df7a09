"""The build trees that `eagerc run` and `eagerc register` keep between runs."""

import fcntl
import os
import shutil
from contextlib import suppress

KEPT_TREES = 20


def tree(digest: str) -> str:
    """The folder of the tree with a digest; it stays until this process ends, or the program that takes its place.

    Where no other run is under way, the trees that were not used for longest are removed, so that there is room for
    this one among the `KEPT_TREES`.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    trees = os.path.join(cache, "eagerc", "builds")
    os.makedirs(trees, exist_ok=True)
    wanted = os.path.join(trees, digest)
    _share(trees, wanted)
    with suppress(FileNotFoundError):
        os.utime(wanted)
    return wanted


def _share(trees: str, wanted: str) -> None:
    """Hold the lock that every run shares, after a look whether this run is alone."""
    lock = os.open(f"{trees}.lock", os.O_RDWR | os.O_CREAT, 0o666)
    os.set_inheritable(lock, True)
    with suppress(OSError):  # a file system without locks: nothing is ever removed there
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            _remove_old(trees, wanted)
        fcntl.flock(lock, fcntl.LOCK_SH)


def _remove_old(trees: str, wanted: str) -> None:
    """Remove what an interrupted run left, whose names begin with a dot, and the trees that are too many."""
    kept = []
    with os.scandir(trees) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.path != wanted:
                kept.append((entry.stat().st_mtime_ns, entry.name))
    for _, name in sorted(kept, reverse=True)[KEPT_TREES - 1 :]:
        condemned = os.path.join(trees, f".{name}")
        os.rename(os.path.join(trees, name), condemned)
        shutil.rmtree(condemned, ignore_errors=True)
