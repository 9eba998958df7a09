"""What an entity raises, as the eager function that invoked it sees it."""

import asyncio
import builtins
import copy
import dataclasses
import pickle
import sys
import traceback
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from eagerc_runtime import EagerException, eager, invoke, invoke_blocking
from eagerc_runtime.exceptions import as_eager_exception
from flytekit import dynamic, task, workflow
from flytekit.exceptions.system import FlyteNonRecoverableSystemException
from flytekit.exceptions.user import FlyteUserRuntimeException
from hypothesis import given
from hypothesis import strategies as st


class OddError(Exception):
    """Its constructor takes something else than what it hands on."""

    def __init__(self, code: int, *, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code


class SlottedError(Exception):
    __slots__ = ("empty", "what")

    def __init__(self, what: str | None) -> None:
        self.what = what

    def __str__(self) -> str:
        return f"slotted {self.what}"


@dataclasses.dataclass(frozen=True)
class FrozenError(Exception):
    code: int


class ErrnoError(OSError):
    """Has fields of the interpreter, and some of its own."""

    def __init__(self, path: str) -> None:
        super().__init__(2, "gone", path)
        self.path = path


class RegisteringError(Exception):
    """Subclasses of it must say something, and are remembered."""

    known: ClassVar[list[type]] = []

    def __init_subclass__(cls, *, word: str) -> None:
        cls.known.append(cls)


class Picky(type):
    def __new__(mcs, name: str, bases: tuple[type, ...], names: dict[str, Any]) -> "Picky":
        if name != "FinalError" or bases != (Exception,):
            raise TypeError("nobody derives from FinalError")
        return super().__new__(mcs, name, bases, names)


class FinalError(Exception, metaclass=Picky):
    """No class can be an `EagerException` as well."""


class SingularError(EagerException):  # type: ignore[misc]  # flytekit is not typed
    """Is what it should be already."""


MADE: list[Callable[[], Exception]] = [
    lambda: OddError(3, reason="odd"),
    lambda: SlottedError("x"),
    lambda: SlottedError(None),
    lambda: FrozenError(4),
    lambda: ErrnoError("/there"),
    lambda: RegisteringError("r"),
    lambda: KeyError("k"),
    lambda: FileNotFoundError(2, "gone", "a", None, "b"),
    lambda: BlockingIOError(11, "later", 7),
    lambda: UnicodeDecodeError("utf-8", b"abc", 1, 2, "bad"),
    lambda: SyntaxError("bad", ("file.py", 3, 4, "text", 3, 9)),
    lambda: ImportError("no", name="n", path="p"),
    lambda: AttributeError("no", name="n", obj=[]),
    lambda: NameError("no", name="n"),
    lambda: StopAsyncIteration("over"),
    lambda: asyncio.TimeoutError("late"),  # noqa: UP041 - another class on Python 3.10
    Exception,
]
if sys.version_info >= (3, 11):  # noqa: UP036 - the payload runs on Python 3.10 too
    MADE.append(lambda: ExceptionGroup("many", [ValueError(1), ExceptionGroup("more", [TypeError(2)])]))


def public_state(error: BaseException) -> dict[str, Any]:
    names = {name for kind in type(error).__mro__ for name in vars(kind)} | vars(error).keys()
    values = {name: getattr(error, name) for name in names if not name.startswith("_") and hasattr(error, name)}
    return {name: value for name, value in values.items() if not callable(value)}


def with_history(error: Exception) -> Exception:
    """The exception as it is after it was raised by a program."""
    try:
        try:
            raise LookupError("before")
        except LookupError as cause:
            raise error from cause
    except type(error) as raised:
        return raised


@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
def test_keeps_everything_but_its_exact_class(make: Callable[[], Exception]) -> None:
    error = with_history(make())
    caught = as_eager_exception(error)
    assert isinstance(caught, EagerException)
    assert isinstance(caught, type(error))
    assert (str(caught), caught.args, public_state(caught)) == (str(error), error.args, public_state(error))
    assert caught.__cause__ is error.__cause__
    assert caught.__context__ is error.__context__
    assert caught.__suppress_context__ is error.__suppress_context__
    assert traceback.extract_tb(caught.__traceback__) == traceback.extract_tb(error.__traceback__)
    assert type(caught).__qualname__ == type(error).__qualname__


@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
@pytest.mark.parametrize("duplicate", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy])
def test_can_be_sent_and_copied(make: Callable[[], Exception], duplicate: Callable[[Any], Any]) -> None:
    caught = as_eager_exception(make())
    again = duplicate(caught)
    assert type(again) is type(caught)
    assert str(again) == str(caught)
    assert public_state(again).keys() == public_state(caught).keys()


def is_plain(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, StopIteration)


BUILTIN = sorted((kind for kind in vars(builtins).values() if is_plain(kind)), key=lambda kind: kind.__name__)
SIMPLE = st.none() | st.integers() | st.text() | st.binary()


@given(st.sampled_from(BUILTIN), st.lists(SIMPLE, max_size=5))
def test_any_builtin_exception_keeps_type_arguments_and_text(kind: type[Exception], args: list[Any]) -> None:
    try:
        error = kind(*args)
    except Exception:  # noqa: BLE001 - not all take all arguments
        return
    caught = as_eager_exception(error)
    assert isinstance(caught, EagerException)
    assert isinstance(caught, type(error))
    assert (caught.args, str(caught)) == (error.args, str(error))


def test_notes_are_kept() -> None:
    error = ValueError("v")
    error.__notes__ = ["note"]
    assert vars(as_eager_exception(error)) == {"__notes__": ["note"]}


def test_what_is_an_eager_exception_stays_the_same_object() -> None:
    error = SingularError("s")
    assert as_eager_exception(error) is error
    caught = as_eager_exception(ValueError("v"))
    assert as_eager_exception(caught) is caught


def test_equal_classes_are_one_class() -> None:
    assert type(as_eager_exception(ValueError(1))) is type(as_eager_exception(ValueError(2)))


def test_the_original_class_does_not_notice() -> None:
    as_eager_exception(RegisteringError("r"))
    assert RegisteringError.known == []


@pytest.mark.parametrize("error", [FinalError("f"), StopIteration(3), SystemExit(4)])
def test_what_cannot_be_both_becomes_the_cause(error: BaseException) -> None:
    caught = as_eager_exception(error)
    assert type(caught) is EagerException
    assert str(caught) == f"{type(error).__name__}: {error}"
    assert caught.__cause__ is error


@pytest.mark.parametrize("wrapper", [FlyteUserRuntimeException, FlyteNonRecoverableSystemException])
def test_the_wrappers_of_flytekit_are_taken_off(wrapper: Callable[[Exception], Exception]) -> None:
    assert isinstance(as_eager_exception(wrapper(wrapper(KeyError("k")))), KeyError)


# Through a run

raised: list[BaseException] = []


def give_up() -> int:
    raise raised[-1]


@task
def fails() -> int:
    return give_up()


@task
async def async_fails() -> int:
    return give_up()


@workflow
def workflow_fails() -> int:
    return fails()


@dynamic
def dynamic_fails() -> int:
    return fails()


@eager
async def eager_fails() -> int:
    return await invoke("s", fails)


@eager
async def eager_fails_itself() -> int:
    return give_up()


KINDS = [fails, async_fails, eager_fails, eager_fails_itself]


def outcome(entity: Any, error: BaseException, call: Callable[..., Any] = invoke) -> Any:
    """What an eager function that invokes the entity has to handle."""
    raised.append(error)
    handled: list[BaseException] = []

    @eager
    async def body() -> int:
        try:
            result = call("s", entity)
            await result
        except (Exception, asyncio.CancelledError) as failure:  # noqa: BLE001 - it is what is looked at
            handled.append(failure)
        return 0

    asyncio.run(body())
    return handled[0]


@pytest.mark.parametrize("entity", KINDS, ids=lambda entity: entity.name.rpartition(".")[2])
@pytest.mark.parametrize("make", MADE, ids=lambda make: type(make()).__name__)
def test_an_entity_raises_what_its_code_raised(entity: Any, make: Callable[[], Exception]) -> None:
    error = make()
    caught = outcome(entity, error)
    assert isinstance(caught, EagerException)
    assert isinstance(caught, type(error))
    fresh = make()
    assert str(caught) == str(fresh)
    assert repr(caught.args) == repr(fresh.args)


def test_a_blocking_call_raises_the_same() -> None:
    caught = outcome(fails, KeyError("k", 2), invoke_blocking)
    assert isinstance(caught, EagerException)
    assert isinstance(caught, KeyError)
    assert caught.args == ("k", 2)


@pytest.mark.parametrize("entity", [workflow_fails, dynamic_fails], ids=["workflow", "dynamic"])
def test_a_workflow_raises_what_its_task_raised(entity: Any) -> None:
    caught = outcome(entity, ValueError("text"))
    assert isinstance(caught, EagerException)
    assert isinstance(caught, ValueError)
    assert str(caught) == "text"


@pytest.mark.parametrize("entity", KINDS, ids=lambda entity: entity.name.rpartition(".")[2])
def test_the_end_of_a_program_in_an_entity_is_a_failure_of_the_entity(entity: Any) -> None:
    caught = outcome(entity, SystemExit(3))
    assert type(caught) is EagerException
    assert str(caught) == "SystemExit: 3"


def test_cancellation_stays_what_it_is() -> None:
    assert type(outcome(async_fails, asyncio.CancelledError())) is asyncio.CancelledError
    assert type(outcome(eager_fails_itself, asyncio.CancelledError())) is asyncio.CancelledError


@pytest.mark.parametrize("first", [TypeError, EagerException, Exception])
def test_handlers_of_both_classes_work(first: type[Exception]) -> None:
    raised.append(TypeError("t"))

    @eager
    async def body() -> str:
        try:
            await invoke("s", fails)
        except first:
            return first.__name__
        except (TypeError, EagerException):
            return "the other"
        return "none"

    assert asyncio.run(body()) == first.__name__


def test_what_nobody_handles_leaves_with_its_class_and_the_lines_of_the_user() -> None:
    raised.append(ValueError("v", 1))

    @eager
    async def body() -> int:
        return await invoke("s", eager_fails)

    with pytest.raises(ValueError, match="v") as caught:
        asyncio.run(body())
    assert caught.value.args == ("v", 1)
    message, *notes = traceback.format_exception_only(caught.value)
    assert message == "ValueError: ('v', 1)\n"
    assert [note.rpartition(": ")[2] for note in notes] == [
        'return await invoke("s", fails)\n',
        'return await invoke("s", eager_fails)\n',
    ]
    frames = traceback.extract_tb(caught.value.__traceback__)
    here = [frame.name for frame in frames if frame.filename == __file__]
    assert here[1:] == ["body", "eager_fails", "fails", "give_up"]
    assert len(frames) < 12
    assert caught.value.__context__ is None


def test_an_error_of_the_body_itself_leaves_unchanged() -> None:
    error = OddError(1, reason="odd")
    raised.append(error)
    with pytest.raises(OddError) as caught:
        asyncio.run(eager_fails_itself())
    assert caught.value is error
    assert str(error) == "odd (1)"


def test_the_end_of_the_program_in_the_body_ends_the_program() -> None:
    raised.append(SystemExit(5))
    with pytest.raises(SystemExit) as caught:
        asyncio.run(eager_fails_itself())
    assert caught.value.code == 5


def test_siblings_of_a_failure_can_be_gathered() -> None:
    raised.append(KeyError("k"))

    @eager
    async def body() -> list[str]:
        results = await asyncio.gather(*(invoke("s", fails) for _ in range(3)), return_exceptions=True)
        return [type(result).__name__ for result in results]

    assert asyncio.run(body()) == ["KeyError"] * 3
