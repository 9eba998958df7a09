"""Inputs by their content: the same wherever an attempt wrote them, and different where they differ."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]  # it ships no types
import pytest
from eagerc_runtime.distributed.naming import Names, Parent
from eagerc_runtime.distributed.values import Values
from eagerc_runtime.frame import Call
from flytekit import task
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.data_persistence import FileAccessProvider
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile

Name = Callable[..., str]


class Anything:
    """flytekit pickles what it does not know."""

    def __init__(self, content: str) -> None:
        self.content = content


@dataclass
class Bundle:
    name: str
    files: list[FlyteFile]


@task
def takes_frame(data: pd.DataFrame) -> None: ...


@task
def takes_file(data: FlyteFile) -> None: ...


@task
def takes_folder(data: FlyteDirectory) -> None: ...


@task
def takes_object(data: Anything) -> None: ...


@task
def takes_array(data: np.ndarray) -> None: ...


@task
def takes_list(data: list[FlyteFile]) -> None: ...


@task
def takes_map(data: dict[str, FlyteFile | None]) -> None: ...


@task
def takes_bundle(data: Bundle) -> None: ...


@pytest.fixture
def name(tmp_path: Path) -> Name:
    """The name of an execution, as an attempt would give it that puts its files into a folder of its own."""

    def name(attempt: int, entity: Any, data: Any) -> str:
        context = FlyteContextManager.current_context()
        files = FileAccessProvider(str(tmp_path / "sandbox"), str(tmp_path / "raw" / f"n0-{attempt}"))
        values = Values(context.with_file_access(files).build())

        async def found() -> str:
            inputs = await values.to_literals(Call(entity, {"data": data}))
            counted = await values.by_content(inputs)
            return Names(Parent("p", "d", "e")).identity("s", entity.name, counted).name(0)

        return asyncio.run(found())

    return name


def file(folder: Path, content: str, name: str = "f.txt") -> FlyteFile:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    return FlyteFile(str(folder / name))


def directory(folder: Path, content: str, name: str = "a.txt") -> FlyteDirectory:
    file(folder / "inner", content, name)
    return FlyteDirectory(str(folder))


MAKERS: list[tuple[Any, Callable[[Path, str], Any]]] = [
    (takes_frame, lambda _, text: pd.DataFrame({"x": [text]})),
    (takes_file, file),
    (takes_folder, directory),
    (takes_object, lambda _, text: Anything(text)),
    (takes_array, lambda _, text: np.array([len(text), *map(ord, text)])),
    (takes_list, lambda folder, text: [file(folder, text), file(folder, "same", "g.txt")]),
    (takes_map, lambda folder, text: {"k": file(folder, text), "none": None}),
    (takes_bundle, lambda folder, text: Bundle("b", [file(folder, text)])),
]


@pytest.mark.parametrize(("entity", "make"), MAKERS, ids=[entity.name.rpartition(".")[2] for entity, _ in MAKERS])
def test_what_counts_is_the_content(name: Name, tmp_path: Path, entity: Any, make: Callable[[Path, str], Any]) -> None:
    folders = [tmp_path / str(number) for number in range(3)]
    first = name(0, entity, make(folders[0], "text"))
    assert name(10, entity, make(folders[1], "text")) == first
    assert name(0, entity, make(folders[2], "tex7")) != first


@pytest.mark.parametrize(("entity", "make"), [(takes_file, file), (takes_folder, directory)])
def test_the_names_of_files_count_too(name: Name, tmp_path: Path, entity: Any, make: Any) -> None:
    assert name(0, entity, make(tmp_path / "a", "x", "one")) != name(0, entity, make(tmp_path / "b", "x", "two"))


def test_what_lies_elsewhere_counts_by_its_address(name: Name) -> None:
    first, second = (FlyteFile(f"https://host/{letter}") for letter in "ab")
    assert name(0, takes_file, first) == name(1, takes_file, first) != name(0, takes_file, second)


def test_literals_without_data_elsewhere_stay_as_they_are() -> None:
    values = Values(FlyteContextManager.current_context())

    @dataclass
    class Point:
        x: int

    @task
    def takes_point(data: Point) -> None: ...

    async def found() -> tuple[Any, Any]:
        inputs = await values.to_literals(Call(takes_point, {"data": Point(2)}))
        return inputs, await values.by_content(inputs)

    inputs, counted = asyncio.run(found())
    assert inputs == counted
