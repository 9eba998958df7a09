"""EGR101 dropped-invocation: the awaitable of a call is never awaited, so nothing runs.

## What it does

Reports a call in an eager function that gives an awaitable which nothing awaits: the call of an async task, of
another eager function, of an `async def` helper that invokes some, and in the classic dialect of any entity. It does
not matter how the awaitable is lost: left alone, kept in a name, or appended to a list that is never gathered.

## Why is this bad

Nothing is launched, locally and on a cluster, and the eager function succeeds as if all were well. The only trace is
`RuntimeWarning: coroutine 'AsyncPythonFunctionTask.__call__' was never awaited`.

## Example

```python
from flytekit import eager, task


@task
async def send_invoice(customer: str) -> str:
    return f"sent to {customer}"


@eager
async def close_order(customer: str) -> str:
    send_invoice(customer=customer)
    return "closed"
```

## Use instead

```python
from flytekit import eager, task


@task
async def send_invoice(customer: str) -> str:
    return f"sent to {customer}"


@eager
async def close_order(customer: str) -> str:
    await send_invoice(customer=customer)
    return "closed"
```

## Fix safety

The fix writes `await` before the call. It is safe: what the author asked for begins to happen. There is no fix where
an `await` cannot stand, such as in a plain `def`, a lambda or a generator expression, nor where the same call is
awaited on another path.
"""

from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.model.facts import ObservationKind
from analyzers.rules.awaiting import await_fix
from analyzers.rules.rule import Finding, Rule, Subject, short


def _check(subject: Subject) -> Iterator[Finding]:
    for function in subject.analysis.functions:
        used = {seen.call for seen in function.observations if seen.kind is ObservationKind.USED_AS_VALUE}
        for seen in function.observations:
            if seen.kind is ObservationKind.DROPPED and seen.call not in used:
                fix = await_fix(subject, function, seen.call)
                yield Finding(
                    f"`{short(seen.name)}` is called but never awaited: nothing runs",
                    "write `await` before the call" if fix else "await it, or hand it to what awaits it",
                    seen.place,
                    fix,
                )


RULE = Rule("EGR101", "dropped-invocation", Severity.ERROR, _check, follows_calls=True)
