"""Run cases of a build tree: `run_cases.py TREE TRACES` reads them as JSON and prints their results as JSON."""

import asyncio
import dataclasses
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any


def run(case: dict[str, Any]) -> dict[str, Any]:
    module, _, name = case["function"].rpartition(".")
    function = getattr(importlib.import_module(module), name)
    try:
        result = asyncio.run(function(**case["inputs"]))
    except Exception as failure:  # noqa: BLE001 - whatever it raises is the outcome
        return {"raises": type(failure).__name__}
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        result = dataclasses.asdict(result)
    return {"result": result}


def main() -> None:
    tree, traces = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path.insert(0, str(tree))
    results = []
    for number, case in enumerate(json.load(sys.stdin)):
        os.environ["EAGERC_TRACE"] = str(traces / f"{number}.jsonl")
        results.append(run(case))
    assert not {"eagerc", "analyzers", "codegen"} & set(sys.modules), "a build tree needs nothing of the tool"
    print(json.dumps(results))


if __name__ == "__main__":
    main()
