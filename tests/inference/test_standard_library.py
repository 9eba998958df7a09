"""Functions of the standard library, each taken for an eager function: none makes the inference fail."""

import ast
import sysconfig
import tokenize
from pathlib import Path

import pytest

from tests.inference import cases

LIBRARY = Path(sysconfig.get_path("stdlib"))
TASKS = """
from flytekit import eager, task

@task
def known(x: int) -> int:
    return x
"""
EVERY = 20
"""Which part of the files is looked at: one in so many."""
FEWEST_FUNCTIONS = 100


def sources() -> list[Path]:
    return [path for path in sorted(LIBRARY.rglob("*.py")) if "site-packages" not in path.parts][::EVERY]


def eager_version(path: Path) -> tuple[str, int] | None:
    """A module whose functions are eager ones, and how many; None where it has none, or cannot be parsed."""
    try:
        with tokenize.open(path) as file:
            tree = ast.parse(file.read())
    except (SyntaxError, ValueError):
        return None
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in functions:
        node.decorator_list = [ast.Name("eager", ast.Load())]
    first = next((at for at, node in enumerate(tree.body) if not is_preamble(node)), len(tree.body))
    tree.body[first:first] = ast.parse(TASKS).body
    text = ast.unparse(ast.fix_missing_locations(tree)).encode("utf-8", "backslashreplace").decode()
    return (text, len(functions)) if functions else None


def is_preamble(node: ast.stmt) -> bool:
    """Whether a statement has to stay in front of all others."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


@pytest.mark.slow
def test_every_function_is_interpreted(tmp_path: Path) -> None:
    found = 0
    for path in sources():
        made = eager_version(path)
        if made is None:
            continue
        text, functions = made
        cases.write(tmp_path, {"main.py": text})
        names = {function.entity.name for function in cases.analysis_of(tmp_path).functions}
        assert names, path
        found += functions
    assert found > FEWEST_FUNCTIONS
