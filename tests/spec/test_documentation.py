"""The documentation of the rules: one shape, examples that hold, and pages that are what the rules say.

`pytest tests/spec --update` writes the pages anew.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from analyzers.analysis import Analysis
from analyzers.model.diagnostics import Diagnostic
from analyzers.rules import RULES

Look = Callable[[Mapping[str, str]], tuple[Analysis, tuple[Diagnostic, ...]]]
SECTIONS = ["What it does", "Why is this bad", "Example", "Use instead", "Fix safety"]

_TITLE = re.compile(r"(?P<code>EGR\d{3}) (?P<name>[a-z]+(?:-[a-z]+)+): (?P<says>.+)\.")
_BLOCK = re.compile(r"```python\n(.*?)```\n", re.DOTALL)

CODES = [rule.code for rule in RULES]


def documentation(code: str) -> str:
    """The docstring of the module in which a rule is defined."""
    (rule,) = (rule for rule in RULES if rule.code == code)
    text = sys.modules[rule.check.__module__].__doc__
    assert text is not None
    return text


def section(code: str, title: str) -> str:
    parts = re.split(r"^## (.*)\n", documentation(code), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def page(code: str) -> str:
    """The page of a rule under `docs/rules`."""
    (rule,) = (rule for rule in RULES if rule.code == code)
    title, _, rest = documentation(code).partition("\n")
    says = title.partition(": ")[2]
    return f"# {rule.name} ({rule.code})\n\n{rule.severity.capitalize()}: {says}\n{rest}"


def index() -> str:
    """The table of all rules."""
    rows = [
        f"| [{rule.code}]({rule.code}.md) | {rule.name} | {_title(rule.code)['says']} | {rule.severity} |"
        for rule in RULES
    ]
    return "\n".join(["# The rules", "", "| code | name | reports | severity |", "|---|---|---|---|", *rows, ""])


def _title(code: str) -> re.Match[str]:
    title = _TITLE.fullmatch(documentation(code).partition("\n")[0])
    assert title is not None
    return title


@pytest.mark.parametrize("code", CODES)
def test_documentation_has_one_shape(code: str) -> None:
    (rule,) = (rule for rule in RULES if rule.code == code)
    assert (_title(code)["code"], _title(code)["name"]) == (rule.code, rule.name)
    assert re.findall(r"^## (.*)", documentation(code), flags=re.MULTILINE) == SECTIONS
    assert all(section(code, title).strip() for title in SECTIONS)


@pytest.mark.parametrize("code", CODES)
def test_the_example_is_reported_and_its_replacement_is_not(code: str, look: Look) -> None:
    (example,), (instead,) = _BLOCK.findall(section(code, "Example")), _BLOCK.findall(section(code, "Use instead"))
    assert code in {found.code for found in look({"example.py": example})[1]}
    assert not look({"example.py": instead})[1]


def test_the_pages_are_fresh(project: Path, request: pytest.FixtureRequest) -> None:
    folder = project / "docs" / "rules"
    expected = {"README.md": index()} | {f"{code}.md": page(code) for code in CODES}
    if request.config.getoption("--update"):
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in expected.items():
            (folder / name).write_text(text, encoding="utf-8")
    actual = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert actual == expected


def test_codes_are_in_order_and_unique() -> None:
    assert sorted(set(CODES)) == CODES
    assert len({rule.name for rule in RULES}) == len(RULES)
