"""What of a text may reach a terminal."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.model.places import Place
from eagerc.report.text import marked
from eagerc.terminal import visible, wants_colour, width


@given(st.text())
def test_nothing_unprintable_is_left(text: str) -> None:
    assert visible(text).isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_is_printable_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\u202eevil", r"\u202eevil"),
        ("a\tb", "a    b"),
        ("a\r\n", r"a\r\n"),
        ("\udc80", r"\udc80"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_an_escape_is_seen(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("\u65e5\u672c", 4), ("e\u0301", 1)])
def test_width_counts_columns(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("line", "span", "marks"),
    [
        ("x = f(1)", (5, 9), "    ^^^^"),
        ("\tf()", (2, 5), "    ^^^"),
        ("\u65e5 = f()", (5, 8), "     ^^^"),
        ("f()", (1, 1), "^"),
        ("f()", (4, 4), "   ^"),
        ("x = '\x1b' + f()", (11, 14), "             ^^^"),
    ],
)
def test_marks_stand_under_the_span(line: str, span: tuple[int, int], marks: str) -> None:
    assert marked(line, Place("a.py", 1, span[0], 1, span[1]))[1] == marks


def test_a_span_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert marked("x = f(  ", Place("a.py", 1, 5, 3, 2)) == ("x = f(", "    ^^")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("choice", "environment", "wanted"),
    [
        ("auto", {}, True),
        ("auto", {"NO_COLOR": "1"}, False),
        ("auto", {"NO_COLOR": ""}, True),
        ("auto", {"TERM": "dumb"}, False),
        ("never", {}, False),
        ("always", {"NO_COLOR": "1"}, True),
    ],
)
def test_colours_on_a_terminal(
    choice: str, environment: dict[str, str], wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(choice, Terminal()) is wanted


def test_no_colours_in_a_file() -> None:
    assert not wants_colour("auto", io.StringIO())
    assert not wants_colour("auto", None)
