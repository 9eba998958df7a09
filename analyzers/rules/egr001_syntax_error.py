"""EGR001 syntax-error: the file is not Python.

## What it does

Reports a file that cannot be parsed, and the version of Python whose grammar was used: eagerc reads files with the
parser of the Python that it runs on. A file whose bytes do not fit its declared encoding is reported as well.

## Why is this bad

Python cannot import the file, so `pyflyte register` and `pyflyte run` fail, and eagerc knows nothing about its
entities.

## Example

```python
from flytekit import eager


@eager
async def total(x: int) -> int:
    return (x + 1
```

## Use instead

```python
from flytekit import eager


@eager
async def total(x: int) -> int:
    return (x + 1)
```

## Fix safety

There is no fix.
"""

import sys
from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.rules.rule import Finding, Rule, Subject


def _check(subject: Subject) -> Iterator[Finding]:
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    for error in subject.analysis.errors:
        if error.syntax:
            yield Finding(
                f"{version} cannot parse this file: {error.message}",
                f"mend it; if it needs a later Python, run eagerc on that one (this is {version})",
                error.place,
            )


RULE = Rule("EGR001", "syntax-error", Severity.ERROR, _check)
