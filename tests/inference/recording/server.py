"""Runs programs and prints what they invoked: one JSON request a line in, one JSON answer a line out.

Each program runs in a process of its own, forked from this one, which has everything imported: that costs some
milliseconds, and nothing that a program does is left for the next one.
"""

import ast
import asyncio
import importlib.util
import inspect
import json
import os
import signal
import sys
import warnings
from typing import Any

from tests.inference.recording import concurrency, naming, stand_in
from tests.inference.recording.recorder import RECORDED

SECONDS = 20


def _evaluate(expression: str) -> None:
    tree = ast.parse(expression, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            _import_longest(ast.unparse(node))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    value = eval(expression, {name: sys.modules[name] for name in names & sys.modules.keys()})
    if inspect.isawaitable(value):
        asyncio.run(_awaited(value))


async def _awaited(value: Any) -> Any:
    return await value


def _import_longest(dotted: str) -> None:
    """Import as much of `a.b.c` as is a module."""
    parts = dotted.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        if not all(part.isidentifier() for part in parts[:length]) or importlib.util.find_spec(name) is None:
            return
        module = importlib.import_module(name)
        if not hasattr(module, "__path__"):
            return


def _outcome(expression: str) -> str | None:
    """The name and message of the exception that ends a run, None if none does."""
    try:
        _evaluate(expression)
    except Exception as error:  # noqa: BLE001 - whatever the program raises is its outcome
        return f"{type(error).__name__}: {error}"
    return None


def _run(request: dict[str, Any]) -> dict[str, Any]:
    roots = request["roots"]
    naming.ROOTS[:] = [request["folder"]]
    sys.path[:0] = roots
    os.chdir(request["folder"])
    outcomes = [_outcome(expression) for expression in request["runs"]]
    return {"outcomes": outcomes, "recorded": {name: sorted(found) for name, found in sorted(RECORDED.items())}}


def _answer(request: dict[str, Any]) -> bytes:
    """The answer of a forked child to one request."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        with open(writing, "wb") as stream:
            stream.write(json.dumps(_run(request)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as stream:
        answer = stream.read()
    _, status = os.waitpid(child, 0)
    return answer or json.dumps({"died": f"the program's process ended with status {status}"}).encode()


def main() -> None:
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")
    if "--flytekit" in sys.argv:
        importlib.import_module("tests.inference.recording.on_flytekit").install()
    else:
        stand_in.install()
        concurrency.install()
    for line in sys.stdin:
        sys.stdout.buffer.write(_answer(json.loads(line)) + b"\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.path.pop(0)  # the project itself is not on the path of programs
    main()
