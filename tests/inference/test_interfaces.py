"""What a map task still takes, and which task it reaches, however its target was bound."""

from pathlib import Path

import pytest

from tests.inference import cases

PROGRAM = """
from functools import partial

from flytekit import eager, map_task, task


@task
def fit(x: int, depth: int, rate: float = 0.1) -> int:
    return x


bound = partial(fit, depth=2)
options = {{"depth": 2}}


@eager
async def flow(xs: list[int]) -> list[int]:
    return map_task({target})(x=xs)
"""


@pytest.mark.parametrize(
    ("target", "taken"),
    [
        ("fit", ["x", "depth", "rate"]),
        ("bound", ["x", "rate"]),
        ("partial(fit, depth=2, rate=0.5)", ["x"]),
        ("partial(partial(fit, depth=2), rate=0.5)", ["x"]),
        ("partial(fit, **options)", ["x", "rate"]),
        ("partial(fit, 3)", None),
    ],
)
def test_map_task_takes_what_is_not_bound(target: str, taken: list[str] | None, tmp_path: Path) -> None:
    cases.write(tmp_path, {"main.py": PROGRAM.format(target=target)})
    (flow,) = cases.analysis_of(tmp_path).functions
    (call,) = flow.invocations
    interface = call.entity.interface
    assert call.entity.targets == ("main.fit",)
    assert taken == (None if interface is None else [parameter.name for parameter in interface.parameters])
