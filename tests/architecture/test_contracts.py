"""The arrows between the packages, beyond what the import contracts can say."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

PROJECT = Path(__file__).parents[2]
MODULES = sorted(path for package in ("eagerc", "analyzers", "codegen") for path in (PROJECT / package).rglob("*.py"))
HEAVY = {"graphviz", "libcst", "networkx", "rich"}
RUNTIME = PROJECT / "codegen" / "runtime"


def imported(nodes: Iterator[ast.AST] | list[ast.stmt]) -> set[str]:
    """Name the top-level packages that the nodes import absolutely."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def modules(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(PROJECT))) for path in paths]


def test_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(PROJECT)
    failed = lint_imports(no_logo=True, cache_dir=None)
    assert not failed, capsys.readouterr().out


@pytest.mark.parametrize("path", modules([path for path in MODULES if PROJECT / "codegen" not in path.parents]))
def test_heavy_packages_are_imported_where_they_are_used(path: Path) -> None:
    assert not imported(ast.parse(path.read_bytes()).body) & HEAVY


@pytest.mark.parametrize("path", modules([path for path in MODULES if RUNTIME in path.parents]))
def test_the_runtime_needs_only_flytekit_and_what_it_brings(path: Path) -> None:
    tree = ast.parse(path.read_bytes(), feature_version=(3, 10))
    brought = {"click", "flyteidl", "flytekit", "google", "grpc", "msgpack", "rich"}
    assert not imported(ast.walk(tree)) - sys.stdlib_module_names - brought


@pytest.mark.parametrize("path", modules(MODULES))
def test_no_import_is_hidden_behind_type_checking(path: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Name)}
    assert "TYPE_CHECKING" not in names


@pytest.mark.parametrize("path", modules(MODULES))
def test_a_module_begins_with_one_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_bytes()))
    assert docstring, "the module has no docstring"
    assert docstring.partition("\n\n")[0].rstrip().endswith("."), "its first paragraph is no sentence"


@pytest.mark.parametrize("path", modules(MODULES))
def test_a_module_is_named_for_what_it_is(path: Path) -> None:
    assert not {"utils", "util", "helpers", "manager", "base", "misc", "common"} & {
        path.stem,
        *path.relative_to(PROJECT).parts,
    }
