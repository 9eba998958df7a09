"""The package `eagerc_runtime` of a build tree: eager functions that can await every kind of Flyte entity.

A built module takes its `eager` from here, and its call sites go through `invoke`, `invoke_blocking` and
`invoke_overridable`. Variables of the environment make a run visible: `EAGERC_PROGRESS=1` writes a line to standard
error for each invocation that takes long, `EAGERC_TRACE=FILE` appends a line of JSON to FILE for the start and the end
of each invocation, and `EAGERC_LOG=LEVEL` writes what the controller on a cluster logs, in lines of JSON.
`EAGERC_JOBS=N` lets a local run use up to N processes for the bodies of tasks.

`invocation` is what a call site does, `task` what `eager` makes; `frame` says which engine runs entities: `embedded`
is that of a local run, `distributed` that of a cluster. `programs` are what `eagerc run` and `eagerc register` start.
"""

from flytekit.exceptions.eager import EagerException

from .invocation import invoke, invoke_blocking, invoke_overridable
from .task import eager

__all__ = ["EagerException", "eager", "invoke", "invoke_blocking", "invoke_overridable"]
