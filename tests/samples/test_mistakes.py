"""Each file of the folder of mistakes is reported where its comment says, and with nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "samples" / "mistakes").glob("*.py"))


def expected(path: Path) -> list[tuple[int, str]]:
    """List the lines and codes that the comments of a file announce."""
    return [
        (number, code)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for announcement in re.findall(r"# expect: (.*)", line)
        for code in announcement.split(", ")
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mistake_is_reported(path: Path, eagerc: Callable[..., str]) -> None:
    found = json.loads(eagerc("check", path, "--output-format", "json", status=1))
    assert [(diagnostic["line"], diagnostic["code"]) for diagnostic in found] == expected(path)


def test_the_other_samples_have_none(samples: Path, eagerc: Callable[..., str]) -> None:
    eagerc("check", samples)
