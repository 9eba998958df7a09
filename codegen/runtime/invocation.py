"""What a call site of a built module does: run an entity in the engine of the eager function, or call as written."""

import linecache
import os
import re
import sys
from collections.abc import Coroutine
from typing import Any, NamedTuple

from flytekit.core.array_node import ArrayNode
from flytekit.core.base_task import Task
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.python_function_task import AsyncPythonFunctionTask
from flytekit.core.reference_entity import ReferenceEntity
from flytekit.core.workflow import WorkflowBase
from flytekit.remote.remote_callable import RemoteEntity

from . import frame
from .arguments import keywords, unbound
from .events import Observed
from .exceptions import as_eager_exception, with_note
from .frame import Call, Frame
from .overridable import Overridable
from .overrides import Overrides
from .tree import parts_from_tree, source

_ENTITIES = (Task, WorkflowBase, LaunchPlan, ReferenceEntity, ArrayNode, RemoteEntity)


# A call of one of the functions below, as a built file has it in the place of a call of an entity that has a name.
_CALL = re.compile(r'\b_eagerc\d*\.invoke(?:_\w+)?\("[^"]*", (?P<callee>[\w.]+)(?:, ?|(?=\)))')


class _Line(NamedTuple):
    """Where a call stands: with `gather` and tasks of asyncio, no traceback leads there.

    It is shown as in the source, which is not where a container runs, nor in the place of its build tree.
    """

    path: str
    number: int

    def __str__(self) -> str:
        path = source(self.path)
        text = _CALL.sub(r"\g<callee>(", linecache.getline(path, self.number).strip())
        parts = parts_from_tree(path)
        shown = path if parts[0] == os.pardir else os.sep.join(parts)
        return f"invoked at {shown}:{self.number}" + (f": {text}" if text else "")


def invoke(site: str, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Give an awaitable for the result of an entity; anything else is called as it stands.

    The awaitable is a coroutine: nothing runs before it is awaited or made a task.
    """
    begun = _begun(site, callee, args, kwargs)
    if begun is None:
        return callee(*args, **kwargs)
    return _awaitable(*begun, _line())


def invoke_overridable(site: str, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Do what `invoke` does; the awaitable has the method `with_overrides` besides."""
    begun = _begun(site, callee, args, kwargs)
    if begun is None:
        return callee(*args, **kwargs)
    return _overridable(*begun, _line())


def invoke_blocking(site: str, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Give the result of a sync entity; an async one gives an awaitable, and anything else is called as it stands."""
    begun = _begun(site, callee, args, kwargs)
    if begun is None:
        return callee(*args, **kwargs)
    present, call = begun
    line = _line()
    if isinstance(call.entity, AsyncPythonFunctionTask):
        return _awaitable(present, call, line)
    observed = Observed(present, site, call.entity.name)
    try:
        with observed:
            return present.engine.run_blocking(call._replace(launched=observed.launched))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the entity raises belongs to the user's code
        failure = with_note(as_eager_exception(error), str(line))
    raise failure


def _begun(site: str, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Frame, Call] | None:
    """The call of an entity and the eager function that makes it; None for any other call."""
    present = frame.current()
    if present is None:
        return None
    entity, args, kwargs = unbound(callee, args, kwargs)
    return (present, Call(entity, keywords(entity, args, kwargs), site)) if isinstance(entity, _ENTITIES) else None


def _line() -> _Line:
    """The line that calls one of the functions above."""
    caller = sys._getframe(2)
    return _Line(caller.f_code.co_filename, caller.f_lineno)


def _overridable(present: Frame, call: Call, line: _Line) -> Any:
    def start(overrides: Overrides) -> Coroutine[Any, Any, Any]:
        coroutine: Coroutine[Any, Any, Any] = _awaitable(present, call._replace(overrides=overrides), line)
        return coroutine

    return Overridable(call.site, start)


def _awaitable(present: Frame, call: Call, line: _Line) -> Any:
    coroutine: Any = _awaited(present, call, line)
    coroutine.__qualname__ = call.entity.name  # what a warning about a missing await says
    return coroutine


async def _awaited(present: Frame, call: Call, line: _Line) -> Any:
    observed = Observed(present, call.site, call.entity.name)
    try:
        with observed:
            return await present.engine.run(call._replace(launched=observed.launched))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the entity raises belongs to the user's code
        failure = with_note(as_eager_exception(error), str(line))
    raise failure  # outside of the handler, so that the original does not appear as its context
