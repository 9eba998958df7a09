"""EGR102 await-on-value: a sync entity is awaited.

## What it does

Reports an `await`, or a `gather`, `create_task` and the like, of a sync task, workflow, dynamic workflow, map task or
launch plan in the modern dialect (`from flytekit import eager`). It is an error; a project with a
`[tool.eagerc.build]` table runs what `eagerc build` writes, and gets a warning.

## Why is this bad

On flytekit alone such a call blocks until the entity has run and gives its value, and a value cannot be awaited:
`TypeError: object int can't be used in 'await' expression`, on a cluster only after the child has run. Under `gather`
the children run one after another before that. `eagerc build` cures it: in the tree that it writes any entity can be
awaited, and a `gather` of sync entities runs them side by side.

## Example

```python
from flytekit import eager, task


@task
def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    return await double(x=await double(x=x))
```

## Use instead

```python
from flytekit import eager, task


@task
def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    return double(x=double(x=x))
```

Or leave it, and run what `eagerc build` writes.

## Fix safety

There is no fix: which of the two ways is meant is the author's choice.
"""

from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.model.facts import Dialect, ObservationKind
from analyzers.rules.rule import Finding, Rule, Subject, short


def _check(subject: Subject) -> Iterator[Finding]:
    severity = Severity.WARNING if subject.settings.builds else Severity.ERROR
    for function in subject.analysis.functions:
        if function.dialect is Dialect.MODERN:
            for seen in function.observations:
                if seen.kind is ObservationKind.AWAITED_VALUE:
                    yield Finding(
                        f"`{short(seen.name)}` is not async: on flytekit alone this is a TypeError, after it has run",
                        "run what `eagerc build` writes, where any entity can be awaited, or leave the `await` out",
                        seen.place,
                        severity=severity,
                    )


RULE = Rule("EGR102", "await-on-value", Severity.ERROR, _check, follows_calls=True)
