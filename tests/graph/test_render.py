"""Whatever graphviz the machine has draws; where it cannot, the error says what helps."""

import os
import sys
from pathlib import Path

import pytest

from codegen.graph.formats import GraphError
from codegen.graph.render import draw, engine

SOURCE = "digraph { a -> b }\n"


def script(folder: Path, name: str, body: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only programs are those in this folder."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    return programs


def test_the_dot_of_the_system_comes_first(path: Path) -> None:
    script(path, "graphviz-pure", "exit 1")
    dot = script(path, "dot", "echo drawn by dot")
    assert engine() == str(dot)
    assert draw(SOURCE, "svg") == b"drawn by dot\n"
    assert draw(SOURCE, "pdf") == b"drawn by dot\n"


@pytest.mark.usefixtures("path")
def test_the_installed_one_needs_no_path() -> None:
    beside = Path(sys.executable).parent
    beside.mkdir()
    pure = script(beside, "graphviz-pure", "echo drawn")
    assert engine() == str(pure)
    assert draw(SOURCE, "png") == b"drawn\n"


@pytest.mark.usefixtures("path")
def test_no_graphviz_at_all() -> None:
    with pytest.raises(GraphError, match="neither Graphviz nor graphviz-pure") as caught:
        draw(SOURCE, "svg")
    assert "pip install graphviz-pure" in caught.value.remedy


def test_graphviz_pure_draws_no_pdf(path: Path) -> None:
    script(path, "graphviz-pure", "exit 1")
    with pytest.raises(GraphError, match="no PDF") as caught:
        draw(SOURCE, "pdf")
    assert "install Graphviz" in caught.value.remedy


def test_what_the_engine_complains_about_is_told(path: Path) -> None:
    script(path, "dot", "echo 'Format: \"svg\" not recognized' >&2; exit 1")
    with pytest.raises(GraphError, match="not recognized"):
        draw(SOURCE, "svg")


def test_a_png_is_sharp() -> None:
    plain = draw(SOURCE, "svg")
    png = draw(SOURCE, "png")
    width = int.from_bytes(png[16:20], "big")
    points = float(plain.split(b'width="', 1)[1].split(b"pt", 1)[0])
    assert width > points * 1.9


def test_nothing_is_written_beside_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw(SOURCE, "svg")
    assert os.listdir(tmp_path) == []
