"""What the documentation of the rules says about flytekit happens on flytekit."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from analyzers.rules import RULES

HERE = Path(__file__).parent
CLAIMS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "claims.toml").read_text(encoding="utf-8"))

Outcomes = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What became of each rule's example and of its replacement."""
    folder = tmp_path_factory.mktemp("claims")
    keys = [(code, kind) for code in CLAIMS for kind in ("Example", "Use instead")]
    asked = []
    for code, kind in keys:
        name = f"{code}_{kind.replace(' ', '_')}".lower()
        (folder / f"{name}.py").write_text(_block(code, kind), encoding="utf-8")
        asked.append([name, CLAIMS[code]["call"]])
    done = subprocess.run(
        [sys.executable, str(HERE / "run_claims.py")],
        input=json.dumps(asked),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "FLYTE_SDK_RICH_TRACEBACKS": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(keys, json.loads(done.stdout.splitlines()[-1]), strict=True))


def _block(code: str, kind: str) -> str:
    (rule,) = (rule for rule in RULES if rule.code == code)
    text = sys.modules[rule.check.__module__].__doc__ or ""
    found = re.search(rf"^## {kind}\n+```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("code", CLAIMS)
def test_the_example_does_what_the_documentation_says(code: str, outcomes: Outcomes) -> None:
    claim, found = CLAIMS[code], outcomes[code, "Example"]
    for part in ("import", "error", "warning"):
        assert claim.get(part, "") in found.get(part, "")
    assert found.get("result") == claim.get("result")


@pytest.mark.parametrize("code", [code for code in CLAIMS if "instead" in CLAIMS[code]])
def test_the_replacement_works(code: str, outcomes: Outcomes) -> None:
    found = outcomes[code, "Use instead"]
    assert (found.get("result"), found["warning"], found["is_task"]) == (CLAIMS[code]["instead"], "", True)


def test_a_decorator_above_leaves_no_task_in_the_module(outcomes: Outcomes) -> None:
    assert not outcomes["EGR007", "Example"]["is_task"]


def test_retries_are_dropped_as_an_option_and_kept_as_metadata(outcomes: Outcomes) -> None:
    assert outcomes["EGR009", "Example"]["retries"] == 0
    assert outcomes["EGR009", "Use instead"]["retries"] == 3


def test_every_rule_about_flytekit_has_a_claim() -> None:
    assert set(CLAIMS) == {rule.code for rule in RULES} - {"EGR001", "EGR901", "EGR902"}
