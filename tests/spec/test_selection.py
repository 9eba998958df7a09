"""Which rules speak, and where."""

import pytest

from analyzers.model.diagnostics import Severity
from analyzers.model.settings import Settings
from analyzers.rules import RULES, SOURCE_RULES, SUPPRESSION_RULES
from analyzers.rules.rule import Rule
from analyzers.rules.selection import enabled, ignored

EVERY = {rule.code for rule in RULES}


def chosen(select: tuple[str, ...] = (), ignore: tuple[str, ...] = ()) -> set[str]:
    settings = Settings(select=select, ignore=ignore)
    return {
        rule.code for rules in (enabled(SOURCE_RULES, settings), enabled(SUPPRESSION_RULES, settings)) for rule in rules
    }


def test_every_rule_speaks_by_default() -> None:
    assert chosen() == EVERY


def test_the_beginning_of_a_code_names_all_that_begin_with_it() -> None:
    assert chosen(select=("EGR1",)) == {code for code in EVERY if code.startswith("EGR1")}
    assert chosen(ignore=("EGR1",)) == {code for code in EVERY if not code.startswith("EGR1")}
    assert chosen(select=("EGR2", "EGR701"), ignore=("EGR202",)) == {"EGR201", "EGR701"}


def test_a_note_speaks_only_where_it_is_selected() -> None:
    note = Rule[None]("EGR306", "unresolved-call", Severity.NOTE, lambda _: ())
    assert not enabled([note], Settings())
    assert not enabled([note], Settings(ignore=("EGR1",)))
    assert enabled([note], Settings(select=("EGR3",))) == (note,)


@pytest.mark.parametrize(
    ("pattern", "there"),
    [
        ("steps.py", True),
        ("src", True),
        ("src/*.py", True),
        ("src/flows/", True),
        ("flows", False),
        ("other.py", False),
    ],
)
def test_patterns_are_relative_to_the_configuration(pattern: str, there: bool) -> None:
    settings = Settings(root="/project", per_file_ignores=((pattern, ("EGR10",)),))
    assert ignored("/project/src/flows/steps.py", "EGR101", settings) is there
    assert not ignored("/project/src/flows/steps.py", "EGR201", settings)
