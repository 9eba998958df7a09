"""What the README shows is what the product does."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def eagerc(*arguments: object, folder: Path, status: int = 0) -> str:
    command = [sys.executable, "-m", "eagerc", *map(str, arguments)]
    plain = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=plain)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def order(tmp_path: Path) -> Path:
    path = tmp_path / "order.py"
    path.write_text(blocks("python")[0])
    return path


def test_the_diagnostic_is_the_one_shown(order: Path) -> None:
    command, _, shown = blocks("console")[0].partition("\n")
    assert command == "$ eagerc check order.py"
    assert eagerc("check", order.name, folder=order.parent, status=1) == shown


def test_the_fix_is_the_one_shown(order: Path) -> None:
    before = order.read_text()
    eagerc("check", "--fix", order.name, folder=order.parent)
    after = blocks("python")[1]
    assert order.read_text() == before.replace(after.replace("await ", ""), after)


def texts(picture: bytes) -> Counter[str]:
    """Count what stands written in a picture, which does not depend on who laid it out."""
    return Counter(
        "".join(element.itertext())
        for element in ElementTree.fromstring(picture).iter()
        if element.tag.endswith("}text")
    )


@pytest.mark.parametrize("picture", sorted((PROJECT / "docs").glob("*.svg")), ids=lambda path: path.name)
def test_the_pictures_are_those_of_the_samples(picture: Path, tmp_path: Path) -> None:
    assert f"docs/{picture.name}" in README
    eagerc("graph", f"samples/hyperparameter_sweep.py:{picture.stem}", "-o", tmp_path / "fresh.svg", folder=PROJECT)
    assert texts(picture.read_bytes()) == texts((tmp_path / "fresh.svg").read_bytes())


def test_every_file_that_the_readme_names_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert [name for name in linked if not (PROJECT / name).exists()] == []
