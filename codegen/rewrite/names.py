"""The names of the runtime in a built module, and the names of flytekit that it replaces."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import count

RUNTIME = "eagerc_runtime"

_EXPERIMENTAL = ("eager", "EagerException")

REPLACED: Mapping[str, tuple[str, ...]] = {
    "flytekit": ("eager",),
    "flytekit.core.task": ("eager",),
    "flytekit.exceptions.eager": ("EagerException",),
    "flytekit.experimental": _EXPERIMENTAL,
    "flytekit.experimental.eager_function": _EXPERIMENTAL,
}

_BY_CANONICAL_NAME = {f"{module}.{name}": name for module, names in REPLACED.items() for name in names}


def replacement(canonical: str) -> str | None:
    """The name in the runtime that takes the place of flytekit's `canonical` name, None where nothing does."""
    return _BY_CANONICAL_NAME.get(canonical)


def runtime_alias(text: str) -> str:
    """The name that a built module gives to the runtime: neither it nor it with a number is used by the source."""
    taken = set(re.findall(r"\b_eagerc\w*", text))
    return next(name for name in _candidates() if not any(_clashes(name, used) for used in taken))


def imports_runtime(tree: ast.Module) -> bool:
    """Whether the module imports the runtime, as only a built module does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == RUNTIME:
            return True
        if isinstance(node, ast.Import) and any(alias.name == RUNTIME for alias in node.names):
            return True
    return False


def _candidates() -> Iterator[str]:
    yield "_eagerc"
    yield from (f"_eagerc{number}" for number in count(2))


def _clashes(name: str, used: str) -> bool:
    return used == name or re.fullmatch(rf"{name}_\d+", used) is not None
