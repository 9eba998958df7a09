"""Which files are interpreted: never fewer than hold eager functions, and few that hold none."""

from pathlib import Path

import pytest

from analyzers.analysis import analyze
from analyzers.model.settings import Settings
from tests.inference import cases

# By name: the files of a project, and those of its modules that are interpreted when its folder is looked at.
PROJECTS: dict[str, tuple[dict[str, str], list[str]]] = {
    "another name": ({"compat.py": "from flytekit import eager as flow\n", "a.py": "import compat\n"}, ["a", "compat"]),
    "handed on": (
        {
            "p/__init__.py": "from .base import flow\n",
            "p/base.py": "import flytekit\nflow = flytekit.eager\n",
            "a.py": "import p as q, sys\n",
            "b.py": "from a import (  # what a is\n    q,\n)\n",
            "c.py": "import sys\n",
        },
        ["a", "b", "p", "p.base"],
    ),
    "by its text": (
        {"base.py": 'import flytekit\nflow = getattr(flytekit, "eager")\n', "a.py": "from \\\n  base import flow\n"},
        ["a", "base"],
    ),
    "a wrapper": (
        {
            "base.py": "from flytekit import eager\ndef flow(function):\n    return eager(function)\n",
            "a.py": "if True:\n    from base import *\n",
        },
        ["a", "base"],
    ),
    "in words": ({"base.py": "# eager\nx = 'as eager as others'\neagerly = 1\n", "a.py": "import base\n"}, []),
    "to decorate": (
        {
            "base.py": "from flytekit import (\n    eager,\n)\n@eager\nasync def f() -> None:\n    return None\n",
            "a.py": "import base\n",
        },
        ["base"],
    ),
    "in a circle": (
        {"a.py": "import b\n", "b.py": "import c\n", "c.py": "import a, d\n", "d.py": "from x import eager as e\n"},
        ["a", "b", "c", "d"],
    ),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_interpreted(name: str, tmp_path: Path) -> None:
    files, interpreted = PROJECTS[name]
    cases.write(tmp_path, files)
    assert [module.file.module for module in analyze([str(tmp_path)]).modules] == interpreted


def test_declared_decorators_count(tmp_path: Path) -> None:
    cases.write(tmp_path, {"a.py": "from ours import flow\n", "b.py": "from ours import other\n"})
    settings = Settings(entities=(("ours.flow", "eager"),))
    assert [module.file.module for module in analyze([str(tmp_path)], settings).modules] == ["a"]
