"""The decorator `eager`, and the task of flytekit that it makes."""

import functools
from collections.abc import Callable
from typing import Any

from flytekit.core.base_task import TaskMetadata
from flytekit.core.cache import Cache, VersionParameters
from flytekit.core.python_function_task import EagerAsyncPythonFunctionTask
from flytekit.deck import DeckField

from . import frame, local
from .arguments import keywords
from .distributed import DISTRIBUTED
from .exceptions import trimmed
from .frame import Call

# Without flytekit's deck of dependencies, for which each call would start `pip` several times.
_DECKS = (DeckField.SOURCE_CODE, DeckField.TIMELINE, DeckField.INPUT, DeckField.OUTPUT)
_METADATA = (
    "cache",
    "cache_ignore_input_vars",
    "cache_serialize",
    "cache_version",
    "deprecated",
    "interruptible",
    "retries",
)
# How eager functions once reached the cluster, and how often they looked there; flytekit's controller knows by itself.
# `timeout` is among them: it was the time that each invoked entity could take, not the time of the eager task.
_FORMER = (
    "client_secret_env_var",
    "client_secret_group",
    "client_secret_key",
    "local_entrypoint",
    "poll_interval",
    "remote",
    "timeout",
)


class EagerTask(EagerAsyncPythonFunctionTask[Any]):  # type: ignore[misc]  # flytekit is not typed
    """flytekit's eager task with an engine of the runtime in the place of its own way to call entities."""

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run without holding up the event loop of the caller."""
        if not local.starts_here():
            return await super().__call__(*args, **kwargs)
        try:
            return await local.LOCAL.run(Call(self, keywords(self, args, kwargs)))
        except Exception as error:  # noqa: BLE001 - whatever the body raises belongs to its caller
            failure = error.with_traceback(trimmed(error.__traceback__))
        raise failure

    def execute(self, **kwargs: Any) -> Any:
        if local.is_local():
            return local.run_body(self.name, self.task_function, kwargs)
        return super().execute(**kwargs)

    async def run_with_backend(self, **kwargs: Any) -> Any:
        frame.enter(self.name, DISTRIBUTED)
        return await super().run_with_backend(**kwargs)


def eager(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Make an eager function of an `async def`; usable with options, without, and through `functools.partial`.

    `retries`, `cache`, `cache_version`, `cache_serialize`, `cache_ignore_input_vars`, `interruptible` and `deprecated`
    mean what they mean for a task. The options of classic eager functions (`remote`, `client_secret_*`,
    `local_entrypoint`, `timeout`, `poll_interval`) are accepted and have no effect: a time limit for the eager task
    goes into `metadata=TaskMetadata(timeout=...)`. All others are those of flytekit's task class.
    """
    if function is None:
        return functools.partial(eager, **options)
    options = {name: value for name, value in options.items() if name not in _FORMER}
    settings = {name: options.pop(name) for name in _METADATA if name in options}
    if settings:
        if "metadata" in options:
            raise ValueError(f"eager takes either metadata or {', '.join(settings)}")
        options["metadata"] = _metadata(function, settings)
    if "disable_deck" in options:
        options["enable_deck"] = not options.pop("disable_deck")
    options.setdefault("deck_fields", _DECKS)
    return EagerTask(task_config=options.pop("task_config", None), task_function=function, **options)


def _metadata(function: Callable[..., Any], settings: dict[str, Any]) -> TaskMetadata:
    cache = settings.get("cache")
    if isinstance(cache, Cache):
        settings |= {
            "cache": True,
            "cache_version": cache.get_version(VersionParameters(func=function)),
            "cache_serialize": cache.serialize,
            "cache_ignore_input_vars": cache.get_ignored_inputs(),
        }
    return TaskMetadata(**settings)
