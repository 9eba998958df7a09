"""EGR002 sync-eager-function: `@eager` on a plain `def`.

## What it does

Reports an eager function that is not an `async def`, unless it returns an awaitable.

## Why is this bad

flytekit accepts the definition. When the function is called, its body runs to the end, children included, and only
then flytekit awaits what it returned: `TypeError: object int can't be used in 'await' expression`. No child can be
awaited inside it either.

## Example

```python
from flytekit import eager, task


@task
def double(x: int) -> int:
    return 2 * x


@eager
def quadruple(x: int) -> int:
    return double(x=double(x=x)) + 0
```

## Use instead

```python
from flytekit import eager, task


@task
def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    return double(x=double(x=x)) + 0
```

## Fix safety

The fix writes `async` before `def`. It is safe: flytekit calls the function in one way only, and that way fails
today.
"""

import ast
from collections.abc import Iterator

from analyzers.analysis import Analysis
from analyzers.model.calls import Consumption
from analyzers.model.diagnostics import Edit, Fix, Severity
from analyzers.rules.definitions import decorated, definitions, is_eager
from analyzers.rules.rule import Finding, Rule, Subject


def _check(subject: Subject) -> Iterator[Finding]:
    for module, definition in definitions(subject.analysis):
        node = decorated(definition)
        entity = definition.entity
        if (
            not is_eager(definition)
            or not isinstance(node, ast.FunctionDef)
            or _awaitable(subject.analysis, entity.name)
        ):
            continue
        start = entity.place.replaced(end_line=entity.place.line, end_column=entity.place.column)
        yield Finding(
            f"`@eager` needs an `async def`: the body of `{node.name}` runs, then flytekit fails with a TypeError",
            f"write `async def {node.name}`",
            module.source.place(module.file.path, node).replaced(
                end_line=entity.place.end_line, end_column=entity.place.end_column
            ),
            Fix("make it an `async def`", (Edit(start, "async "),)),
        )


def _awaitable(analysis: Analysis, name: str) -> bool:
    """Whether the function returns the awaitable of a child, which flytekit then awaits."""
    body = analysis.body(name)
    return body is not None and any(
        invocation.entity.awaitable and invocation.consumed is Consumption.RETURNED for invocation in body.invocations
    )


RULE = Rule("EGR002", "sync-eager-function", Severity.ERROR, _check)
