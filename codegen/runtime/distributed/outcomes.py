"""How an execution failed, as an exception for the code that awaits it."""

import ast
import builtins
import importlib
import re
import textwrap
from typing import Any, NamedTuple

from flyteidl.admin import execution_pb2
from flyteidl.core.execution_pb2 import WorkflowExecution
from flytekit.exceptions.eager import EagerException

from ..exceptions import TIMEOUT, is_group, named, remote_exception, remote_group, with_note
from .groups import Written, written

# The cause that we give when we end an execution, and by which we know it again.
STOPPED = "stopped by its eager function"
# The same where the time was up that the caller gives it.
_LATE = "its eager function waits no longer: "

# What flytekit writes when a task fails, after whatever propeller puts in front.
_REPORT = re.compile(r"Trace:\n\n(?P<trace>.*)\nMessage:\n\n(?P<message>.*)", re.DOTALL)
# Its end is stripped, so that the colon ends it where an exception has no text, as that of a bare `assert`.
_MESSAGE = re.compile(r"(?P<name>[^\W\d][\w]*)(?::(?: (?P<text>.*))?)?", re.DOTALL)
_IMAGE = re.compile(r"ImagePullBackOff|ErrImagePull|InvalidImageName|ErrImageNeverPull")
_MEMORY = re.compile(r"OOMKilled|\boom.?killed\b", re.IGNORECASE)
_TIMEOUT = re.compile(r"TimeoutExpired|DeadlineExceeded")
_EXHAUSTED = "RetriesExhausted|"


class Story(NamedTuple):
    """What is known about an execution that did not succeed."""

    entity: str
    link: str
    closure: Any


def failure(story: Story) -> BaseException:
    """The exception to raise: an `EagerException`, of the class that the child raised where that can be imported."""
    error: BaseException = _cause(story)
    report = _REPORT.search(story.closure.error.message)
    if report:
        with_note(error, f"remote traceback:\n{textwrap.indent(textwrap.dedent(report['trace']).strip(), '  ')}")
    return with_note(error, f"execution: {story.link}")


def late(seconds: float) -> str:
    """The cause to give when an execution is ended that takes longer than its caller allows."""
    return f"{_LATE}took longer than {seconds:g} s"


def stopped(cause: str) -> Any:
    """An execution that was ended for a cause, as Flyte will tell of it."""
    abort = execution_pb2.AbortMetadata(cause=cause)
    return execution_pb2.Execution(
        closure=execution_pb2.ExecutionClosure(phase=WorkflowExecution.ABORTED, abort_metadata=abort)
    )


def is_abort(closure: Any) -> bool:
    """Whether somebody ended the execution on purpose, after which it does not run again."""
    return closure.phase == WorkflowExecution.ABORTED and not str(closure.abort_metadata.cause).startswith(_LATE)


def may_run_again(closure: Any) -> bool:
    """Whether a later attempt of the parent is to start anew what ended like this.

    What the parent itself stopped, and what Flyte gave up after trying again, is; an error of the user's code stands.
    """
    if closure.phase == WorkflowExecution.ABORTED:
        return str(closure.abort_metadata.cause).startswith(STOPPED)
    return bool(closure.phase == WorkflowExecution.FAILED) and str(closure.error.code).startswith(_EXHAUSTED)


def _cause(story: Story) -> Any:
    entity, closure, error = story.entity, story.closure, story.closure.error
    if closure.phase == WorkflowExecution.ABORTED:
        by, cause = closure.abort_metadata.principal or "somebody", closure.abort_metadata.cause
        if cause.startswith(_LATE):
            return _of_kind(TIMEOUT, f"{entity} {cause.removeprefix(_LATE)}")
        return EagerException(f"{entity} was aborted by {by}: {cause}")
    if closure.phase == WorkflowExecution.TIMED_OUT or _TIMEOUT.search(error.code):
        return _of_kind(TIMEOUT, f"{entity} took longer than it may: {error.message}".rstrip(": "))
    if _MEMORY.search(error.code) or _MEMORY.search(error.message):
        return _of_kind(MemoryError, f"{entity} ran out of memory: {error.message}")
    if _IMAGE.search(error.code) or _IMAGE.search(error.message):
        return EagerException(f"the image of {entity} cannot be pulled: {error.message}")
    return _raised(error.message) or EagerException(f"{entity} failed with {error.code}: {error.message}")


def _of_kind(kind: type[BaseException], message: str) -> BaseException:
    return remote_exception(kind, (message,), message)


def _raised(message: str) -> Any:
    """The exception that the user's code raised."""
    report = _REPORT.search(message)
    if report is None:
        return None
    raised = _MESSAGE.fullmatch(textwrap.dedent(report["message"]).strip())
    if raised is None:
        return EagerException(textwrap.dedent(report["message"]).strip())
    path = _path(raised["name"], report["trace"])
    return _made(Written(path, raised["text"] or "", "", written(textwrap.dedent(report["trace"]))))


def _made(told: Written) -> BaseException:
    """The exception that is told of, of its own class where that can be imported."""
    kind = _class(told.kind)
    error: BaseException
    if kind is None:
        error = EagerException(named(told.kind.rpartition(".")[2], told.text))
    elif is_group(kind) and told.within:
        error = remote_group(kind, told.text, tuple(map(_made, told.within)))
    else:
        error = remote_exception(kind, _arguments(kind, told.text), told.text)
    return with_note(error, told.notes) if told.notes else error


def _arguments(kind: type[BaseException], text: str) -> tuple[Any, ...]:
    """The arguments of an exception that is shown as this text."""
    if issubclass(kind, KeyError):
        try:
            return (ast.literal_eval(text),)
        except (SyntaxError, ValueError):
            return (text,)
    return (text,) if text else ()


def _path(name: str, trace: str) -> str:
    """The full name of the class that goes by a name at the end of a traceback."""
    qualified = re.findall(rf"^[ |]*((?:[^\W\d]\w*\.)+{re.escape(name)})(?::|$)", trace, re.MULTILINE)
    return qualified[-1] if qualified else name


def _class(path: str) -> type[BaseException] | None:
    """The class of this full name, if it can be imported."""
    found = _imported(path) if "." in path else getattr(builtins, path, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _imported(path: str) -> Any:
    parts = path.split(".")
    for split in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:split]))
        except ModuleNotFoundError:
            continue
        except Exception:  # noqa: BLE001 - the module is the user's, and may do anything when it is imported
            return None
        for part in parts[split:]:
            found = getattr(found, part, None)
        return found
    return None
