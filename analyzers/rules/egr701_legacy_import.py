"""EGR701 legacy-import: `eager` or `EagerException` from `flytekit.experimental`, where they no longer are.

## What it does

Reports the import of `eager` or `EagerException` from `flytekit.experimental`, and `flytekit.experimental.eager` as
an attribute. An import whose ImportError is handled is left alone: that is how a file supports old and new flytekit
at once.

## Why is this bad

flytekit 1.16 has them elsewhere, so that the module cannot be imported: `ImportError: cannot import name 'eager' from
'flytekit.experimental'`. `eagerc build` cures it in the tree that it writes, where both come from the runtime. After
the change of the import a sync entity that is awaited is a TypeError on flytekit alone (EGR102), which `eagerc build`
cures as well.

## Example

```python
from flytekit import task
from flytekit.experimental import EagerException, eager


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def safe_double(x: int) -> int:
    try:
        return await double(x=x)
    except EagerException:
        return 0
```

## Use instead

```python
from flytekit import eager, task
from flytekit.exceptions.eager import EagerException


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def safe_double(x: int) -> int:
    try:
        return await double(x=x)
    except EagerException:
        return 0
```

## Fix safety

The fix imports both from where they are, on the same line; names given with `as` and comments stay. It is safe: the
import fails without it. There is no fix for a star import, for an attribute, and where other names are imported along
with them.
"""

import ast
from collections.abc import Iterable, Iterator

from analyzers.analysis import ModuleFacts
from analyzers.model.calls import Consumption
from analyzers.model.diagnostics import Severity
from analyzers.model.facts import Dialect, EntityFunction
from analyzers.model.record import Record
from analyzers.rules.moved_imports import moved
from analyzers.rules.paths import path_to
from analyzers.rules.rule import Finding, Rule, Subject

_MODULES = ("flytekit.experimental", "flytekit.experimental.eager_function")
_HOMES = {"eager": "flytekit", "EagerException": "flytekit.exceptions.eager"}
_HANDLERS = frozenset({"ImportError", "Exception", "BaseException"})
_AWAITED = frozenset({Consumption.AWAITED, Consumption.GATHERED, Consumption.SCHEDULED})


class _Use(Record):
    """The names that a place needs of those that moved, and what there is to say whichever they are."""

    names: tuple[str, ...]
    finding: Finding


def _check(subject: Subject) -> Iterator[Finding]:
    for module in subject.analysis.modules:
        cure = _cure(module, subject.analysis.functions)
        for names, finding in (*_imports(module), *_attributes(module)):
            yield finding.replaced(remedy=finding.remedy + cure) if "eager" in names else finding


def _imports(module: ModuleFacts) -> Iterator[_Use]:
    for statement in module.imports:
        if isinstance(statement, ast.ImportFrom) and _legacy(statement) and not _handled(module.tree, statement):
            names = _names(statement)
            wrong = f"flytekit 1.16 has no {_listed(names)} in `{statement.module}`: this import fails"
            remedy = f"import from {_listed(_HOMES[name] for name in names)}"
            place = module.source.place(module.file.path, statement)
            yield _Use(names, Finding(wrong, remedy, place, moved(module, statement, _HOMES)))


def _attributes(module: ModuleFacts) -> Iterator[_Use]:
    for reference in module.references:
        home, _, name = reference.name.rpartition(".")
        if home in _MODULES and name in _HOMES:
            wrong = f"flytekit 1.16 has no `{reference.name}`: this is an AttributeError"
            yield _Use((name,), Finding(wrong, f"use `{_HOMES[name]}.{name}`", reference.place))


def _legacy(statement: ast.ImportFrom) -> bool:
    return statement.module in _MODULES and any(alias.name in {*_HOMES, "*"} for alias in statement.names)


def _handled(tree: ast.Module, statement: ast.ImportFrom) -> bool:
    """Whether the import stands in a `try` that handles its failure, or in the handler of another import's."""
    tries = (node for node in path_to(tree, statement) if isinstance(node, ast.Try))
    return any(_handles(handler.type) for node in tries for handler in node.handlers)


def _handles(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Tuple(elts=elements):
            return any(_handles(element) for element in elements)
        case _:
            return isinstance(caught, ast.Name) and caught.id in _HANDLERS


def _names(statement: ast.ImportFrom) -> tuple[str, ...]:
    """What a legacy import takes of that which moved; a star takes all."""
    return tuple(alias.name for alias in statement.names if alias.name in _HOMES) or tuple(_HOMES)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(dict.fromkeys(f"`{name}`" for name in names))


def _cure(module: ModuleFacts, functions: tuple[EntityFunction, ...]) -> str:
    """What to say further where the module awaits what is not async."""
    awaits_value = any(
        invocation.consumed in _AWAITED and not invocation.entity.awaitable
        for function in functions
        if function.module == module.file.module and function.dialect is Dialect.CLASSIC
        for invocation in function.invocations
    )
    return "; it awaits sync entities too, a TypeError that `eagerc build` cures" if awaits_value else ""


RULE = Rule("EGR701", "legacy-import", Severity.ERROR, _check)
