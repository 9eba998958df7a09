"""The build tree that this runtime is part of."""

import os

RUNTIME = __name__.partition(".")[0]
_FOLDER = os.path.dirname(os.path.abspath(__file__))
MANIFEST = os.path.join(_FOLDER, "manifest.json")
TREE = os.path.dirname(_FOLDER)


def parts_from_tree(file: str) -> list[str]:
    """The way to a file from the top of the tree; it begins with `..` where the file lies outside."""
    return os.path.relpath(file, TREE).split(os.sep)


def source(file: str) -> str:
    """The file that a built file was made from, or the file itself where that is not known."""
    parts = parts_from_tree(file)
    if parts[0] != os.pardir:
        for root in os.environ.get("EAGERC_SOURCE_ROOTS", "").split(os.pathsep):
            found = os.path.join(root, *parts)
            if root and os.path.isfile(found):
                return found
    return file
