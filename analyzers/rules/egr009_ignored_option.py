"""EGR009 ignored-option: flytekit drops an option of `@eager` without a word.

## What it does

Reports an option of `@eager(...)`, or of `partial(eager, ...)`, that flytekit accepts and does nothing with, and says
where it belongs.

## Why is this bad

`@eager` takes any keyword. It applies those of a container (`container_image`, `environment`, `requests`, `limits`,
`resources`, `secret_requests`, `accelerator`, `shared_memory`, `pod_template`, `pod_template_name`, `labels`,
`annotations`), and `metadata`, `docs`, `deck_fields`, `task_type`, `task_resolver`, `ignore_input_vars` and
`pickle_untyped`; everything else vanishes, misspelt options included. So `@eager(retries=3)` is never retried and
`@eager(cache=True)` never cached: the serialized task is the same as without them. What `@task` takes as options of
its own reaches an eager function through `metadata`.

A function that `eagerc build` wrote has `retries`, `timeout`, `interruptible`, `deprecated` and the options of a cache,
as a task has them. They are reported all the same: the source also runs without the build, and `metadata` means the
same with and without.

## Example

```python
from flytekit import eager, task


@task
async def price(item: str) -> int:
    return len(item)


@eager(retries=3)
async def bill(item: str) -> int:
    return await price(item=item)
```

## Use instead

```python
from flytekit import TaskMetadata, eager, task


@task
async def price(item: str) -> int:
    return len(item)


@eager(metadata=TaskMetadata(retries=3))
async def bill(item: str) -> int:
    return await price(item=item)
```

## Fix safety

There is no fix: the option would begin to act.
"""

import ast
from collections.abc import Iterator

from analyzers.model.diagnostics import Severity
from analyzers.rules.options import LEGACY, Option, options
from analyzers.rules.rule import Finding, Rule, Subject
from analyzers.spelling import nearest

_METADATA = frozenset(
    {
        "retries",
        "timeout",
        "cache",
        "cache_version",
        "cache_serialize",
        "cache_ignore_input_vars",
        "interruptible",
        "deprecated",
    }
)
_APPLIED = frozenset(
    {
        "_fn",
        "accelerator",
        "annotations",
        "container_image",
        "deck_fields",
        "docs",
        "environment",
        "ignore_input_vars",
        "labels",
        "limits",
        "metadata",
        "pickle_untyped",
        "pod_template",
        "pod_template_name",
        "requests",
        "resources",
        "secret_requests",
        "shared_memory",
        "task_resolver",
        "task_type",
        "task_type_version",
    }
)
_REFUSED = frozenset(
    {"disable_deck", "interface", "name", "node_dependency_hints", "security_ctx", "task_config", "task_function"}
)
"""What is no option either, but makes flytekit fail at once."""


def _check(subject: Subject) -> Iterator[Finding]:
    for option in options(subject.analysis):
        if option.name not in _APPLIED | _REFUSED | LEGACY and not _says_what_happens(option):
            place = option.module.source.place(option.module.file.path, option.keyword)
            message = f"flytekit drops `{option.name}` without a word: it is no option of `@eager`"
            yield Finding(message, _remedy(option), place)


def _says_what_happens(option: Option) -> bool:
    """`enable_deck` is dropped because eager functions always have their deck."""
    value = option.keyword.value
    return option.name == "enable_deck" and isinstance(value, ast.Constant) and value.value is True


def _remedy(option: Option) -> str:
    if option.name in _METADATA:
        if any(keyword.arg == "metadata" for keyword in option.call.keywords):
            return f"move `{option.name}` into `metadata=TaskMetadata(...)`"
        return f"write `metadata=TaskMetadata({_metadata_argument(option)})`, with `from flytekit import TaskMetadata`"
    if option.name == "enable_deck":
        return "remove it: an eager function always has its deck"
    meant = nearest(option.name, (*_APPLIED, *_METADATA))
    return f"remove it, or did you mean `{meant}`?" if meant else "remove it"


def _metadata_argument(option: Option) -> str:
    source = option.module.source
    value = source.segment(source.place(option.module.file.path, option.keyword.value))
    if option.name == "cache":
        return 'cache=True, cache_version="..."'
    return f"{option.name}={value}" if "\n" not in value else f"{option.name}=..."


RULE = Rule("EGR009", "ignored-option", Severity.ERROR, _check)
