"""Properties of the rewriter over programs with every kind of layout."""

import ast
import io
import tokenize
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.model.facts import Form, RewriteSite
from analyzers.source import Source
from codegen.rewrite import Rewritten, rewrite

FORMS = {"fit": Form.AWAITABLE, "load": Form.BLOCKING, "merge": Form.AWAITABLE}

# What may stand between two tokens inside brackets.
GAPS = st.sampled_from(["", " ", "  ", "\t", "\n", "\n        ", " # why\n", "\n\n\t# so\n", " \\\n"])
NAMES = st.sampled_from(["x", "é", "日本", "None", "'a'", "-1", "print(x)"])


@st.composite
def calls(draw: st.DrawFn, arguments: st.SearchStrategy[str]) -> str:
    callee = draw(st.sampled_from([*FORMS, "(fit)", "merge", "print", "[load][0]", "(load\n    )"]))
    before, after = draw(st.sampled_from(["", " ", "\t", " \\\n  "])), draw(GAPS)
    parts = draw(st.lists(st.tuples(GAPS, st.sampled_from(["", "*", "**", "k="]), arguments, GAPS), max_size=3))
    shown = [f"{gap}{sign}{argument}{end}" for gap, sign, argument, end in _in_order(parts)]
    trailing = draw(st.sampled_from(["", ","])) if parts else ""
    return f"{callee}{before}({','.join(shown)}{trailing}{after})"


def _in_order(parts: list[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Arguments in an order that Python takes, each keyword once."""
    ordered = sorted(parts, key=lambda part: ["", "*", "k=", "**"].index(part[1]))
    return [
        (gap, f"k{number}=" if sign == "k=" else sign, argument, end)
        for number, (gap, sign, argument, end) in enumerate(ordered)
    ]


EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: calls(inner) | st.tuples(inner, inner).map(lambda pair: f"({pair[0]}, {pair[1]})"),
    max_leaves=6,
)

STATEMENTS = st.sampled_from(
    [
        "    y = {}",
        "    await({})",
        "    if {}: pass",
        "    return {}  # done",
        "    x = 1; y = {};",
        "    async with {} as z:\n        '''two\nlines'''\n        y = [{} for _ in x if {}]",
        "\f    # a page",
        "",
        "    \t ",
    ]
)

HEADS = st.sampled_from(
    [
        "",
        "'''Doc.'''\n",
        "# -*- coding: utf-8 -*-\nimport os\n\n",
        "from __future__ import annotations\n",
        "from flytekit import (task,\n    eager,  # it\n)\n\f\n",
        "from flytekit import task, \\\n    eager\n",
    ]
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    statements = draw(st.lists(STATEMENTS, min_size=1, max_size=4))
    body = "\n".join(
        statement.format(*(draw(EXPRESSIONS) for _ in range(statement.count("{}")))) for statement in statements
    )
    end = draw(st.sampled_from(["", "\n", "\n\n# end", "\n\n\nif __name__ == '__main__':\n    main()"]))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return f"{draw(HEADS)}async def main(x):\n    pass\n{body}{end}".replace("\n", newline)


def rewritten(text: str) -> Rewritten:
    source, tree = Source(text), ast.parse(text)
    sites = [
        RewriteSite(f"m:main#f#{number}", source.place("m.py", node), FORMS[node.func.id], True, "", None)
        for number, node in enumerate(ast.walk(tree))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS
    ]
    return rewrite("m.py", source, tree, sorted(sites, key=lambda site: site.place), ())


@given(programs())
def test_nothing_is_declined(text: str) -> None:
    assert rewritten(text).declined == ()


@given(programs())
def test_undone_it_is_the_source(text: str) -> None:
    """Without what the rewriter adds, the same tokens stand on the same lines."""
    assert list(_undone(rewritten(text).text)) == list(_undone(text))


@given(programs())
def test_lines_without_a_change_stay_as_they_are(text: str) -> None:
    source, built = Source(text), Source(rewritten(text).text)
    changing = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call | ast.ImportFrom)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    for number, (line, other) in enumerate(zip(source.lines, built.lines, strict=False), 1):
        assert line == other or number in changing or "import eagerc_runtime" in other


@given(programs())
def test_a_second_time_changes_nothing(text: str) -> None:
    built = rewritten(text).text
    assert rewritten(built) == (built, ()) or built == text


@given(programs())
def test_without_sites_and_eager_nothing_changes(text: str) -> None:
    source = Source(text.replace("eager,", "workflow,").replace("    eager", "    workflow"))
    assert rewrite("m.py", source, ast.parse(source.text), (), ()) == (source.text, ())


def test_a_call_that_is_not_there_is_declined() -> None:
    source = Source("async def main():\n    await fit(1)\n")
    tree = ast.parse(source.text)
    node = next(node for node in ast.walk(tree) if isinstance(node, ast.Await))
    site = RewriteSite("m:main#fit#1", source.place("m.py", node), Form.AWAITABLE, True, "", None)
    result = rewrite("m.py", source, tree, [site], ())
    assert result.text == source.text
    assert [declined.site for declined in result.declined] == ["m:main#fit#1"]


@pytest.mark.parametrize("depth", [50, 2000])
def test_deep_nesting_is_written_or_declined(depth: int) -> None:
    text = f"async def main(x):\n    return {'fit(' * min(depth, 60)}x{')' * min(depth, 60)}{' + x' * depth}\n"
    result = rewritten(text)
    ast.parse(result.text)
    assert bool(result.declined) == (result.text == text)


def _undone(text: str) -> Iterator[tuple[str, int]]:
    """The tokens of a program with their lines, less what may come with a rewrite."""
    skipped = 0
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.string.strip()]
    for index, token in enumerate(tokens):
        upcoming = [other.string for other in tokens[index : index + 3]]
        if upcoming[:1] == [";"] and upcoming[1:] in (["import", "eagerc_runtime"], ["from", "eagerc_runtime"]):
            skipped = 5
        elif upcoming == ["import", "eagerc_runtime", "as"]:
            skipped = 4
        elif upcoming[:2] == ["_eagerc", "."]:
            skipped = 5
        if skipped:
            skipped -= 1
        elif token.string not in ("(", ")", ",", ";"):
            yield token.string, token.start[0]
