"""EGR007 decorator-above-eager: a decorator above hides the entity from Flyte.

## What it does

Reports a decorator above `@eager` (or `@task`, `@workflow`, `@dynamic`) that puts something else in the entity's
place.

## Why is this bad

The module's name is then bound to what the decorator returned, usually a plain function. Everything looks well at
first: the function runs locally, other eager functions can call it, and `pyflyte register` registers it. But the
container loads it by name and finds the plain function: `AttributeError: 'function' object has no attribute
'dispatch_execute'`. `pyflyte run` fails in the same way.

## Example

```python
from functools import wraps

from flytekit import eager


def announced(function):
    @wraps(function)
    def run(*args, **kwargs):
        print("starting")
        return function(*args, **kwargs)

    return run


@announced
@eager
async def answer(x: int) -> int:
    return x
```

## Use instead

```python
from functools import wraps

from flytekit import eager


def announced(function):
    @wraps(function)
    async def run(*args, **kwargs):
        print("starting")
        return await function(*args, **kwargs)

    return run


@eager
@announced
async def answer(x: int) -> int:
    return x
```

## Fix safety

There is no fix: the decorator sees a plain function below and an entity above, so that moving it may change what it
does.
"""

from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.rules.definitions import definitions
from analyzers.rules.rule import Finding, Rule, Subject, short


def _check(subject: Subject) -> Iterator[Finding]:
    for module, definition in definitions(subject.analysis):
        if definition.hidden_by is None:
            continue
        place = module.source.place(module.file.path, definition.hidden_by)
        name = short(definition.entity.name)
        above = f"@{' '.join(module.source.segment(place).split())}"
        below = f"@{short(definition.maker)}"
        yield Finding(
            f"`{above}` hides `{name}` from Flyte: a container finds what `{above}` made instead, and fails",
            f"put `{above}` below `{below}`; what it makes needs `functools.wraps`",
            place,
        )


RULE = Rule("EGR007", "decorator-above-eager", Severity.ERROR, _check)
