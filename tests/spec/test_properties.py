"""What holds for the rules on any text."""

import os
import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.analysis import Analysis, analyze
from analyzers.model.diagnostics import Diagnostic
from analyzers.model.settings import Settings
from analyzers.rules import run_rules
from eagerc.fixes import choose, mend

SOURCES = [
    source
    for page in sorted(Path(__file__).parent.glob("*.md"))
    for source in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
]


def checked(text: str) -> tuple[Analysis, tuple[Diagnostic, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "example.py")
        with open(path, "w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
            stream.write(text)
        analysis = analyze([path])
        return analysis, run_rules(analysis, Settings())


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A program of the pages with some lines left out, doubled or indented."""
    lines = draw(st.sampled_from(SOURCES)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 4))):
        if lines:
            at = draw(st.integers(0, len(lines) - 1))
            lines[at : at + 1] = draw(
                st.sampled_from([[], [lines[at]] * 2, [f"    {lines[at]}"], ["é = 'ü'; " + lines[at]]])
            )
    return "".join(lines)


@st.composite
def cut(draw: st.DrawFn) -> str:
    """The beginning of a program of the pages."""
    source = draw(st.sampled_from(SOURCES))
    return source[: draw(st.integers(0, len(source)))]


@settings(max_examples=150)
@given(st.one_of(damaged(), cut(), st.text()))
def test_places_lie_in_the_file_and_fixes_leave_programs(text: str) -> None:
    analysis, found = checked(text)
    assert list(found) == sorted(found, key=lambda one: (one.place, one.code))
    sources = {module.file.path: module.source for module in analysis.modules}
    for one in found:
        if one.place.path in sources:
            assert sources[one.place.path].segment(one.place)
    assert not [file.problem for file in mend(choose(found, sources, unsafe=True), sources) if file.problem]


@settings(max_examples=100)
@given(damaged(), st.sampled_from(["\n", "# a comment\n", "'''a docstring'''\n", "\n\n\n"]))
def test_lines_above_move_findings_and_change_none(text: str, above: str) -> None:
    before, after = checked(text)[1], checked(above + text)[1]
    moved = above.count("\n")
    assert [(one.code, one.place.line + moved, one.place.column) for one in before] == [
        (one.code, one.place.line, one.place.column) for one in after
    ]
