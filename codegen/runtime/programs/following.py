"""Follows an execution to its end, with the invocations below it."""

import sys
import time
from typing import Any, NamedTuple

from flytekit.models.admin.common import Sort
from flytekit.models.core.execution import WorkflowExecutionPhase
from flytekit.models.core.identifier import WorkflowExecutionIdentifier
from flytekit.models.execution import Execution
from flytekit.models.filters import Contains
from flytekit.remote import FlyteRemote
from rich.console import Console
from rich.live import Live
from rich.text import Text
from rich.tree import Tree

from ..distributed.naming import prefix
from .answers import is_passing

# How many of the invocations of one eager function are shown, the last ones.
SHOWN = 20
# How long a control plane that cannot be reached is waited for.
PATIENCE_SECONDS = 300.0
SHORTEST, LONGEST, SHARE = 0.3, 5.0, 0.05

_PAGE = 500
_ENDED = frozenset(
    {
        WorkflowExecutionPhase.SUCCEEDED,
        WorkflowExecutionPhase.FAILED,
        WorkflowExecutionPhase.ABORTED,
        WorkflowExecutionPhase.TIMED_OUT,
    }
)
_MARKS = {**dict.fromkeys(_ENDED, ("✗", "red")), WorkflowExecutionPhase.SUCCEEDED: ("✓", "green")}


class Invocation(NamedTuple):
    """One execution, and those that it invoked if it is one of an eager function."""

    name: str
    entity: str
    phase: int
    seconds: float
    children: tuple["Invocation", ...] = ()

    @property
    def ended(self) -> bool:
        return self.phase in _ENDED

    @property
    def state(self) -> str:
        word = WorkflowExecutionPhase.enum_to_string(self.phase).lower()
        return f"{word} after {self.seconds:.1f} s" if self.ended else word


class Following:
    """The invocations of a run, asked for again and again."""

    def __init__(self, remote: FlyteRemote, run: WorkflowExecutionIdentifier, functions: frozenset[str]) -> None:
        self._remote = remote
        self._run = run
        self._functions = functions
        self._settled: dict[str, Invocation] = {}

    def end(self) -> Execution:
        """The run once it has ended; what goes on in the meantime is shown on standard error."""
        view: Any = _Picture() if sys.stderr.isatty() else _Lines()
        began = reached = time.monotonic()
        with view:
            while True:
                try:
                    execution = self._remote.client.get_execution(self._run)
                    view.show(self._invocation(execution))
                    if execution.closure.phase in _ENDED:
                        return execution
                    reached = time.monotonic()
                except Exception as error:
                    if not is_passing(error) or time.monotonic() - reached > PATIENCE_SECONDS:
                        raise
                time.sleep(min(LONGEST, SHORTEST + SHARE * (time.monotonic() - began)))

    def _invocation(self, execution: Execution) -> Invocation:
        name, entity = execution.id.name, execution.spec.launch_plan.name
        if name in self._settled:
            return self._settled[name]
        children = self._children(name) if entity in self._functions else ()
        closure = execution.closure
        found = Invocation(name, entity, closure.phase, closure.duration.total_seconds(), children)
        if found.ended and all(child.ended for child in children):
            self._settled[name] = found
        return found

    def _children(self, parent: str) -> tuple[Invocation, ...]:
        place = self._run.project, self._run.domain
        filters = [Contains("execution_name", [f"{prefix(*place, parent)}-"])]
        order = Sort("created_at", Sort.Direction.ASCENDING)
        found: list[Execution] = []
        token = ""
        while True:
            page, token = self._remote.client.list_executions_paginated(
                *place, limit=_PAGE, token=token, filters=filters, sort_by=order
            )
            found += page
            if not token:
                return tuple(map(self._invocation, found))


class _Lines:
    """A line for each invocation that is new, and one when it has ended."""

    def __init__(self) -> None:
        self._shown: dict[str, bool] = {}

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, invocation: Invocation, above: str = "") -> None:
        path = f"{above}{invocation.entity}"
        if self._shown.get(invocation.name) is None:
            print(f"eagerc: {path} started as {invocation.name}", file=sys.stderr)  # noqa: T201 - the view of a run
        for child in invocation.children:
            self.show(child, f"{path} > ")
        if invocation.ended and not self._shown.get(invocation.name):
            print(f"eagerc: {path} {invocation.state} ({invocation.name})", file=sys.stderr)  # noqa: T201 - as above
        self._shown[invocation.name] = invocation.ended


class _Picture:
    """The tree of invocations, drawn anew in its place."""

    def __init__(self) -> None:
        self._live = Live(console=Console(stderr=True), auto_refresh=False)

    def __enter__(self) -> None:
        self._live.start()

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, invocation: Invocation) -> None:
        self._live.update(picture(invocation), refresh=True)


def picture(invocation: Invocation) -> Tree:
    """The tree of an invocation; of many children only the last ones, and how the others stand."""
    tree = Tree(_label(invocation))
    hidden = invocation.children[:-SHOWN]
    if hidden:
        ended = sum(child.ended for child in hidden)
        tree.add(Text(f"{len(hidden)} before these, {ended} of them ended", style="dim"))
    for child in invocation.children[-SHOWN:]:
        tree.add(picture(child))
    return tree


def _label(invocation: Invocation) -> Text:
    mark, colour = _MARKS.get(invocation.phase, ("…", "yellow"))
    name = (f"  {invocation.name}", "dim")
    return Text.assemble((f"{mark} ", colour), invocation.entity, f"  {invocation.state}", name)
