"""The cases of `cases/*.toml`: a command line, the files it meets, and what comes of it.

A case is a table with the keys

- `command`: the words after `eagerc`;
- `files`: texts by path; `files_of`: the case of the same page that has them;
- `bytes`: contents by path, in which each character stands for one byte;
- `folders`, `fifos`: paths; `links`: what each points at, by path;
- `status`, `stdout`, `stderr`: the exit code, and what is printed; a list holds what must occur in it;
- `after`: the files that are changed or made, by path. Everything else must be as it was.
"""

import os
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command

TABLES = sorted((Path(__file__).parent / "cases").glob("*.toml"))


def cases() -> list[object]:
    return [
        pytest.param({"files": page[case.get("files_of", name)].get("files", {}), **case}, id=f"{path.stem}:{name}")
        for path, page in ((path, tomllib.loads(path.read_text())) for path in TABLES)
        for name, case in page.items()
    ]


def set_up(case: dict[str, Any], folder: Path) -> None:
    for name in case.get("folders", ()):
        (folder / name).mkdir(parents=True)
    contents = {name: text.encode() for name, text in case.get("files", {}).items()}
    contents |= {name: text.encode("latin-1") for name, text in case.get("bytes", {}).items()}
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for name, target in case.get("links", {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)
    for name in case.get("fifos", ()):
        os.mkfifo(folder / name)


def snapshot(folder: Path) -> dict[str, str | bytes]:
    """Everything below a folder: the bytes of files, the targets of links, the kinds of the rest."""
    found: dict[str, str | bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            found[name] = path.read_bytes()
        else:
            found[name] = "folder" if path.is_dir() else "other"
    return found


def check(text: str, expected: str | list[str]) -> None:
    if isinstance(expected, str):
        assert text == expected
    else:
        assert [part for part in expected if part not in text] == [], text


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any], eagerc: Command, tmp_path: Path) -> None:
    set_up(case, tmp_path)
    before = snapshot(tmp_path)
    done = eagerc(*shlex.split(case["command"]))
    check(done.stderr, case.get("stderr", ""))
    check(done.stdout, case.get("stdout", ""))
    assert done.status == case["status"]
    changed = {
        name: data.decode() for name, data in snapshot(tmp_path).items() - before.items() if isinstance(data, bytes)
    }
    assert changed == case.get("after", {})
