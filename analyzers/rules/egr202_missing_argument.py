"""EGR202 missing-argument: an entity is called without an input that it needs.

## What it does

Reports a call of an entity that leaves out an input without default. Inputs that were bound earlier, with `partial`
or as inputs of a launch plan, count as given. A call with `*xs` or `**kw` of unknown content is not judged, and an
input whose name is misspelt is left to EGR201. A map task needs every input of its task.

## Why is this bad

flytekit does not look before it runs the entity: `TypeError: fit() missing 1 required positional argument: 'epochs'`,
or `KeyError: 'epochs'` for a map task, perhaps hours into the run.

## Example

```python
from flytekit import eager, task


@task
async def fit(rate: float, epochs: int) -> float:
    return rate * epochs


@eager
async def train(rate: float) -> float:
    return await fit(rate=rate)
```

## Use instead

```python
from flytekit import eager, task


@task
async def fit(rate: float, epochs: int) -> float:
    return rate * epochs


@eager
async def train(rate: float) -> float:
    return await fit(rate=rate, epochs=10)
```

## Fix safety

There is no fix: only the author knows the value.
"""

from collections.abc import Iterator

from analyzers.model.calls import Invocation
from analyzers.model.diagnostics import Severity
from analyzers.model.entities import EntityKind, Interface
from analyzers.rules.arguments import call_sites, unknown_keywords
from analyzers.rules.rule import Finding, Rule, Subject, short


def _check(subject: Subject) -> Iterator[Finding]:
    for site, candidates in call_sites(subject):
        misspelt = unknown_keywords(candidates).values()
        missing = [_missing(invocation, interface) for invocation, interface in candidates]
        common = [name for name in missing[0] if name not in misspelt and all(name in names for names in missing)]
        if common:
            names = ", ".join(f"`{name}`" for name in common)
            yield Finding(
                f"`{short(candidates[0][0].entity.name)}` needs {names}, which this call leaves out",
                f"pass {', '.join(f'`{name}=...`' for name in common)}, or give it a default",
                site,
            )


def _missing(invocation: Invocation, interface: Interface) -> tuple[str, ...]:
    supplied = invocation.supplied
    if supplied.open:
        return ()
    mapped = invocation.entity.kind is EntityKind.MAP_TASK
    return tuple(
        parameter.name
        for parameter in interface.parameters[supplied.positional :]
        if (parameter.required or mapped) and parameter.name not in supplied.keywords
    )


RULE = Rule("EGR202", "missing-argument", Severity.ERROR, _check, follows_calls=True)
