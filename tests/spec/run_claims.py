"""Runs eager functions on flytekit itself: reads `[[module name, call], ...]` and prints what came of each."""

import asyncio
import gc
import importlib
import json
import sys
import warnings
from typing import Any

from flytekit.deck.renderer import PythonDependencyRenderer

# Listing the installed packages for a deck takes most of a second at each call.
PythonDependencyRenderer.to_html = lambda *_: ""


def outcome(name: str, call: str) -> dict[str, Any]:
    try:
        module = importlib.import_module(name)
    except Exception as error:  # noqa: BLE001 (any failure is an answer)
        return {"import": str(error)}
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            found: dict[str, Any] = {"result": asyncio.run(eval(call, vars(module)))}
        except Exception as error:  # noqa: BLE001 (any failure is an answer)
            found = {"error": str(error)}
        gc.collect()
    function = getattr(module, call.partition("(")[0])
    metadata = getattr(function, "metadata", None)
    return found | {
        "warning": " ".join(str(warning.message) for warning in heard),
        "retries": getattr(metadata, "retries", None),
        "is_task": hasattr(function, "dispatch_execute"),
    }


if __name__ == "__main__":
    print(json.dumps([outcome(name, call) for name, call in json.load(sys.stdin)]))
