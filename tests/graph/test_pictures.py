"""Pictures hold what they are given, whatever characters it has, and draw on any tree."""

import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzers.analysis import analyze
from analyzers.model.entities import EntityKind
from analyzers.model.flow import (
    Arm,
    Branch,
    Flow,
    Handler,
    Helper,
    Loop,
    LoopKind,
    Origin,
    Raise,
    Return,
    Sequence,
    Try,
)
from codegen.graph import labels, style
from codegen.graph.control import Graph, control_graph
from codegen.graph.dot import dot_source
from codegen.graph.formats import FORMATS, GraphError, format_of
from codegen.graph.mermaid import mermaid_source
from codegen.graph.pictures import render
from codegen.graph.render import draw
from tests.graph.trees import invoke, trees, unresolved

NOTHING = Sequence()
HOSTILE = [
    '"</svg><script>alert(1)</script>',
    r"\N \E \G \L \l \n \\N",
    r'ends with a backslash\ and a "quote\"',
    "|{}<>| ]] --> end",
    "a & b &amp; &lt;b&gt; &#60;",
    "<b>bold</b>",
    "<all of it>",
    "party 🎉 naïve 日本",
    "line one\nline two\r\ttab",
    "x == " + " + ".join(f"value_{index}" for index in range(40)),
    "#quot; `code` %% ; classDef",
    "null \x00 escape \x1b[31m surrogate \ud800 end",
]


def named(tree: Flow, name: str = "flow.main", path: str = "flow.py") -> Graph:
    graph = control_graph(tree)
    graph.graph |= {"name": name, "kind": "eager", "path": path, "line": 1, "calls": 1, "resolved": 1}
    return graph


def everywhere(text: str) -> Flow:
    """A tree that has the text in every place that source text can come to."""
    return Sequence(
        (
            invoke("first", Origin((text,)), path=text),
            unresolved("second", reason=text, text=text),
            Branch(text, (Arm(text, invoke("third")), Arm("else", Return(text, plain=True)))),
            Loop(LoopKind.FOR, text, NOTHING, invoke("fourth"), NOTHING, starts=False, ends=True),
            Try(invoke("fifth"), (Handler(text, False, Raise(text)),), NOTHING, NOTHING),
            Helper("flow.help", None, inside=(text,)),
        )
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_source_stays_text(text: str) -> None:
    svg = draw(dot_source([named(everywhere(text), path=text)]), "svg").decode()
    document = ElementTree.fromstring(svg)
    tags = {element.tag.rpartition("}")[2] for element in document.iter()}
    assert tags <= {"svg", "g", "title", "polygon", "path", "text", "ellipse", "polyline", "a"}
    shown = [
        re.sub(r"\s+", " ", (element.text or "")).strip() for element in document.iter() if element.tag.endswith("text")
    ]
    wanted = re.sub(r"\s+", " ", labels.short(text)).strip()
    assert f"{style.TIMES} {wanted}" in shown
    assert f"? {wanted}" in shown
    tips = [value for element in document.iter() for key, value in element.attrib.items() if key.endswith("title")]
    assert labels.clean(text) in tips


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_source_stays_in_mermaid_labels(text: str) -> None:
    source = mermaid_source([named(everywhere(text), path=text)])
    for line in source.splitlines():
        without_labels = re.sub(r'"[^"]*"', '""', line)
        assert re.fullmatch(r"[\w\s.,:;<>|()\[\]{}/\\#\"-]*", without_labels), line
        for label in re.findall(r'"([^"]*)"', line):
            assert label
            assert re.fullmatch(r"(?:[\w .,:=+*/()\[\]!?'-]|#\d+;|<br/>)*", label), label
    opened = sum(line.strip().startswith("subgraph ") for line in source.splitlines())
    assert opened == sum(line.strip() == "end" for line in source.splitlines())


@given(st.lists(trees(), min_size=1, max_size=6))
@settings(max_examples=40)
def test_any_trees_can_be_drawn(drawn: list[Flow]) -> None:
    source = dot_source([named(tree) for tree in drawn])
    assert draw(source, "svg").startswith(b"<?xml")


@given(trees())
def test_every_edge_of_a_flowchart_has_its_nodes(tree: Flow) -> None:
    source = mermaid_source([named(tree)])
    declared = set(re.findall(r"^\s*(?:subgraph )?(f0\w*?)(?=[\[({>])", source, re.MULTILINE))
    for line in source.splitlines():
        edge = re.fullmatch(r'\s*(\w+) -\.?->(?:\|"[^"]*"\|)? (\w+)', line)
        if edge:
            assert {edge.group(1), edge.group(2)} <= declared


def test_kinds_of_entity_differ_in_shape_and_colour_or_say_so() -> None:
    assert set(style.ENTITIES) == set(EntityKind)
    looks = list(style.ENTITIES.values())
    assert len({look.word for look in looks}) == len(looks)
    assert len({(look.shape, look.style, look.fill) for look in looks}) == len(looks)


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_read_on_every_fill() -> None:
    looks = [*style.ENTITIES.values(), style.UNRESOLVED, style.HELPER, style.RETURN, style.RAISE]
    for fill in [style.CANVAS, *(look.fill for look in looks), *(fill for fill, _ in style.REGIONS.values())]:
        assert contrast(style.INK, fill) > 7
        assert contrast(style.MUTED, fill) > 4.5
        assert contrast(style.DATA_INK, fill) > 4.5


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pdf"])
def test_every_format_gives_the_same_bytes_twice(name: str, samples: Path) -> None:
    tutorial = str(samples / "tutorial.py")
    first = render(analyze([tutorial]).functions, name)
    assert first
    assert render(analyze([tutorial]).functions, name) == first


def test_a_file_name_that_is_no_text_can_be_drawn(tmp_path: Path, samples: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/odd\xff.py"))
    odd.write_bytes((samples / "tutorial.py").read_bytes())
    functions = analyze([str(odd)]).functions
    for name in ("json", "dot", "mermaid", "svg"):
        assert render(functions, name)


def test_the_format_follows_the_ending() -> None:
    assert format_of("out/Picture.SVG") == "svg"
    with pytest.raises(GraphError, match=r"no picture format ends in \.jpg"):
        format_of("picture.jpg")


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(GraphError, match="unknown picture format gif"):
        render([], "gif")
