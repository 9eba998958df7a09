"""EGR003 nested-entity: a task defined inside a function.

## What it does

Reports a task, dynamic workflow or eager function that is defined inside a function.

## Why is this bad

A container loads a task by its module and name, and a function inside another one has no such name. flytekit raises
`ValueError: TaskFunction cannot be a nested/inner or local function` when the enclosing function is called; for an
eager function that is in the middle of its run. A nested `@workflow` is accepted, because nothing but Flyte itself
runs it, and so is anything in a module named `test_*` or `*_test`, a function under `functools.wraps`, and a task
with a `task_resolver` of its own.

## Example

```python
from flytekit import eager, task


@eager
async def price(net: int) -> int:
    @task
    async def add_tax(net: int) -> int:
        return net * 119 // 100

    return await add_tax(net=net)
```

## Use instead

```python
from flytekit import eager, task


@task
async def add_tax(net: int) -> int:
    return net * 119 // 100


@eager
async def price(net: int) -> int:
    return await add_tax(net=net)
```

## Fix safety

There is no fix: the function may use names of the one around it.
"""

import ast
from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.model.entities import EntityKind
from analyzers.model.facts import Definition
from analyzers.rules.definitions import decorated, definitions
from analyzers.rules.rule import Finding, Rule, Subject, short

_LOADED_BY_NAME = frozenset({EntityKind.TASK, EntityKind.ASYNC_TASK, EntityKind.DYNAMIC, EntityKind.EAGER})


def _check(subject: Subject) -> Iterator[Finding]:
    for module, definition in definitions(subject.analysis):
        if _nested(definition) and not _test_module(module.file.module):
            name = short(definition.entity.name)
            yield Finding(
                f"`{name}` is inside `{short(definition.enclosing)}`, which flytekit refuses: no pod could load it",
                f"move `{name}` to module level and hand it what it needs as inputs",
                definition.entity.place,
            )


def _nested(definition: Definition) -> bool:
    return (
        bool(definition.enclosing)
        and definition.entity.kind in _LOADED_BY_NAME
        and decorated(definition) is not None
        and not _resolved_elsewhere(definition.decorator)
    )


def _resolved_elsewhere(decorator: ast.expr | None) -> bool:
    """Whether the decorator is given a resolver of its own, or options that cannot be read."""
    if not isinstance(decorator, ast.Call):
        return False
    return any(keyword.arg in (None, "task_resolver") for keyword in decorator.keywords)


def _test_module(name: str) -> bool:
    last = short(name)
    return last.startswith("test_") or last.endswith("_test")


RULE = Rule("EGR003", "nested-entity", Severity.ERROR, _check)
