"""What `eagerc build` makes of the samples, and how flytekit's own commands take it."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

PYFLYTE = [sys.executable, "-P", "-m", "flytekit.clis.sdk_in_container.pyflyte"]
MODULES = (
    "convergence.py",
    "hyperparameter_sweep.py",
    "retries.py",
    "tutorial.py",
    "word_statistics/__init__.py",
    "word_statistics/counting.py",
    "word_statistics/library.py",
    "word_statistics/pipeline.py",
    "word_statistics/summary.py",
)
ADDED = {"Assign", "Import", "ImportFrom"}


def pyflyte(*arguments: object) -> str:
    environment = {**os.environ, "COLUMNS": "200"}
    command = [*PYFLYTE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def statements(path: Path) -> Counter[tuple[int, str]]:
    """Count the statements of each kind that begin on each line."""
    return Counter(
        (node.lineno, type(node).__name__)
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.stmt)
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def entities(samples: Path) -> set[str]:
    """Name every decorated function of the samples as Flyte does: the source's module and name."""
    names = set()
    for name in MODULES:
        module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for node in ast.parse((samples / name).read_bytes()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.decorator_list:
                names.add(f"{module}.{node.name}")
    return names


def test_the_tree_holds_the_samples_and_the_runtime(tree: Path) -> None:
    modules = {name for name in contents(tree) if not name.startswith("eagerc_runtime/")}
    assert modules == set(MODULES)
    assert (tree / "eagerc_runtime" / "manifest.json").is_file()


@pytest.mark.parametrize("name", MODULES)
def test_statements_keep_their_lines(name: str, samples: Path, tree: Path) -> None:
    source, built = statements(samples / name), statements(tree / name)
    assert not source - built
    assert {kind for _, kind in built - source} <= ADDED
    assert len((samples / name).read_text().splitlines()) == len((tree / name).read_text().splitlines())


def test_building_twice_gives_the_same_bytes(
    samples: Path, tree: Path, tmp_path: Path, eagerc: Callable[..., str]
) -> None:
    eagerc("build", samples, "-o", tmp_path / "build", PYTHONHASHSEED="1")
    assert contents(tmp_path / "build") == contents(tree)


def test_a_fresh_tree_is_up_to_date(samples: Path, tree: Path, eagerc: Callable[..., str]) -> None:
    eagerc("build", samples, "-o", tree, "--check")


def test_an_edited_source_makes_the_tree_out_of_date(samples: Path, tmp_path: Path, eagerc: Callable[..., str]) -> None:
    source = shutil.copytree(samples, tmp_path / "samples")
    eagerc("build", source, "-o", tmp_path / "build")
    with (source / "tutorial.py").open("a") as file:
        file.write("# edited\n")
    before = contents(tmp_path / "build")
    eagerc("build", source, "-o", tmp_path / "build", "--check", status=1)
    assert contents(tmp_path / "build") == before


@pytest.mark.parametrize(
    ("module", "arguments", "result"),
    [
        ("convergence.py", ["k_means", "--groups", 2], "[[0.0, -0.25], [10.0, 9.75]]"),
        ("hyperparameter_sweep.py", ["sweep", "--rates", "[0.5]", "--good_enough", 0.1], "descent at rate 0.5"),
        ("retries.py", ["fetch_page", "--page", 1], "page 1"),
        ("tutorial.py", ["water_pair", "--bed", 1], "28"),
        ("word_statistics/pipeline.py", ["statistics", "--title", "bread"], "much about salt, dough, flour"),
    ],
)
def test_pyflyte_runs_the_tree(module: str, arguments: list[object], result: str, tree: Path) -> None:
    assert result in pyflyte("run", tree / module, *arguments).splitlines()[-1]


def test_pyflyte_registers_the_tree_under_the_names_of_the_source(samples: Path, tree: Path) -> None:
    # Without `--non-fast`, even a dry run uploads the code to a cluster.
    listing = pyflyte("register", "--dry-run", "--non-fast", "--version", "v1", *sorted(tree.iterdir()))
    registered = set(re.findall(r"(?:Task|Workflow): (\S+)", listing))
    assert entities(samples) <= registered
    assert {name.rpartition(".")[0] for name in registered} == {name.rpartition(".")[0] for name in entities(samples)}
