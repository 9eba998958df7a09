"""EGR201 unknown-argument: an entity is called with an argument that it does not have.

## What it does

Reports a keyword that names no input of the called entity, and more positional arguments than it has inputs.
Arguments that were bound earlier, with `partial`, count as well. Where one call may reach several entities, it is
reported if none of them has the input.

## Why is this bad

The call fails at run time, perhaps hours into the run: `AssertionError: Received unexpected keyword argument
'epochs'`, or `Received more arguments than expected`.

## Example

```python
from flytekit import eager, task


@task
async def fit(rate: float, epochs: int) -> float:
    return rate * epochs


@eager
async def train(rate: float) -> float:
    return await fit(rate=rate, epoch=10)
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

There is no fix: the input may be misspelt, or missing in the entity.
"""

from collections.abc import Iterator

from analyzers.model.calls import Invocation
from analyzers.model.diagnostics import Severity
from analyzers.model.entities import Interface
from analyzers.model.places import Place
from analyzers.rules.arguments import argument_place, call_sites, unknown_keywords
from analyzers.rules.rule import Finding, Rule, Subject, short


def _check(subject: Subject) -> Iterator[Finding]:
    for site, candidates in call_sites(subject):
        for name, meant in unknown_keywords(candidates).items():
            yield _unknown_keyword(subject, site, name, meant, *candidates[0])
        if all(invocation.supplied.positional > len(interface.parameters) for invocation, interface in candidates):
            yield _too_many(subject, site, *candidates[0])


def _unknown_keyword(
    subject: Subject, site: Place, name: str, meant: str | None, invocation: Invocation, interface: Interface
) -> Finding:
    known = ", ".join(f"`{parameter.name}`" for parameter in interface.parameters)
    inputs = f"its inputs are {known}" if known else "it has no inputs"
    return Finding(
        f"`{short(invocation.entity.name)}` has no input `{name}`",
        f"did you mean `{meant}`?" if meant else inputs,
        argument_place(subject, site, invocation.call, name),
    )


def _too_many(subject: Subject, site: Place, invocation: Invocation, interface: Interface) -> Finding:
    count, given = len(interface.parameters), invocation.supplied.positional
    name, inputs = short(invocation.entity.name), "1 input" if count == 1 else f"{count} inputs"
    return Finding(
        f"`{name}` has {inputs} but is given {given} positional arguments",
        "leave out what it does not take",
        argument_place(subject, site, invocation.call, count),
    )


RULE = Rule("EGR201", "unknown-argument", Severity.ERROR, _check, follows_calls=True)
