"""`[tool.eagerc]`: what is found where, what it means, and what is wrong with it."""

import os
import sys
from pathlib import Path

import pytest

from analyzers.model.entities import EntityKind
from analyzers.model.facts import Dialect
from analyzers.model.settings import BuildSettings, Settings
from eagerc import configuration
from eagerc.configuration import ConfigurationError

FULL = """
src = ["src", "lib"]
exclude = ["legacy"]
select = ["EGR1", "EGR001"]
ignore = ["EGR102"]
per-file-ignores = { "tests/*" = ["EGR002"] }
dialect = "modern"
entities = { "mylib.job" = "task", "mylib.flow" = "workflow" }
[build]
include = ["data/*.csv"]
output = "dist"
"""


def settings(folder: Path, text: str, name: str = "eagerc.toml") -> Settings:
    (folder / name).write_text(text)
    return configuration.load(configuration.find(str(folder)))


def complaint(folder: Path, text: str, name: str = "eagerc.toml") -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        settings(folder, text, name)
    return [line.removeprefix(f"{folder}{os.sep}") for line in caught.value.lines]


def test_every_key_has_its_field(tmp_path: Path) -> None:
    assert settings(tmp_path, FULL) == Settings(
        root=str(tmp_path),
        src=("src", "lib"),
        exclude=("legacy",),
        select=("EGR1", "EGR001"),
        ignore=("EGR102",),
        per_file_ignores=(("tests/*", ("EGR002",)),),
        dialect=Dialect.MODERN,
        entities=(("mylib.job", "task"), ("mylib.flow", "workflow")),
        build=BuildSettings(include=("data/*.csv",), output="dist"),
        builds=True,
    )


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("pyproject.toml", '[project]\nname = "x"\n[tool.eagerc]\n'),
        ("pyproject.toml", '[tool]\n[tool . "eagerc"]\n'),
        ("eagerc.toml", "[tool.eagerc]\n"),
        ("eagerc.toml", ""),
    ],
)
def test_settings_may_stand_in(name: str, header: str, tmp_path: Path) -> None:
    assert settings(tmp_path, f'{header}dialect = "classic"\n', name).dialect is Dialect.CLASSIC


def test_without_a_file_all_is_at_its_default() -> None:
    assert configuration.load(None) == Settings()


def test_the_nearest_file_holds(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "eagerc.toml").touch()
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.eagerc]\n")
    (inner / "pyproject.toml").write_text('[project]\nname = "eagerc-user"\n')
    assert configuration.find(str(inner)) == str(tmp_path / "a" / "pyproject.toml")
    assert configuration.find(str(tmp_path)) == str(tmp_path / "eagerc.toml")


def test_its_own_file_comes_before_the_shared_one(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.eagerc]\n")
    (tmp_path / "eagerc.toml").touch()
    assert configuration.find(str(tmp_path)) == str(tmp_path / "eagerc.toml")


def test_names_alone_are_tasks(tmp_path: Path) -> None:
    assert settings(tmp_path, 'entities = ["mylib.job"]').entities == (("mylib.job", "task"),)


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = """
exclud = ["x"]
src = "src"
dialect = "old"

[per-file-ignores]
"a.py" = ["EGR9999"]

[entities]
"lib.job" = "jobb"

[build]
outptu = "x"
include = [1]
"""
    assert complaint(tmp_path, text) == [
        "eagerc.toml:2: unknown key `exclud`; did you mean `exclude`?",
        "eagerc.toml:3: `src` must be a list of strings",
        "eagerc.toml:4: `dialect` must be one of classic, modern",
        "eagerc.toml:6: `per-file-ignores` names unknown rules: EGR9999",
        f"eagerc.toml:9: `entities` gives lib.job an unknown kind; it must be one of {', '.join(EntityKind)}",
        "eagerc.toml:13: unknown key `build.outptu`; did you mean `build.output`?",
        "eagerc.toml:14: `build.include` must be a list of strings",
    ]


def test_lines_are_those_of_the_table_of_eagerc(tmp_path: Path) -> None:
    text = '[tool.other]\nsrcc = 1\n[tool.eagerc]\nbuild.outputs = ""\nsrcc = 2\n'
    assert [line.partition(" ")[0] for line in complaint(tmp_path, text, "pyproject.toml")] == [
        "pyproject.toml:4:",
        "pyproject.toml:5:",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = [", "eagerc.toml: is not TOML: "),
        ("x = 1\na = = 2\n", "eagerc.toml:2: is not TOML: Invalid value"),
        ("[tool]\neagerc = 3\n", "eagerc.toml: `tool.eagerc` must be a table"),
        ("build = 3", "eagerc.toml:1: `build` must be a table"),
        ('select = ["EGR2", ""]', "eagerc.toml:1: `select` names unknown rules: ''"),
        ("zzz = 1", "eagerc.toml:1: unknown key `zzz`; known are build, dialect, entities, exclude, ignore, "),
    ],
)
def test_one_mistake(text: str, message: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, text)[0].startswith(message)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "eagerc.toml").write_bytes(b"a = 1\nb = '\xff'\n")
    with pytest.raises(ConfigurationError, match=r"eagerc\.toml:2: is not UTF-8 text"):
        configuration.load(configuration.find(str(tmp_path)))


def test_a_project_that_does_not_mention_eagerc_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("this is = = no TOML")
    monkeypatch.setitem(sys.modules, "tomllib", None)
    assert configuration.find(str(tmp_path)) is None
