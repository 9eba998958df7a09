"""EGR004 missing-annotation: an input or result of an eager function has no type.

## What it does

Reports a parameter of an eager function without annotation, and an eager function that returns a value but declares
no result.

## Why is this bad

Flyte's interfaces are typed, and flytekit reads them from the annotations. A parameter without one is a
`FlyteMissingTypeException` when the module is imported. Without a declared result flytekit takes the function for one
without outputs: it drops the value without a word, and whoever calls the function gets `None`.

## Example

```python
from flytekit import eager, task


@task
async def half(x: int) -> int:
    return x // 2


@eager
async def quarter(x):
    return await half(x=await half(x=x))
```

## Use instead

```python
from flytekit import eager, task


@task
async def half(x: int) -> int:
    return x // 2


@eager
async def quarter(x: int) -> int:
    return await half(x=await half(x=x))
```

## Fix safety

There is no fix: only the author knows the type.
"""

import ast
from collections.abc import Iterator

from analyzers.analysis import Analysis
from analyzers.model.diagnostics import Severity
from analyzers.rules.definitions import Defined, FunctionDef, decorated, definitions, is_eager
from analyzers.rules.options import option_calls
from analyzers.rules.rule import Finding, Rule, Subject


def _check(subject: Subject) -> Iterator[Finding]:
    for defined in definitions(subject.analysis):
        node = decorated(defined.definition)
        if node is not None and is_eager(defined.definition) and not _pickles(defined):
            yield from _parameters(defined, node)
            if node.returns is None and _returns_value(subject.analysis, defined):
                yield Finding(
                    f"`{node.name}` returns a value but declares no result: flytekit drops it, and callers get None",
                    "annotate the result, for example `-> int`",
                    defined.definition.entity.place,
                )


def _parameters(defined: Defined, node: FunctionDef) -> Iterator[Finding]:
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if argument.annotation is None:
            yield Finding(
                f"`{argument.arg}` has no annotation: flytekit cannot import this module",
                f"annotate it, for example `{argument.arg}: int`",
                defined.module.source.place(defined.module.file.path, argument),
            )


def _returns_value(analysis: Analysis, defined: Defined) -> bool:
    body = analysis.body(defined.definition.entity.name)
    if body is None:
        return False
    returned = (statement.value for statement in body.frames[0].reached if isinstance(statement, ast.Return))
    return any(
        value is not None and not (isinstance(value, ast.Constant) and value.value is None) for value in returned
    )


def _pickles(defined: Defined) -> bool:
    """Whether flytekit pickles what has no annotation, or options are given that cannot be read."""
    calls = option_calls(defined.module, defined.definition)
    return any(keyword.arg in (None, "pickle_untyped") for call in calls for keyword in call.keywords)


RULE = Rule("EGR004", "missing-annotation", Severity.ERROR, _check)
