"""EGR702 legacy-option: an option that connected old eager functions to Flyte.

## What it does

Reports `remote`, `client_secret_group`, `client_secret_key`, `client_secret_env_var` and `local_entrypoint` of
`@eager(...)`, or of `partial(eager, ...)`.

## Why is this bad

Before flytekit 1.15 an eager function reached Flyte through the `FlyteRemote` that it was given. Today it takes the
connection from the container that it runs in, and drops these options without a word. A project, domain or
credentials configured there have no effect, and the `FlyteRemote` is built for nothing each time the module is
imported.

## Example

```python
from flytekit import eager, task


@task
async def double(x: int) -> int:
    return 2 * x


@eager(client_secret_group="flyte", client_secret_key="eager")
async def quadruple(x: int) -> int:
    return await double(x=await double(x=x))
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

The fix removes the option. It is unsafe, because what the option's value did while it was computed is no longer done.
"""

from collections.abc import Iterator

from analyzers.model.diagnostics import Fix, Severity
from analyzers.rules.options import LEGACY, options, removed
from analyzers.rules.rule import Finding, Rule, Subject


def _check(subject: Subject) -> Iterator[Finding]:
    for option in options(subject.analysis):
        if option.name in LEGACY:
            edit = removed(option)
            yield Finding(
                f"`{option.name}` configured eager functions of old; flytekit drops it without a word",
                "remove it: the connection is that of the container, or of `pyflyte run --remote`",
                option.module.source.place(option.module.file.path, option.keyword),
                Fix(f"remove `{option.name}`", (edit,), safe=False) if edit else None,
            )


RULE = Rule("EGR702", "legacy-option", Severity.ERROR, _check)
