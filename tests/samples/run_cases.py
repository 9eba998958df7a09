"""Run cases of a build tree: `run_cases.py TREE TRACE` reads them as JSON and prints what happened as JSON."""

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
        return {"raises": [ancestor.__name__ for ancestor in type(failure).__mro__]}
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        result = dataclasses.asdict(result)
    return {"result": result}


def main() -> None:
    tree, trace = sys.argv[1:]
    sys.path.insert(0, tree)
    os.environ["EAGERC_TRACE"] = trace
    outcomes = []
    seen = 0
    for case in json.load(sys.stdin):
        outcome = run(case)
        events = Path(trace).read_text().splitlines()
        outcomes.append({**outcome, "trace": [json.loads(event) for event in events[seen:]]})
        seen = len(events)
    assert not {"eagerc", "analyzers", "codegen"} & set(sys.modules), "a build tree needs nothing of the tool"
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
