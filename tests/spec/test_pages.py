"""Each page shows what one rule reports: under every heading some files, and comments where diagnostics are expected.

A comment `# error: [EGR101]` (or `warning`) expects diagnostics of exactly these codes that begin on its line;
`# error: [EGR101] "text"` expects the text in what they say as well. Alone on a line it speaks of the next one. A block
`python fixed` after a file shows it after `--fix`, `python fixed unsafely` after `--unsafe-fixes`; without one, nothing
may change. A file that no `path:` names is `example.py`; one with `unasked` in its name is there to be imported.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from analyzers.analysis import Analysis
from analyzers.model.diagnostics import Diagnostic
from analyzers.rules import RULES
from eagerc.fixes import choose, mend

HERE = Path(__file__).parent
Look = Callable[[Mapping[str, str]], tuple[Analysis, tuple[Diagnostic, ...]]]

_FILE = re.compile(
    r"(?:^path: (?P<path>\S+)\n\n)?^```(?:python|toml)\n(?P<text>.*?)^```\n"
    r"(?:\n```python (?P<how>fixed|fixed unsafely)\n(?P<fixed>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_EXPECTED = re.compile(r'# (?P<severity>error|warning): \[(?P<codes>[\w, ]+)\](?: "(?P<says>[^"\n]*)")?(?=\s*#|\s*$)')


class File(NamedTuple):
    """One file of a case; `fixed` is what fixes make of it, `unsafely` whether they are allowed to be unsafe."""

    name: str
    text: str
    fixed: str
    unsafely: bool


class Expected(NamedTuple):
    """One diagnostic that a comment announces."""

    path: str
    line: int
    severity: str
    code: str


class Case(NamedTuple):
    """The part of a page under one heading."""

    page: str
    title: str
    files: tuple[File, ...]

    @property
    def texts(self) -> dict[str, str]:
        return {file.name: file.text for file in self.files}

    @property
    def expected(self) -> list[Expected]:
        return [expected for file in self.files for expected in _expected(file)]


def _expected(file: File) -> Iterator[Expected]:
    for number, found in _announcements(file.text):
        for code in found["codes"].split(", "):
            yield Expected(file.name, number, found["severity"], code)


def _announcements(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Each announcement with the line that it speaks of: its own, or the next one where it stands alone."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _EXPECTED.finditer(line):
            yield number + (not line[: found.start()].strip()), found


def _file(match: re.Match[str]) -> File:
    fixed = _plain(match["text"]) if match["fixed"] is None else match["fixed"]
    return File(match["path"] or "example.py", match["text"], fixed, match["how"] == "fixed unsafely")


def _plain(text: str) -> str:
    """The text without announcements."""
    alone = re.sub(rf"^[ \t]*{_EXPECTED.pattern}\n", "", text, flags=re.MULTILINE)
    return re.sub(rf"[ \t]*{_EXPECTED.pattern}", "", alone, flags=re.MULTILINE)


def cases(page: Path) -> Iterator[Case]:
    for part in re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        yield Case(page.stem, part.splitlines()[0], tuple(map(_file, _FILE.finditer(part))))


PAGES = {page.stem: tuple(cases(page)) for page in sorted(HERE.glob("*.md"))}
CASES = [case for page in PAGES.values() for case in page]


@pytest.fixture(params=CASES, ids=lambda case: f"{case.page}: {case.title}")
def case(request: pytest.FixtureRequest) -> Case:
    assert isinstance(request.param, Case)
    return request.param


def test_the_announced_diagnostics_are_reported_and_no_others(case: Case, look: Look) -> None:
    _, found = look(case.texts)
    actual = [Expected(one.place.path, one.place.line, one.severity, one.code) for one in found]
    assert sorted(actual) == sorted(case.expected), "\n".join(f"{one.place} {one.code} {one.message}" for one in found)
    for file in case.files:
        for line, announced in _announcements(file.text):
            said = " ".join(f"{one.message} {one.remedy}" for one in found if one.place[:2] == (file.name, line))
            assert (announced["says"] or "") in said


def test_fixes_lead_to_what_the_page_shows(case: Case, look: Look) -> None:
    unsafely = any(file.unsafely for file in case.files)
    texts = case.texts
    for _ in range(10):
        analysis, found = look(texts)
        changed = _mended(analysis, found, unsafely)
        if not changed:
            break
        texts |= changed
    else:
        pytest.fail("the fixes never come to an end")
    assert {name: _plain(text) for name, text in texts.items()} == {file.name: file.fixed for file in case.files}


def _mended(analysis: Analysis, found: Sequence[Diagnostic], unsafe: bool) -> dict[str, str]:
    sources = {module.file.path: module.source for module in analysis.modules}
    files = mend(choose(found, sources, unsafe), sources)
    assert not [file.problem for file in files if file.problem]
    return {file.path: file.after for file in files}


def test_every_rule_has_a_page() -> None:
    assert list(PAGES) == [rule.code for rule in RULES]


@pytest.mark.parametrize("code", PAGES)
def test_a_page_has_hits_and_at_least_as_many_silent_cases(code: str) -> None:
    hits = [case for case in PAGES[code] if any(expected.code == code for expected in case.expected)]
    silent = [case for case in PAGES[code] if not any(expected.code == code for expected in case.expected)]
    assert 0 < len(hits) <= len(silent)
    twice = [title for title, count in Counter(case.title for case in PAGES[code]).items() if count > 1]
    assert not twice


def test_pages_are_read_whole() -> None:
    for page in HERE.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        read = sum(1 + (match["fixed"] is not None) for match in _FILE.finditer(text))
        assert text.count("\n```\n") == read
