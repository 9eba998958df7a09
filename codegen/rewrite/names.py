"""The names of the runtime in a built module, and the names of flytekit that it replaces."""

import ast
import re
from collections.abc import Iterator
from itertools import count

from analyzers.knowledge import flytekit

RUNTIME = "eagerc_runtime"

_REPLACING = ("eager", "EagerException")


def replacement(name: str) -> str | None:
    """The name in the runtime that takes the place of flytekit's dotted `name`, None where nothing does."""
    canonical = flytekit.canonical(name)
    return canonical.rpartition(".")[2] if canonical in flytekit.REPLACED else None


def replaced_in(module: str) -> tuple[str, ...]:
    """The names that a star import of flytekit's `module` brings and that the runtime replaces."""
    return tuple(name for name in _REPLACING if replacement(f"{module}.{name}"))


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
