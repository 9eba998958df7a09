"""Edits: which go together, and what they make of a file."""

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.model.diagnostics import Diagnostic, Edit, Fix, Severity
from analyzers.model.places import Place
from analyzers.source import Source, decode
from eagerc.files import write
from eagerc.fixes import choose, mend


def edit(line: int, start: int, end: int, replacement: str, path: str = "a.py") -> Edit:
    return Edit(Place(path, line, start, line, end), replacement)


def found(*edits: Edit, safe: bool = True) -> Diagnostic:
    fix = Fix("mend it", edits, safe)
    return Diagnostic("EGR101", "dropped-invocation", Severity.ERROR, "m", "r", edits[0].place, fix)


def mended(text: str, *edits: Edit) -> str:
    (file,) = mend([Fix("mend it", edits)], {"a.py": Source(text)})
    assert file.problem is None
    return file.after


def test_edits_are_applied_from_the_end() -> None:
    edits = (edit(1, 1, 2, "long"), edit(1, 5, 6, "y"), edit(2, 1, 1, "z = 1; "))
    assert mended("x = f\nw = 2\n", *edits) == "long = y\nz = 1; w = 2\n"


def test_columns_count_characters() -> None:
    assert mended("s = '\u65e5\u672c'; f()\n", edit(1, 11, 12, "g")) == "s = '\u65e5\u672c'; g()\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_new_lines_end_as_the_others(ends: str) -> None:
    assert mended(f"x = 1{ends}y = 2{ends}", edit(2, 1, 1, "import a\n")) == f"x = 1{ends}import a{ends}y = 2{ends}"


def test_a_fix_that_overlaps_an_earlier_one_waits() -> None:
    first, second, third = found(edit(1, 1, 5, "a")), found(edit(1, 4, 6, "b")), found(edit(1, 6, 7, "c"))
    assert choose([first, second, third], {"a.py"}, unsafe=False) == (first.fix, third.fix)


def test_two_insertions_at_one_place_wait_for_each_other() -> None:
    first, second = found(edit(1, 1, 1, "a")), found(edit(1, 1, 1, "b"))
    assert choose([first, second], {"a.py"}, unsafe=False) == (first.fix,)


def test_fixes_share_an_equal_edit() -> None:
    shared = edit(1, 1, 1, "import asyncio\n")
    first, second = found(shared, edit(2, 1, 2, "f")), found(shared, edit(3, 1, 2, "g"))
    chosen = choose([first, second], {"a.py"}, unsafe=False)
    (file,) = mend(chosen, {"a.py": Source("x\na\nb\n")})
    assert file.after == "import asyncio\nx\nf\ng\n"


def test_an_unsafe_fix_needs_leave() -> None:
    unsafe = found(edit(1, 1, 2, "a"), safe=False)
    assert choose([unsafe], {"a.py"}, unsafe=False) == ()
    assert choose([unsafe], {"a.py"}, unsafe=True) == (unsafe.fix,)


def test_a_file_that_was_not_asked_for_is_left_alone() -> None:
    assert choose([found(edit(1, 1, 2, "a"), edit(1, 1, 2, "a", "b.py"))], {"a.py"}, unsafe=False) == ()


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.sampled_from(["", "a", "bc"])), max_size=6))
def test_what_is_chosen_never_overlaps(spans: list[tuple[int, int, str]]) -> None:
    findings = [found(edit(1, start, start + length, text)) for start, length, text in spans]
    chosen = {one for fix in choose(findings, {"a.py"}, unsafe=False) for one in fix.edits}
    places = sorted(one.place for one in chosen)
    assert all(left.end_column <= right.column for left, right in pairwise(places))


@pytest.mark.parametrize(
    ("text", "change", "encoding", "problem"),
    [
        ("f(x)\n", edit(1, 4, 5, ""), "utf-8", "would leave a file that does not parse"),
        ("# coding: latin-1\nx = 1\n", edit(2, 5, 6, "'\u65e5'"), "latin-1", "cannot be written in latin-1"),
        ("x = 1\n", edit(1, 5, 6, "'\0'"), "utf-8", "would leave a file that does not parse"),
    ],
)
def test_a_fix_that_breaks_a_file_is_refused(text: str, change: Edit, encoding: str, problem: str) -> None:
    (file,) = mend([Fix("break it", (change,))], {"a.py": Source(text, encoding)})
    assert problem in (file.problem or "")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx = 1\n",
        b"# coding: latin-1\nx = '\xe9'\n",
        b"x = 1\r\ny = 2\r\n",
        b"x = 1",
    ],
)
def test_what_an_edit_does_not_touch_keeps_its_bytes(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(data)
    path.chmod(0o751)
    line = 2 if data.startswith(b"#") else 1
    (file,) = mend([Fix("rename", (edit(line, 1, 2, "renamed", str(path)),))], {str(path): decode(data)})
    write(file.path, file.data)
    assert path.read_bytes() == data.replace(b"x =", b"renamed =")
    assert path.stat().st_mode & 0o777 == 0o751
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_text("x = 1\n")
    link.symlink_to(real)
    (file,) = mend([Fix("rename", (edit(1, 1, 2, "y", str(link)),))], {str(link): Source("x = 1\n")})
    write(file.path, file.data)
    assert link.is_symlink()
    assert real.read_text() == "y = 1\n"
