"""One name for what several modules of a library offer."""

from analyzers.knowledge import flytekit

_INNER_MODULES = {
    "asyncio": frozenset(
        {"base_events", "coroutines", "events", "futures", "locks", "queues", "runners", "taskgroups", "tasks"}
        | {"threads", "timeouts"}
    ),
    "concurrent.futures": frozenset({"_base", "process", "thread"}),
}
"""Packages that offer everything of these modules themselves."""


def canonical(name: str) -> str:
    """The name under which eagerc knows what a library also offers as `name`."""
    for package, modules in _INNER_MODULES.items():
        if name.startswith(f"{package}."):
            module, _, inside = name[len(package) + 1 :].partition(".")
            return f"{package}.{inside}" if inside and module in modules else name
    return flytekit.canonical(name)
