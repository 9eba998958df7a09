"""What `docs/inference.md` says about bounds and categories is what the code has, and what happens there."""

from pathlib import Path

import pytest

from analyzers.analysis import analyze
from analyzers.inference.calls import activations
from analyzers.inference.domain import records
from analyzers.inference.statements import loops
from analyzers.model.calls import Category

PAGE = (Path(__file__).parents[2] / "docs" / "inference.md").read_text()
BOUNDS = {
    name: value
    for module in (activations, loops, records)
    for name, value in vars(module).items()
    if name.isupper() and not name.startswith("_") and isinstance(value, int)
}
HEADER = "from flytekit import eager, task\n\n@task\nasync def fit() -> int:\n    return 1\n\n"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without the backquotes."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def test_the_bounds_are_those_of_the_code() -> None:
    assert {name: int(value) for name, value, *_ in rows("The bounds")} == BOUNDS


def test_the_categories_are_those_of_the_code() -> None:
    assert [name for name, _ in rows("Unresolved calls")] == [category.value for category in Category]


def chain(length: int) -> str:
    helpers = [f"def step{n}(f):\n    return step{n + 1}(f)\n" for n in range(length)]
    return "".join([*helpers, f"def step{length}(f):\n    return f()\n"])


RECURSION = "def deep(f, n):\n    return deep(lambda: f(), n - 1) if n else f()\n"
EAGER = "@eager\nasync def main(n: int) -> int:\n    return await {}\n"
LONG = f"    total = [{'0, ' * records.BODY_STEPS}]\n"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(chain(activations.NESTING_LIMIT) + EAGER.format("step0(fit)"), id="NESTING_LIMIT"),
        pytest.param(f"@eager\nasync def main(n: int) -> int:\n{LONG}    return await fit()\n", id="BODY_STEPS"),
        pytest.param(
            f"FITS = [{'fit, ' * records.MODULE_STEPS}]\n" + EAGER.format("FITS[-1]()"),
            id="MODULE_STEPS",
        ),
    ],
)
def test_a_bound_that_is_reached_is_an_unresolved_call(source: str, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(HEADER + source)
    (function,) = analyze([str(tmp_path)]).functions
    assert Category.DEPTH_BOUND in {call.category for call in function.unresolved}


def test_recursion_settles_beyond_the_widening_depth(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(HEADER + RECURSION + EAGER.format("deep(fit, n)"))
    (function,) = analyze([str(tmp_path)]).functions
    assert {invocation.entity.name for invocation in function.invocations} == {"shop.fit"}
    assert not function.unresolved


def test_steps_are_counted_up_to_the_bound(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(HEADER + EAGER.format("fit()"))
    (function,) = analyze([str(tmp_path)]).functions
    assert 0 < function.steps < function.step_limit == records.BODY_STEPS
