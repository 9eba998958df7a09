"""Prints the edges that a call-graph tool finds: `python edges.py TOOL`, with a JSON request a line on its input.

It runs in the tools' environment and imports nothing of eagerc. Each program is looked at by a process of its own,
forked from this one, which has the tool imported already.
"""

import importlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

SECONDS = 20

Edges = dict[str, list[str]]


def pycg() -> Callable[[list[str]], Edges]:
    """The package is installed as `PyCG` and imports itself as `pycg`."""
    sys.modules["pycg"] = importlib.import_module("PyCG")
    generator: Any = importlib.import_module("pycg.pycg").CallGraphGenerator

    def edges(files: list[str]) -> Edges:
        sys.path.append(os.getcwd())
        made = generator(files, ".", -1, "call-graph")
        made.analyze()
        return {caller: sorted(callees) for caller, callees in made.output().items()}

    return edges


def pyan3() -> Callable[[list[str]], Edges]:
    """Its edges are uses: a name that is only mentioned is one too."""
    visitor: Any = importlib.import_module("pyan.analyzer").CallGraphVisitor

    def edges(files: list[str]) -> Edges:
        uses = visitor(files, root=".").uses_edges
        return {user.get_name(): sorted(used.get_name() for used in all_used) for user, all_used in uses.items()}

    return edges


def answer(tool: Callable[[list[str]], Edges], request: dict[str, Any]) -> bytes:
    """What a forked child found; `{}` where it crashed or ran out of time."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        os.chdir(request["folder"])
        started = time.process_time()
        found = tool(request["files"])
        with open(writing, "w") as stream:
            json.dump({"edges": found, "seconds": time.process_time() - started}, stream)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return text or b"{}"


if __name__ == "__main__":
    ready = {"PyCG": pycg, "pyan3": pyan3}[sys.argv[1]]()
    for line in sys.stdin:
        sys.stdout.buffer.write(answer(ready, json.loads(line)) + b"\n")
        sys.stdout.flush()
