"""Prints the edges that a call-graph tool finds in some files as JSON: `python edges.py TOOL FILE...`.

It runs in the tools' environment and imports nothing of eagerc.
"""

import importlib
import json
import os
import sys
from typing import Any


def pycg(files: list[str]) -> dict[str, list[str]]:
    """The package is installed as `PyCG` and imports itself as `pycg`."""
    sys.modules["pycg"] = importlib.import_module("PyCG")
    sys.path.append(os.getcwd())
    generator: Any = importlib.import_module("pycg.pycg").CallGraphGenerator(files, ".", -1, "call-graph")
    generator.analyze()
    return {caller: sorted(callees) for caller, callees in generator.output().items()}


def pyan3(files: list[str]) -> dict[str, list[str]]:
    """Its edges are uses: a name that is only mentioned is one too."""
    visitor: Any = importlib.import_module("pyan.analyzer").CallGraphVisitor(files, root=".")
    return {
        user.get_name(): sorted(used.get_name() for used in all_used) for user, all_used in visitor.uses_edges.items()
    }


TOOLS = {"PyCG": pycg, "pyan3": pyan3}

if __name__ == "__main__":
    print(json.dumps(TOOLS[sys.argv[1]](sys.argv[2:])))
