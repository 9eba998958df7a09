"""Suppressions are found in any text, and only in comments."""

from hypothesis import given
from hypothesis import strategies as st

from analyzers.model.places import Place
from analyzers.source import Source
from analyzers.suppressions import suppressions

_FRAGMENTS = st.sampled_from(
    [
        "# eagerc: ignore[EGR101]",
        "#eagerc:ignore-file",
        "eagerc:",
        "'''",
        '"',
        "\\",
        "(",
        "]",
        "\n",
        "\r",
        "\r\n",
        "\0",
        "\ud800",
        "  ",
        "x",
        "\f",
        "é",
    ]
)


@given(st.one_of(st.text(), st.lists(_FRAGMENTS).map("".join)))
def test_any_text_is_read(text: str) -> None:
    source = Source(text)
    for found in suppressions("a.py", source):
        assert "eagerc:" in source.segment(found.place)


@given(st.lists(st.sampled_from(["x = 1", "'''", "'''", "(", ")", "if x:", "  y", "é = 'é'"]), max_size=8))
def test_a_comment_on_the_first_line_is_found_whatever_follows(lines: list[str]) -> None:
    comment = "# eagerc: ignore[EGR101, EGR103]"
    found = suppressions("a.py", Source("\n".join([f"é = 1  {comment}", *lines])))
    assert found[0].codes == ("EGR101", "EGR103")
    assert found[0].place == Place("a.py", 1, 8, 1, 8 + len(comment))


def test_a_string_is_no_comment() -> None:
    assert not suppressions("a.py", Source("x = '# eagerc: ignore[EGR101]'\n"))
