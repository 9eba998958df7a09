"""Tasks of all sorts, and the calls of them that have to end alike in threads and in processes."""

import asyncio
import dataclasses
import datetime
import enum
import os
import subprocess
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Union

import numpy as np
import pandas as pd
from eagerc_runtime import eager, invoke
from flytekit import current_context, dynamic, task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.5
    colours: List[Colour] = dataclasses.field(default_factory=list)


class Plain:
    """A class of the user, which flytekit can only pickle."""

    def __init__(self, word: str) -> None:
        self.word = word


Pair = NamedTuple("Pair", [("low", int), ("high", str)])


@task
def of_int(value: int = 3, other: int = 4) -> int:
    return value + other


@task
def of_text(value: str) -> str:
    return value


@task
async def of_float(value: float) -> float:
    return value


@task
def of_nothing(value: Optional[int] = None) -> Optional[int]:
    return value


@task
def no_output(value: int) -> None:
    return None


@task
def of_choice(value: Union[int, str]) -> Union[int, str]:
    return value


@task
def of_colour(value: Colour) -> Colour:
    return value


@task
def of_point(value: Point) -> Point:
    assert type(value) is Point
    return dataclasses.replace(value, x=value.x + 1)


@task
def of_plain(value: Plain) -> Plain:
    assert type(value) is Plain
    return Plain(value.word + "!")


@task
def of_pair(value: int) -> Pair:
    return Pair(value, str(value))


@task
def of_several(value: int) -> tuple[int, str]:
    return value, str(value)


@task
def of_list(value: List[int]) -> List[int]:
    return value[::-1]


@task
def of_dict(value: Dict[str, List[float]]) -> Dict[str, List[float]]:
    return value


@task
def of_any_dict(value: dict) -> dict:
    return {**value, "more": [1, None, 2.5]}


@task
def of_moment(value: datetime.datetime) -> datetime.timedelta:
    return value - datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


@task
def of_frame(value: pd.DataFrame) -> pd.DataFrame:
    return value.assign(doubled=value["a"] * 2)


@task
def of_array(value: np.ndarray) -> np.ndarray:
    return value * 2


@task
def of_file(value: FlyteFile) -> FlyteFile:
    path = Path(current_context().working_directory) / "shout.txt"
    path.write_text(Path(value).read_text().upper())
    return FlyteFile(str(path))


@task
def of_folder(value: FlyteDirectory) -> FlyteDirectory:
    folder = Path(current_context().working_directory) / "loud"
    folder.mkdir()
    for name in os.listdir(value):
        (folder / name.upper()).write_text((Path(value) / name).read_text().upper())
    return FlyteDirectory(str(folder))


@task
def where() -> List[str]:
    """What the program configured."""
    context = current_context()
    return [str(context.execution_id), str(context.execution_date), context.raw_output_prefix]


@task
def starts_an_eager_function(value: int) -> int:
    return asyncio.run(calls_of_int(value=value))


@eager
async def calls_of_int(value: int) -> int:
    return await invoke("inner", of_int, value=value)


@workflow
def a_workflow(value: int) -> int:
    return of_int(value=value)


@dynamic
def a_dynamic(value: int) -> int:
    return of_int(value=value)


# What fails


class OddError(Exception):
    """Its constructor takes something else than what it hands on."""

    def __init__(self, code: int, *, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code


def raise_it(kind: str) -> None:
    if kind == "caused":
        try:
            raise LookupError("before")
        except LookupError as error:
            raise OddError(3, reason="odd") from error
    if kind == "context":
        try:
            raise LookupError("before")
        except LookupError:
            raise OddError(3, reason="odd")
    if kind == "noted":
        error = KeyError("k", 2)
        error.__notes__ = ["a note"]
        raise error
    if kind == "group":
        raise ExceptionGroup("many", [ValueError(1), ExceptionGroup("more", [OddError(1, reason="deep")])])
    if kind == "attribute":
        sys.version_inf
    if kind == "key":
        {"a": 1}["b"]
    if kind == "syntax":
        compile("x = = 1", "made up.py", "exec")
    if kind == "file":
        open("/does/not/exist")
    if kind == "deep":
        subprocess.run(["false"], check=True)
    if kind == "exit":
        sys.exit(4)
    if kind == "cancelled":
        raise asyncio.CancelledError
    if kind == "stop":
        raise StopIteration(3)


KINDS = "caused context noted group attribute key syntax file deep exit cancelled stop".split()


@task
def fails(kind: str) -> int:
    raise_it(kind)
    return 1


@task
async def async_fails(kind: str) -> int:
    await asyncio.sleep(0)
    raise_it(kind)
    return 1


@task
def wrong_output(value: int) -> int:
    return "no number"


CALLS: Dict[str, Any] = {
    "default": (of_int, {}),
    "big": (of_int, {"value": 2**80, "other": 1}),
    "text": (of_text, {"value": "ä\n\0"}),
    "float": (of_float, {"value": float("inf")}),
    "none": (of_nothing, {}),
    "no output": (no_output, {"value": 1}),
    "choice": (of_choice, {"value": "s"}),
    "enum": (of_colour, {"value": Colour.BLUE}),
    "dataclass": (of_point, {"value": Point(1, 2.5, [Colour.RED])}),
    "user class": (of_plain, {"value": Plain("word")}),
    "named tuple": (of_pair, {"value": 5}),
    "tuple": (of_several, {"value": 5}),
    "list": (of_list, {"value": [1, 2, 3]}),
    "dict": (of_dict, {"value": {"a": [1.0, 2.0]}}),
    "any dict": (of_any_dict, {"value": {"a": {"b": 1}}}),
    "moment": (of_moment, {"value": datetime.datetime(2021, 2, 3, 4, 5, 6, 7, tzinfo=datetime.timezone.utc)}),
    "frame": (of_frame, {"value": pd.DataFrame({"a": [1, 2], "b": ["x", None]})}),
    "array": (of_array, {"value": np.arange(6.0).reshape(2, 3)}),
    "file": (of_file, {"value": FlyteFile(__file__)}),
    "folder": (of_folder, {"value": FlyteDirectory("a folder")}),
    "where": (where, {}),
    "eager function inside": (starts_an_eager_function, {"value": 1}),
    "workflow": (a_workflow, {"value": 1}),
    "dynamic": (a_dynamic, {"value": 1}),
    "wrong input": (of_int, {"value": "no number"}),
    "unknown input": (of_int, {"nobody": 1}),
    "missing input": (of_text, {}),
    "wrong output": (wrong_output, {"value": 1}),
    **{f"{kind} error": (fails, {"kind": kind}) for kind in KINDS},
    **{f"{kind} async error": (async_fails, {"kind": kind}) for kind in KINDS},
}


@eager
async def call(name: str) -> Any:
    """What an eager function sees of a call, in words."""
    entity, inputs = CALLS[name]
    try:
        return described(await invoke(f"site of {name}", entity, **inputs))
    except (Exception, asyncio.CancelledError) as error:
        return described_error(error)


def described(value: Any) -> Any:
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    match value:
        case pd.DataFrame():
            return [kind, value.to_json(), [str(dtype) for dtype in value.dtypes]]
        case np.ndarray():
            return [kind, value.tolist(), str(value.dtype)]
        case FlyteFile():
            return [kind, os.path.basename(value.path), Path(value).read_text()]
        case FlyteDirectory():
            return [kind, {name: (Path(value) / name).read_text() for name in sorted(os.listdir(value))}]
        case Plain():
            return [kind, value.word]
        case tuple():
            return [kind, getattr(value, "_fields", None), [described(item) for item in value]]
    return [kind, repr(value)]


def described_error(error: BaseException) -> Any:
    return {
        "classes": [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__],
        "arguments": repr(error.args),
        "attributes": {name: repr(value) for name, value in vars(error).items()},
        "frames": frames(error),
        "shown": traceback.format_exception_only(error),
        "cause": error.__cause__ and described_error(error.__cause__),
        "context": error.__context__ and described_error(error.__context__),
    }


def frames(error: BaseException) -> str:
    """The lines of the traceback that are not of the machinery."""
    shown = traceback.TracebackException.from_exception(error).stack
    machinery = ("/eagerc_runtime/", "/flytekit/", "/asyncio/", "/concurrent/")
    kept = [frame for frame in shown if not any(part in frame.filename for part in machinery)]
    return "".join(traceback.StackSummary.from_list(kept).format())


def described_calls() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: asyncio.run(call(name=name)) for name in CALLS}
