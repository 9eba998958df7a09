"""EGR105 gather-of-list: `gather(xs)` where `gather(*xs)` is meant.

## What it does

Reports a `gather` whose one argument is a collection of awaitables.

## Why is this bad

`asyncio.gather` takes its awaitables one by one. Given a list it fails with `TypeError: unhashable type: 'list'`,
given a tuple or a view with `TypeError: An asyncio.Future, a coroutine or an awaitable is required`, given a
generator with `RuntimeError: Task got bad yield`. None of the entities runs.

## Example

```python
import asyncio

from flytekit import eager, task


@task
async def weigh(parcel: int) -> int:
    return parcel * 3


@eager
async def total_weight(parcels: int) -> int:
    weights = [weigh(parcel=parcel) for parcel in range(parcels)]
    return sum(await asyncio.gather(weights))
```

## Use instead

```python
import asyncio

from flytekit import eager, task


@task
async def weigh(parcel: int) -> int:
    return parcel * 3


@eager
async def total_weight(parcels: int) -> int:
    weights = [weigh(parcel=parcel) for parcel in range(parcels)]
    return sum(await asyncio.gather(*weights))
```

## Fix safety

The fix writes `*` before the argument. It is safe: the call fails in any case without it.
"""

import ast
import re
from collections.abc import Iterator

from analyzers.model.diagnostics import Edit, Fix, Severity
from analyzers.model.facts import Observation, ObservationKind
from analyzers.rules.rule import Finding, Rule, Subject
from analyzers.source import Source


def _check(subject: Subject) -> Iterator[Finding]:
    for function in subject.analysis.functions:
        for seen in function.observations:
            if seen.kind is ObservationKind.GATHERED_LIST:
                yield Finding(
                    "`gather` is given one collection instead of the awaitables in it: it fails and nothing runs",
                    "unpack it with `*`",
                    seen.place,
                    _fix(subject.modules[seen.place.path].source, seen),
                )


def _fix(source: Source, seen: Observation) -> Fix | None:
    """The star before the argument; None where it is not the only one, or more than one parenthesis precedes it."""
    if not isinstance(seen.node, ast.Call) or len(seen.node.args) != 1:
        return None
    function = source.place(seen.place.path, seen.node.func)
    argument = source.place(seen.place.path, seen.node.args[0])
    start = argument.replaced(end_line=argument.line, end_column=argument.column)
    end = argument.replaced(line=argument.end_line, column=argument.end_column)
    between = function.replaced(
        line=function.end_line, column=function.end_column, end_line=argument.line, end_column=argument.column
    )
    match re.sub("#.*", "", source.segment(between)).strip(), seen.node.args[0]:
        case "(", ast.NamedExpr():
            edits: tuple[Edit, ...] = (Edit(start, "*("), Edit(end, ")"))
        case "(", _:
            edits = (Edit(start, "*"),)
        case "", ast.GeneratorExp():  # it shares its parentheses with the call
            edits = (Edit(start, "(*"), Edit(end, ")"))
        case _:
            return None
    return Fix("unpack it", edits)


RULE = Rule("EGR105", "gather-of-list", Severity.ERROR, _check, follows_calls=True)
