"""Which files a build tree holds, and where."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from analyzers.model.settings import BuildSettings, Settings
from codegen.build import BuildError, BuildResult

Write = Callable[[Mapping[str, str | bytes]], Path]
Build = Callable[..., BuildResult]


def modules(result: BuildResult) -> set[str]:
    return {path for path in result.files if not path.startswith("eagerc_runtime/")}


def folder_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}


def manifest(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "build/eagerc_runtime/manifest.json").read_text())
    return loaded


def test_a_lone_file_lies_at_the_top(write: Write, built: Build, eager: str) -> None:
    write({"folder/work.py": eager})
    assert modules(built("folder/work.py")) == {"work.py"}


def test_a_file_in_a_package_takes_its_packages_along(write: Write, built: Build, eager: str) -> None:
    write({"a/__init__.py": "", "a/b/__init__.py": "# b\n", "a/b/work.py": eager, "a/other.py": "", "a/data.txt": ""})
    assert modules(built("a/b/work.py")) == {"a/__init__.py", "a/b/__init__.py", "a/b/work.py"}


def test_what_is_imported_in_any_way_is_there(write: Write, built: Build, eager: str) -> None:
    local = "    from pkg.late import x as y\n    import pkg.deep.leaf\n    return await double(x=x)"
    folder = write(
        {
            "pkg/__init__.py": "from .names import *\n",
            "pkg/names.py": "from . import far\n",
            "pkg/far.py": "try:\n    import json\nexcept ImportError:\n    import pkg.fallback\n",
            "pkg/fallback.py": "",
            "pkg/late.py": "x = 1\n",
            "pkg/deep/__init__.py": "",
            "pkg/deep/leaf.py": "",
            "pkg/unused.py": "",
            "pkg/work.py": eager.replace("    return await double(x=x)", local),
        }
    )
    result = built("pkg/work.py")
    assert modules(result) == {path for path in folder_files(folder) if path.startswith("pkg/")} - {"pkg/unused.py"}
    for path in modules(result) - {"pkg/work.py"}:
        assert (folder / "build" / path).read_bytes() == (folder / path).read_bytes()


def test_a_namespace_package_stays_one(write: Write, built: Build, eager: str) -> None:
    folder = write({"src/space/inner/work.py": eager})
    settings = Settings(root=str(folder), src=("src",))
    assert modules(built("src", settings=settings)) == {"space/inner/work.py"}


def test_sources_below_several_roots_meet(write: Write, built: Build, eager: str) -> None:
    used = eager.replace("from flytekit import", "from shared.tools import tool\nfrom flytekit import")
    folder = write({"one/work.py": used, "two/shared/__init__.py": "", "two/shared/tools.py": "tool = 1\n"})
    settings = Settings(root=str(folder), src=("one", "two"))
    assert modules(built("one", settings=settings)) == {"work.py", "shared/__init__.py", "shared/tools.py"}


def test_a_helper_in_another_module_is_rewritten(write: Write, built: Build, eager: str) -> None:
    folder = write(
        {
            "tasks.py": "from flytekit import task\n\n@task\ndef fit(x: int) -> int:\n    return x\n",
            "helpers.py": "from tasks import fit\n\nasync def twice(x):\n    return await fit(x=await fit(x=x))\n",
            "work.py": eager.replace("double(x=x)", "twice(x)") + "\nfrom helpers import twice\n",
        }
    )
    result = built("work.py")
    assert modules(result) == {"tasks.py", "helpers.py", "work.py"}
    helpers = (folder / "build/helpers.py").read_text()
    assert helpers.count("_eagerc.invoke(") == 2
    assert (folder / "build/tasks.py").read_bytes() == (folder / "tasks.py").read_bytes()
    assert [source["module"] for source in manifest(folder)["sources"] if source["rewritten"]] == ["helpers", "work"]


def test_the_runtime_is_a_copy(write: Write, built: Build, eager: str, project: Path) -> None:
    folder = write({"work.py": eager})
    built("work.py")
    runtime = project / "codegen" / "runtime"
    for source in runtime.rglob("*.py"):
        copy = folder / "build/eagerc_runtime" / source.relative_to(runtime)
        assert copy.read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"\xef\xbb\xbf# \xc3\xa9\r\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\n# \xe9\n", "latin-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\r\n# \x80\n", "cp1252"),
        (b"\x0c\n# \xe2\x82\xac\n", "utf-8"),
    ],
    ids=["mark and CR LF", "latin-1", "cp1252 on line 2", "form feed"],
)
def test_bytes_outside_the_changes_stay(write: Write, built: Build, eager: str, head: bytes, encoding: str) -> None:
    newline = "\r\n" if b"\r\n" in head else "\n"
    source = head + eager.replace("\n", newline).encode(encoding) + b"    \t# end"
    folder = write({"work.py": source})
    built("work.py")
    text = (folder / "build/work.py").read_bytes()
    assert text.startswith(head)
    assert text.endswith(b"    \t# end")
    assert text.count(newline.encode()) == source.count(newline.encode())
    compile(text, "work.py", "exec")
    assert b'await _eagerc.invoke("work:main#double#1", double, x=x)' in text


def test_two_files_of_one_name_are_refused(write: Write, built: Build, eager: str) -> None:
    folder = write({"one/work.py": eager, "two/work.py": eager})
    with pytest.raises(BuildError, match=r"one/work\.py and to two/work\.py"):
        built("one", "two")
    assert not (folder / "build").exists()


def test_the_name_of_the_runtime_is_taken(write: Write, built: Build, eager: str) -> None:
    write({"eagerc_runtime.py": eager})
    with pytest.raises(BuildError, match="takes the name"):
        built("eagerc_runtime.py")


def test_a_broken_module_stops_the_build(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": "import broken\n" + eager, "broken.py": "def ("})
    with pytest.raises(BuildError, match="broken"):
        built("work.py")
    assert not (folder / "build").exists()


def test_nothing_eager_is_nothing_to_build(write: Write, built: Build) -> None:
    write({"work.py": "x = 1\n"})
    with pytest.raises(BuildError, match="no eager function"):
        built("work.py")


INCLUDED = {
    "conf/a.yaml": "a",
    "conf/deep/b.yaml": "b",
    "conf/deep/c.txt": "c",
    "src/pkg/data/d.csv": "d",
    "src/pkg/data/.hidden.csv": ".",
    "src/pkg/__pycache__/d.csv": "p",
    "top.yaml": "t",
    "plugin.py": "p",
}


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["conf/*.yaml"], {"conf/a.yaml"}),
        (["conf/**/*.yaml"], {"conf/a.yaml", "conf/deep/b.yaml"}),
        (["conf/**"], {"conf/a.yaml", "conf/deep/b.yaml", "conf/deep/c.txt"}),
        (["**/[bd].*"], {"conf/deep/b.yaml", "pkg/data/d.csv"}),
        (["src/pkg/data/*.csv", "conf/deep/?.txt"], {"pkg/data/d.csv", "conf/deep/c.txt"}),
        (["src/pkg/data/.*", "conf/deep/[!b].*"], {"pkg/data/.hidden.csv", "conf/deep/c.txt"}),
        (["plugin.py"], {"plugin.py"}),
    ],
)
def test_included_files(write: Write, built: Build, eager: str, patterns: list[str], expected: set[str]) -> None:
    folder = write({**INCLUDED, "src/pkg/__init__.py": "", "src/pkg/work.py": eager})
    settings = Settings(root=str(folder), src=("src",), build=BuildSettings(include=tuple(patterns)))
    for _ in range(2):
        result = built("src", settings=settings)
        assert modules(result) == {"pkg/__init__.py", "pkg/work.py"} | expected
    assert {(folder / "build" / path).read_text() for path in expected} == {Path(path).name[0] for path in expected}


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("top.yaml", "at the top"), ("none/*.txt", "no file"), ("../x", "leaves"), ("/etc/passwd", "leaves")],
)
def test_included_files_that_are_refused(write: Write, built: Build, eager: str, pattern: str, message: str) -> None:
    folder = write({**INCLUDED, "src/work.py": eager})
    settings = Settings(root=str(folder), src=("src",), build=BuildSettings(include=(pattern,)))
    with pytest.raises(BuildError, match=message):
        built("src", settings=settings)


def test_a_tree_inside_the_sources_is_no_source(write: Write, built: Build, eager: str) -> None:
    write({"work.py": eager})
    first = built(".")
    assert built(".") == first._replace(changed=())


def test_the_manifest_describes_the_tree(write: Write, built: Build, eager: str) -> None:
    folder = write({"pkg/__init__.py": "", "pkg/work.py": eager})
    result = built("pkg")
    found = manifest(folder)
    assert found["schema"] == "eagerc.manifest/1"
    assert found["version"] == result.version
    assert set(found["files"]) | {"eagerc_runtime/manifest.json"} == set(result.files)
    (function,) = found["functions"]
    site = {"id": "pkg.work:main#double#1", "path": "pkg/work.py", "line": 9, "column": 18, "consumed": "awaited"}
    assert function["name"] == "pkg.work.main"
    assert (function["path"], function["line"]) == ("pkg/work.py", 8)
    assert function["dependencies"] == [{"name": "pkg.work.double", "kind": "task", "certain": True, "sites": [site]}]
    assert function["closure"] == ["pkg.work.double"]
    assert function["unresolved"] == []
    assert {node.get("path") for node in function["graph"]["nodes"]} == {None, "pkg/work.py"}


def test_declined_calls_are_told(write: Write, built: Build, eager: str) -> None:
    folder = write({"work.py": eager.replace("return await double(x=x)", 'return len(f"{await double(x=x)=}")')})
    result = built("work.py")
    assert [(one.site, one.place.line) for one in result.declined] == [("work:main#double#1", 9)]
    assert [one["site"] for one in manifest(folder)["declined"]] == ["work:main#double#1"]


def test_the_command_names_version_and_folder(write: Write, built: Build, eager: str) -> None:
    write({"work.py": eager})
    result = built("work.py")
    assert result.command == f"pyflyte register --version {result.version} build/*"
