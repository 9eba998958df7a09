"""What a call site of a built module does: run an entity in the engine of the eager function, or call as written."""

from typing import Any

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
from .exceptions import as_eager_exception
from .frame import Call, Frame

_ENTITIES = (Task, WorkflowBase, LaunchPlan, ReferenceEntity, ArrayNode, RemoteEntity)


def invoke(site: str, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Give an awaitable for the result of an entity; anything else is called as it stands.

    The awaitable is a coroutine: nothing runs before it is awaited or made a task.
    """
    present = frame.current()
    call = None if present is None else _call(site, callee, args, kwargs)
    if present is None or call is None:
        return callee(*args, **kwargs)
    return _awaitable(present, site, call)


def invoke_blocking(site: str, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Give the result of a sync entity; an async one gives an awaitable, and anything else is called as it stands."""
    present = frame.current()
    call = None if present is None else _call(site, callee, args, kwargs)
    if present is None or call is None:
        return callee(*args, **kwargs)
    if isinstance(call.entity, AsyncPythonFunctionTask):
        return _awaitable(present, site, call)
    try:
        with Observed(present, site, call.entity.name):
            return present.engine.run_blocking(call)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the entity raises belongs to the user's code
        failure = as_eager_exception(error)
    raise failure


def _call(site: str, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
    entity, args, kwargs = unbound(callee, args, kwargs)
    return Call(entity, keywords(entity, args, kwargs), site) if isinstance(entity, _ENTITIES) else None


def _awaitable(present: Frame, site: str, call: Call) -> Any:
    coroutine: Any = _awaited(present, site, call)
    coroutine.__qualname__ = call.entity.name  # what a warning about a missing await says
    return coroutine


async def _awaited(present: Frame, site: str, call: Call) -> Any:
    try:
        with Observed(present, site, call.entity.name):
            return await present.engine.run(call)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the entity raises belongs to the user's code
        failure = as_eager_exception(error)
    raise failure  # outside of the handler, so that the original does not appear as its context
