"""Exceptions between processes: what arrives, and what arrives of those that cannot be pickled."""

import pickle
import threading
import traceback
from typing import Any

import pytest
from eagerc_runtime.embedded.crossing import Answer, failed
from eagerc_runtime.embedded.traceback_data import frames_of, traceback_of
from eagerc_runtime.exceptions import as_eager_exception
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.test_exceptions import BUILTIN, MADE, SIMPLE, OddError, public_state, with_history


def sent(error: BaseException) -> Answer:
    answer: Answer = pickle.loads(failed(error))
    return answer


def arrived(error: BaseException) -> BaseException:
    answer = sent(error)
    assert answer.error is not None
    assert answer.loss == ""
    return answer.error


def text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize("change", [lambda error: error, as_eager_exception], ids=["original", "twin"])
@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
def test_an_exception_arrives_as_it_was(make: Any, change: Any) -> None:
    error = change(with_history(make()))
    found = arrived(error)
    assert type(found) is type(error)
    assert (str(found), repr(found.args)) == (str(error), repr(error.args))
    assert repr(public_state(found)) == repr(public_state(error))
    assert text(found) == text(error)


@given(st.sampled_from(BUILTIN), st.lists(SIMPLE, max_size=5))
def test_any_builtin_exception_arrives(kind: type[Exception], args: list[Any]) -> None:
    try:
        error = kind(*args)
    except Exception:  # noqa: BLE001 - not all take all arguments
        return
    found = arrived(error)
    assert (type(found), found.args, text(found)) == (type(error), error.args, text(error))


@pytest.mark.parametrize("error", [SystemExit(4), KeyboardInterrupt(), GeneratorExit("g"), StopIteration(3)])
def test_what_ends_programs_arrives(error: BaseException) -> None:
    found = arrived(error)
    assert (type(found), found.args) == (type(error), error.args)


def test_notes_arrive_and_a_history_that_leads_to_itself() -> None:
    error = ValueError("v")
    error.__notes__ = ["note"]
    error.__cause__ = KeyError("k")
    error.__cause__.__context__ = error
    found = arrived(error)
    assert vars(found) == {"__notes__": ["note"]}
    assert type(found.__cause__) is KeyError
    assert found.__cause__.__context__ is found


def test_the_object_of_an_attribute_error_may_be_a_module() -> None:
    with pytest.raises(AttributeError) as caught:
        traceback.format_exceptions  # type: ignore[attr-defined]  # noqa: B018 - it is what is wrong
    found = arrived(caught.value)
    assert isinstance(found, AttributeError)
    assert found.obj is traceback
    assert text(found) == text(caught.value)


# What cannot be pickled


class HoldingError(ValueError):
    """Holds what belongs to its process."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.word = "word"
        self.lock = threading.Lock()


class SilentError(HoldingError):
    def __str__(self) -> str:
        return f"locked: {self.lock.locked()}"


class TreacherousError(OddError):
    """Its attribute can be pickled, and not be restored."""

    def __init__(self) -> None:
        super().__init__(1, reason="r")
        self.trap = Trap()


class Trap:
    def __reduce__(self) -> Any:
        return int, ("no number",)


def local_class() -> Exception:
    class LocalError(HoldingError):
        pass

    return LocalError("l")


UNSENDABLE: list[tuple[Any, type[BaseException], tuple[Any, ...] | None]] = [
    (lambda: HoldingError("h", 2), HoldingError, ("h", 2)),
    (lambda: HoldingError("h", threading.Lock()), HoldingError, None),
    (lambda: SilentError("s"), HoldingError, ("SilentError: locked: False",)),
    (TreacherousError, TreacherousError, ("r (1)",)),
    (local_class, HoldingError, ("LocalError: l",)),
    (lambda: ExceptionGroup("g", [HoldingError("h")]), ExceptionGroup, None),
]


@pytest.mark.parametrize(("make", "kind", "args"), UNSENDABLE, ids=lambda value: getattr(value, "__name__", None))
def test_of_what_cannot_be_pickled_the_rest_arrives(make: Any, kind: type[BaseException], args: Any) -> None:
    error = with_history(make())
    error.__notes__ = ["note"]
    answer = sent(error)
    found = answer.error
    assert type(found) is kind
    assert answer.loss
    assert args is None or found.args == args
    assert found.__notes__ == ["note"]
    assert text(found.__cause__) == text(error.__cause__)  # type: ignore[arg-type]  # it has one
    assert traceback.format_tb(found.__traceback__) == traceback.format_tb(error.__traceback__)


def test_attributes_that_can_be_pickled_arrive() -> None:
    answer = sent(HoldingError("h"))
    assert vars(answer.error) == {"word": "word"}
    assert "lock" in answer.loss


def test_the_cause_does_not_take_the_exception_with_it() -> None:
    error = OddError(4, reason="odd")
    error.__cause__ = HoldingError("h")
    found = sent(error).error
    assert isinstance(found, OddError)
    assert found.code == 4
    assert isinstance(found.__cause__, HoldingError)


# Tracebacks


def divide(number: int, by: Any) -> float:
    return [by(number) for _ in range(1)][0]  # noqa: RUF015 - a frame of its own


def raise_in_many_lines(n: int) -> float:
    return sum(
        divide(number, lambda divisor: 1 / divisor)
        for number in
        range(n)
    )  # fmt: skip


@pytest.mark.parametrize(
    "fail",
    [lambda: raise_in_many_lines(2), lambda: exec("raise KeyError"), lambda: pickle.loads(b"no pickle")],
    ids=["expressions", "no file", "library"],
)
def test_a_traceback_is_shown_as_it_was(fail: Any) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any will do
        fail()
    real = caught.value.__traceback__
    made = traceback_of(frames_of(real))
    assert traceback.format_tb(made) == traceback.format_tb(real)
    assert frames_of(made) == frames_of(real)


def test_no_traceback_is_none() -> None:
    assert traceback_of(frames_of(None)) is None
