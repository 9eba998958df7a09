"""EGR902 unknown-code: a suppression names no rule.

## What it does

Reports a code in `# eagerc: ignore[...]` or `# eagerc: ignore-file[...]` that is no rule's, and a suppression without
codes.

## Why is this bad

It suppresses nothing, though it looks as if it did.

## Example

```python
from flytekit import eager, task


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    double(x=x)  # eagerc: ignore[EGR1010]
    return 4 * x
```

## Use instead

```python
from flytekit import eager, task


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    double(x=x)  # eagerc: ignore[EGR101]
    return 4 * x
```

## Fix safety

There is no fix: only the author knows which rule is meant.
"""

from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.rules.rule import Finding, Review, Rule
from analyzers.spelling import nearest


def _check(review: Review) -> Iterator[Finding]:
    for suppression in review.suppressions:
        unknown = [code for code in suppression.codes if code not in review.codes]
        if not suppression.codes:
            yield Finding(
                "this suppression names no rule, so it suppresses nothing",
                "name the codes in brackets, for example `# eagerc: ignore[EGR101]`",
                suppression.place,
            )
        elif unknown:
            names = ", ".join(f"`{code}`" for code in unknown)
            meant = nearest(unknown[0], review.codes)
            yield Finding(
                f"there is no rule {names}",
                f"did you mean `{meant}`?" if meant else "name rules by their codes, for example `EGR101`",
                suppression.place,
            )


RULE = Rule("EGR902", "unknown-code", Severity.WARNING, _check)
