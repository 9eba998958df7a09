"""EGR103 value-before-await: an awaitable is used as if it were its result.

## What it does

Reports an expression that uses the awaitable of an entity as a plain value: in arithmetic, in a comparison, as a
condition, in an f-string, for an attribute or element of the result, or as an argument of another entity. A condition
on an awaitable that is awaited elsewhere is taken to ask whether there is one, and is not reported.

## Why is this bad

Most uses fail at run time: `TypeError: unsupported operand type(s) for +: 'coroutine' and 'int'`, or for an argument
`Failed argument 'x': Expected value of type <class 'int'>`. Some do not fail, which is worse: a coroutine is always
true, equals nothing, and an f-string prints `<coroutine object ...>`. The entity itself never runs.

## Example

```python
from flytekit import eager, task


@task
async def count(text: str) -> int:
    return len(text)


@eager
async def is_long(text: str) -> bool:
    return count(text=text) > 80
```

## Use instead

```python
from flytekit import eager, task


@task
async def count(text: str) -> int:
    return len(text)


@eager
async def is_long(text: str) -> bool:
    return await count(text=text) > 80
```

## Fix safety

The fix writes `await` before the call that makes the awaitable, so that every later use has the value. It is safe.
There is no fix where an `await` cannot stand, nor where the same awaitable is awaited on another path.
"""

import ast
from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.model.facts import Observation, ObservationKind
from analyzers.rules.awaiting import await_fix, is_awaited
from analyzers.rules.paths import path_to
from analyzers.rules.rule import Finding, Rule, Subject, short


def _check(subject: Subject) -> Iterator[Finding]:
    for function in subject.analysis.functions:
        for seen in function.observations:
            if seen.kind is ObservationKind.USED_AS_VALUE:
                awaited = is_awaited(function, seen.call)
                if not (awaited and _is_tested(subject, seen)):
                    yield Finding(
                        f"this uses the awaitable of `{short(seen.name)}` as if it were its result"
                        + ("" if awaited else ": it never runs"),
                        "await the call first",
                        seen.place,
                        await_fix(subject, function, seen.call),
                    )


def _is_tested(subject: Subject, seen: Observation) -> bool:
    """Whether all that is asked is whether there is an awaitable: `if pending: await pending`."""
    *_, parent, node = path_to(subject.modules[seen.place.path].tree, seen.node)
    if isinstance(node, ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return True
    match parent:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) | ast.Assert(test=test):
            return test is node
        case ast.comprehension(ifs=tests):
            return node in tests
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return True
        case _:
            return False


RULE = Rule("EGR103", "value-before-await", Severity.ERROR, _check, follows_calls=True)
