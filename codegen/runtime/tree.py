"""The build tree that this runtime is part of."""

import os

RUNTIME = __name__.partition(".")[0]
_FOLDER = os.path.dirname(os.path.abspath(__file__))
MANIFEST = os.path.join(_FOLDER, "manifest.json")
TREE = os.path.dirname(_FOLDER)
