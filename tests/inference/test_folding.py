"""Folding: nothing large is computed, and what Python refuses is undecided."""

import ast
from collections.abc import Callable

import pytest

from analyzers.inference.domain import folding
from analyzers.inference.domain.folding import UNDECIDED, attempt

HUGE = 10**9

REFUSED = [
    lambda: attempt(folding.operated, ast.Pow(), 2, HUGE),
    lambda: attempt(folding.operated, ast.LShift(), 1, HUGE),
    lambda: attempt(folding.operated, ast.Mult(), "x", HUGE),
    lambda: attempt(folding.operated, ast.Mult(), HUGE, "x"),
    lambda: attempt(folding.operated, ast.Mod(), f"%{HUGE}d", 1),
    lambda: attempt(folding.operated, ast.Mod(), "%*d", (HUGE, 1)),
    lambda: attempt(folding.operated, ast.Div(), 1, 0),
    lambda: attempt(folding.operated, ast.Sub(), 1e308 * 10, 1e308 * 10),
    lambda: attempt(folding.text_method, (), "ljust", "x", HUGE),
    lambda: attempt(folding.text_method, (), "format", "{:>{}}", 1, HUGE),
    lambda: attempt(folding.text_method, (), "format", f"{{:{HUGE}}}", 1),
    lambda: attempt(folding.text_method, (), "index", "x", "y"),
    lambda: attempt(folding.text_method, (), "__class__", "x"),
    lambda: attempt(folding.formatted, -1, 1, str(HUGE)),
    lambda: attempt(folding.decoded, "{"),
    lambda: attempt(folding.decoded, "[" + "1," * 100 + "1]"),
    lambda: attempt(int, "three"),
    lambda: attempt(folding.put_together, "x" * 150, "x" * 150),
]

GIVEN = [
    (lambda: attempt(folding.operated, ast.Mod(), "%s:%02d", ("a", 7)), "a:07"),
    (lambda: attempt(folding.text_method, (), "format", "{0!r}/{{{1}}}", "a", 3), "'a'/{3}"),
    (lambda: attempt(folding.text_method, ("size",), "format", "{size}", 3), "3"),
    (lambda: attempt(folding.text_method, ("maxsplit",), "split", "a b c", None, 1), ["a", "b c"]),
    (lambda: attempt(folding.formatted, ord("r"), "a", ">5"), "  'a'"),
    (lambda: attempt(folding.decoded, '{"a": [1, null]}'), {"a": [1, None]}),
    (lambda: attempt(folding.BUILTINS["builtins.round"], 2.6), 3),
]


@pytest.mark.parametrize("act", REFUSED)
def test_undecided(act: Callable[[], object]) -> None:
    assert act() is UNDECIDED


@pytest.mark.parametrize(("act", "result"), GIVEN)
def test_given(act: Callable[[], object], result: object) -> None:
    assert act() == result
