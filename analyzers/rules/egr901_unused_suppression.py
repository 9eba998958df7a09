"""EGR901 unused-suppression: a suppression suppresses nothing.

## What it does

Reports a code in `# eagerc: ignore[...]` or `# eagerc: ignore-file[...]` under which nothing is found there. A rule
that is switched off is not counted, nor, outside eager functions, is a rule whose findings depend on what calls the
code.

## Why is this bad

It says that something is wrong which is not, and will silence the finding when it does come.

## Example

```python
from flytekit import eager, task


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    return await double(x=await double(x=x))  # eagerc: ignore[EGR101]
```

## Use instead

```python
from flytekit import eager, task


@task
async def double(x: int) -> int:
    return 2 * x


@eager
async def quadruple(x: int) -> int:
    return await double(x=await double(x=x))
```

## Fix safety

The fix removes the code, or the comment if no code is left. It is safe.
"""

from collections.abc import Iterator

from analyzers.model.diagnostics import Edit, Fix, Severity
from analyzers.rules.rule import Finding, Review, Rule
from analyzers.source import Source
from analyzers.suppressions import Suppression


def _check(review: Review) -> Iterator[Finding]:
    for suppression in review.suppressions:
        unused = review.unused[suppression]
        if unused:
            names = ", ".join(f"`{code}`" for code in unused)
            source = review.sources[suppression.place.path]
            yield Finding(
                f"nothing is suppressed under {names} here",
                "remove it",
                suppression.place,
                Fix("remove what suppresses nothing", (_removal(source, suppression, unused),)),
            )


def _removal(source: Source, suppression: Suppression, unused: tuple[str, ...]) -> Edit:
    kept = [code for code in suppression.codes if code not in unused]
    place = suppression.place
    if kept:
        what = "ignore-file" if suppression.whole_file else "ignore"
        return Edit(place, f"# eagerc: {what}[{', '.join(kept)}]")
    line = source.lines[place.line - 1]
    before, after = line[: place.column - 1].rstrip(), line[place.end_column - 1 :].lstrip()
    if before or place.line == len(source.lines):
        return Edit(place.replaced(column=len(before) + 1), "")
    if after:
        return Edit(place.replaced(end_column=len(line) - len(after) + 1), "")
    return Edit(place.replaced(column=1, end_line=place.line + 1, end_column=1), "")


RULE = Rule("EGR901", "unused-suppression", Severity.WARNING, _check)
