"""Groups of exceptions that a child raised, told in the words of flytekit's own report."""

import builtins
import sys
import types
from typing import Any

import pytest
from eagerc_runtime.distributed.outcomes import Story, failure
from eagerc_runtime.exceptions import EagerException, as_eager_exception
from flyteidl.admin.execution_pb2 import ExecutionClosure
from flyteidl.core.execution_pb2 import ExecutionError, WorkflowExecution
from flytekit.bin.entrypoint import get_traceback_str

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no groups of exceptions")

Group: Any = getattr(builtins, "ExceptionGroup", Exception)


class OwnError(Exception):
    pass


class OwnGroup(Group):  # type: ignore[misc]  # a class that only later versions of Python have
    pass


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    found = types.ModuleType(__name__)
    found.OwnError, found.OwnGroup = OwnError, OwnGroup  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, __name__, found)


def raised(error: Exception) -> Any:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - whatever the test raises
        return caught


def from_child(error: Exception) -> Any:
    """What the caller of a child gets that raised the exception."""
    told = ExecutionError(code="USER:X", message=get_traceback_str(raised(error)))
    closure = ExecutionClosure(phase=WorkflowExecution.FAILED, error=told)
    return failure(Story("m.fit", "http://console/x", closure))


def shape(error: Any) -> Any:
    """The classes and texts of an exception and of all within it."""
    within = tuple(map(shape, error.exceptions)) if isinstance(error, Group) else ()
    return type(error).__name__, str(error), within


def noted(error: Exception, *notes: str) -> Exception:
    for note in notes:
        error.add_note(note)
    return error


CHILD = noted(
    raised(KeyError("k")), "remote traceback:\n  Traceback (most recent call last):\n  x.Y: z", "execution: http://x"
)


@pytest.mark.parametrize(
    "group",
    [
        Group("one", [raised(OwnError("a: b"))]),
        Group("not raised", [ValueError("x"), OwnError()]),
        Group("lines", [raised(ValueError("first\nsecond: x\n\nthird")), raised(TypeError("y"))]),
        Group("from a child", [CHILD, raised(OwnError("a"))]),
        Group("last", [ValueError("x"), Group("within", [raised(OwnError("a")), KeyError("b")])]),
        Group("first", [Group("within", [OwnError("a"), Group("deep", [raised(KeyError(3))])]), ValueError("x")]),
        OwnGroup("own", [raised(OwnError("a"))]),
    ],
    ids=lambda group: group.message,
)
def test_a_group_arrives_as_it_would_without_a_cluster(group: Any) -> None:
    found = from_child(group)
    assert shape(found) == shape(as_eager_exception(group))
    assert isinstance(found, EagerException)
    assert all(isinstance(error, EagerException) for error in found.exceptions)


def test_a_cause_is_no_part_of_a_group() -> None:
    group = Group("effect", [OwnError("a")])
    group.__cause__ = raised(Group("cause", [ValueError("x"), ValueError("y")]))
    found = from_child(Group("outer", [raised(group)]))
    assert [shape(error) for error in found.exceptions] == [shape(group)]


def test_handlers_of_parts_of_a_group_take_theirs() -> None:
    mine, rest = from_child(Group("g", [OwnError("a"), ValueError("b")])).split(OwnError)
    assert [str(error) for error in mine.exceptions] == ["a"]
    assert [str(error) for error in rest.exceptions] == ["b"]


def test_notes_of_what_is_within_are_kept() -> None:
    (found,) = from_child(Group("g", [CHILD])).exceptions
    assert "\n".join(found.__notes__) == "\n".join(CHILD.__notes__)


def test_of_very_many_the_rest_is_counted() -> None:
    *shown, rest = from_child(Group("g", [ValueError(str(i)) for i in range(40)])).exceptions
    assert all(isinstance(error, ValueError) for error in shown)
    assert str(rest) == f"and {40 - len(shown)} more exceptions"
