"""Failures of executions as exceptions."""

import pickle
import sys
import textwrap
import types

import pytest
from eagerc_runtime.distributed.outcomes import STOPPED, Story, failure, may_run_again
from eagerc_runtime.exceptions import EagerException
from flyteidl.admin.execution_pb2 import ExecutionClosure
from flyteidl.core.execution_pb2 import ExecutionError, WorkflowExecution


class PickyError(Exception):
    """Cannot show itself without what its constructor sets."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one, two)
        self.two = two

    def __str__(self) -> str:
        return self.two


class PlainError(Exception):
    pass


@pytest.fixture(autouse=True)
def module(monkeypatch: pytest.MonkeyPatch) -> None:
    found = types.ModuleType("some.user.code")
    found.PickyError, found.PlainError = PickyError, PlainError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some.user.code", found)


def closure(message: str = "", code: str = "", phase: int = WorkflowExecution.FAILED) -> ExecutionClosure:
    return ExecutionClosure(phase=phase, error=ExecutionError(code=code, message=message))


def report(raised: str, message: str) -> str:
    """What flytekit writes for an exception, with what propeller puts in front of it."""
    trace = textwrap.indent(f'Traceback (most recent call last):\n  File "f.py", line 1, in f\n{raised}\n', "    ")
    return f"[1/1] currentAttempt done. Last Error: USER::Trace:\n\n{trace}\nMessage:\n\n    {message}"


def raised(found: ExecutionClosure) -> BaseException:
    error = failure(Story("m.fit", "http://console/x", found))
    assert isinstance(error, EagerException)
    return error


@pytest.mark.parametrize(
    ("qualified", "kind", "text"),
    [
        ("ValueError", ValueError, "a: b"),
        ("ValueError", ValueError, "two\nlines"),
        ("some.user.code.PlainError", PlainError, "x"),
        ("some.user.code.PickyError", PickyError, "x"),
        ("UnicodeEncodeError", UnicodeEncodeError, "'ascii' codec can't encode"),
        ("some.user.code.Missing", EagerException, "x"),
        ("no.such.module.Error", EagerException, "x"),
        ("f.<locals>.Inner", EagerException, "x"),
        ("SystemExit", EagerException, "3"),
        ("os.path", EagerException, "x"),
    ],
)
def test_a_raised_exception(qualified: str, kind: type[BaseException], text: str) -> None:
    name = qualified.rpartition(".")[2]
    indented = text.replace("\n", "\n    ")
    error = raised(closure(report(f"{qualified}: {text}", f"{name}: {indented}")))
    assert isinstance(error, kind)
    assert str(error) in (text, f"{name}: {text}")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert repr(error)
    assert ["remote traceback" in note for note in error.__notes__] == [True, False]
    assert error.__notes__[-1] == "execution: http://console/x"


def test_the_key_of_a_key_error_is_a_value() -> None:
    assert raised(closure(report("KeyError: 3", "KeyError: 3"))).args == (3,)
    assert raised(closure(report("KeyError: <x>", "KeyError: <x>"))).args == ("<x>",)


@pytest.mark.parametrize("kind", [AssertionError, PlainError])
def test_an_exception_without_a_message(kind: type[Exception]) -> None:
    module = "" if kind is AssertionError else "some.user.code."
    # flytekit puts the colon there in any case, and Python does not.
    error = raised(closure(report(f"{module}{kind.__name__}", f"{kind.__name__}: ")))
    assert isinstance(error, kind)
    assert error.args == ()


@pytest.mark.parametrize(
    ("found", "kind", "says"),
    [
        (closure("it was", "OOMKilled"), MemoryError, "m.fit ran out of memory: it was"),
        (closure("Reason [OOMKilled]", "Error"), MemoryError, "m.fit ran out of memory: Reason [OOMKilled]"),
        (closure("1h", "RetriesExhausted|TimeoutExpired"), TimeoutError, "m.fit took longer than it may: 1h"),
        (closure("", "", WorkflowExecution.TIMED_OUT), TimeoutError, "m.fit took longer than it may"),
        (closure("ErrImagePull: x", "E"), EagerException, "the image of m.fit cannot be pulled: ErrImagePull: x"),
        (closure("odd", "Strange"), EagerException, "m.fit failed with Strange: odd"),
    ],
)
def test_what_the_cluster_did(found: ExecutionClosure, kind: type[BaseException], says: str) -> None:
    error = raised(found)
    assert isinstance(error, kind)
    assert str(error) == says


def test_an_abort_tells_by_whom_and_why() -> None:
    found = closure(phase=WorkflowExecution.ABORTED)
    found.abort_metadata.principal, found.abort_metadata.cause = "ann", "enough"
    assert str(raised(found)) == "m.fit was aborted by ann: enough"
    assert not may_run_again(found)


def test_what_may_run_again_on_a_later_attempt() -> None:
    stopped = closure(phase=WorkflowExecution.ABORTED)
    stopped.abort_metadata.cause = f"{STOPPED} a1"
    assert may_run_again(stopped)
    assert may_run_again(closure("m", "RetriesExhausted|Interrupted"))
    assert not may_run_again(closure("m", "USER:ValueError"))
    assert not may_run_again(closure(phase=WorkflowExecution.SUCCEEDED))
