"""The options that one call can have beside its inputs: those that an execution carries."""

import datetime
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Overrides(NamedTuple):
    """Options of one invocation; what is None is as the entity says. `timeout` is for each run, `retries` after it."""

    labels: Mapping[str, str] | None = None
    interruptible: bool | None = None
    overwrite_cache: bool | None = None
    service_account: str | None = None
    timeout: datetime.timedelta | float | None = None
    retries: int = 0

    @property
    def seconds(self) -> float | None:
        """The timeout as a number."""
        return self.timeout.total_seconds() if isinstance(self.timeout, datetime.timedelta) else self.timeout


NONE = Overrides()


def overridden(site: str, before: Overrides, options: dict[str, Any]) -> Overrides:
    """The options on top of earlier ones; a `TypeError` that names the site where one is unknown or of no use."""
    unknown = [name for name in options if name not in Overrides._fields]
    if unknown:
        known = ", ".join(Overrides._fields)
        raise TypeError(
            f"{site}: with_overrides takes no {', '.join(unknown)}: one execution can be given {known}; what concerns "
            f"its containers belongs to the task itself"
        )
    wrong = [name for name, value in options.items() if value is not None and not _OPTIONS[name].fits(value)]
    if wrong:
        told = ", ".join(f"{name}={options[name]!r} is not {_OPTIONS[name].wanted}" for name in wrong)
        raise TypeError(f"{site}: with_overrides: {told}")
    given = {name: value for name, value in options.items() if value is not None}
    return before._replace(**given)


def apply(overrides: Overrides, spec: Any) -> None:
    """Write the options into the spec of an execution's request."""
    if overrides.labels is not None:
        spec.labels.values.update(overrides.labels)
    if overrides.interruptible is not None:
        spec.interruptible.value = overrides.interruptible
    if overrides.overwrite_cache is not None:
        spec.overwrite_cache = overrides.overwrite_cache
    if overrides.service_account is not None:
        spec.security_context.run_as.k8s_service_account = overrides.service_account


def _is_text_map(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) for text in (*value, *value.values()))


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def _is_duration(value: Any) -> bool:
    if isinstance(value, datetime.timedelta):
        return value > datetime.timedelta()
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class _Option(NamedTuple):
    """Which values are of use, and how to say so."""

    fits: Callable[[Any], bool]
    wanted: str


_OPTIONS = {
    "labels": _Option(_is_text_map, "a dictionary of texts"),
    "interruptible": _Option(_is_truth, "True or False"),
    "overwrite_cache": _Option(_is_truth, "True or False"),
    "service_account": _Option(lambda value: isinstance(value, str), "a name"),
    "timeout": _Option(_is_duration, "a timedelta or a number of seconds above 0"),
    "retries": _Option(_is_count, "a number from 0 on"),
}
