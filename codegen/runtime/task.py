"""The decorator `eager`, and the task of flytekit that it makes."""

import functools
from collections.abc import Callable
from typing import Any

from flytekit.core.base_task import TaskMetadata
from flytekit.core.cache import Cache, VersionParameters
from flytekit.core.python_function_task import EagerAsyncPythonFunctionTask
from flytekit.deck import DeckField
from flytekit.exceptions.user import FlyteUserRuntimeException

from .arguments import keywords
from .distributed import container
from .distributed.classic import Classic
from .distributed.clean_up import with_clean_up
from .embedded import engine
from .exceptions import trimmed
from .frame import Call
from .signals import SIGNALS

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
    "timeout",
)
# What the version of a cache may depend on beside the function.
_VERSIONED = ("container_image", "pod_template", "pod_template_name")
# Beside one of these, `timeout` is the time that each child may take, as it once was.
_CLASSIC = tuple(name for name in Classic._fields if name != "timeout")


class EagerTask(EagerAsyncPythonFunctionTask[Any]):  # type: ignore[misc]  # flytekit is not typed
    """flytekit's eager task with an engine of the runtime in the place of its own way to call entities."""

    classic = Classic()

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run without holding up the event loop of the caller."""
        if not engine.starts_here():
            return await super().__call__(*args, **kwargs)
        try:
            return await engine.LOCAL.run(Call(self, keywords(self, args, kwargs)))
        except Exception as error:  # noqa: BLE001 - whatever the body raises belongs to its caller
            failure = error.with_traceback(trimmed(error.__traceback__))
        raise failure

    def execute(self, **kwargs: Any) -> Any:
        if engine.is_local():
            return engine.run_body(self.name, self.task_function, kwargs)
        return container.run_body(self.name, self.task_function, kwargs, self.classic)

    def get_as_workflow(self) -> Any:
        return with_clean_up(self)

    def dispatch_execute(self, ctx: Any, input_literal_map: Any) -> Any:
        """Run in the container, and let flytekit report an interruption as what it is: nobody's error."""
        try:
            return super().dispatch_execute(ctx, input_literal_map)
        except FlyteUserRuntimeException as error:
            if isinstance(error.value, container.Interrupted):
                raise error.value from None  # flytekit shows causes in turn, and each is the other's
            raise


def eager(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Make an eager function of an `async def`; usable with options, without, and through `functools.partial`.

    `retries`, `timeout`, `cache`, `cache_version`, `cache_serialize`, `cache_ignore_input_vars`, `interruptible` and
    `deprecated` mean what they mean for a task. Those of classic eager functions mean what they meant there: `remote`
    and `client_secret_*` say how to reach the cluster, `poll_interval` how often to look at least, and beside one of
    them `timeout` is the time that each child may take. All others are those of flytekit's task class.
    """
    if function is None:
        return functools.partial(eager, **options)
    classic = _classic(options)
    settings = {name: options.pop(name) for name in _METADATA if name in options}
    if settings:
        if "metadata" in options:
            raise ValueError(f"eager takes either metadata or {', '.join(settings)}")
        options["metadata"] = _metadata(function, settings, options)
    if "disable_deck" in options:
        options["enable_deck"] = not options.pop("disable_deck")
    options.setdefault("deck_fields", _DECKS)
    if classic.secrets:
        options["secret_requests"] = [*(options.get("secret_requests") or ()), *classic.secrets]
    task = EagerTask(task_config=options.pop("task_config", None), task_function=function, **options)
    task.classic = classic
    SIGNALS.catch_early(task.name)
    return task


def _classic(options: dict[str, Any]) -> Classic:
    """Take the classic options away from the others."""
    names = [name for name in _CLASSIC if name in options]
    if names and "timeout" in options:
        names.append("timeout")
    return Classic(**{name: options.pop(name) for name in names})


def _metadata(function: Callable[..., Any], settings: dict[str, Any], options: dict[str, Any]) -> TaskMetadata:
    cache = settings.get("cache")
    if cache is True and settings.get("cache_version") is None:  # then a task has the policies of `Cache`
        ignored = settings.pop("cache_ignore_input_vars", ())
        cache = Cache(serialize=settings.pop("cache_serialize", False), ignored_inputs=ignored)
    if isinstance(cache, Cache):
        about = {name: options.get(name) for name in _VERSIONED}
        settings |= {
            "cache": True,
            "cache_version": cache.get_version(VersionParameters(func=function, **about)),
            "cache_serialize": cache.serialize,
            "cache_ignore_input_vars": cache.get_ignored_inputs(),
        }
    return TaskMetadata(**settings)
