"""What an eager function invoked: kept small, and shown as a table on its deck."""

import html
import itertools
from collections import Counter
from typing import NamedTuple

from .polling import Child

# A page of more rows helps nobody, and ten thousand invocations are normal.
ROWS = 1000

_HEAD = "<tr><th>Call site</th><th>Entity</th><th>Execution</th><th>State</th><th>Seconds</th></tr>"


class Row(NamedTuple):
    """One invocation."""

    site: str
    entity: str
    child: Child | None = None
    state: str = "running"
    seconds: float = 0.0


class Invocations:
    """The first invocations in full, and all of them counted by state."""

    def __init__(self, console: str) -> None:
        self._console = console
        self._numbers = itertools.count()
        self._rows: dict[int, Row] = {}
        self._states: Counter[str] = Counter()

    def begin(self, site: str, entity: str) -> int:
        number = next(self._numbers)
        if number < ROWS:
            self._rows[number] = Row(site, entity)
        self._states["running"] += 1
        return number

    def launched(self, number: int, child: Child) -> None:
        if number in self._rows:
            self._rows[number] = self._rows[number]._replace(child=child)

    def end(self, number: int, state: str, seconds: float) -> None:
        self._states["running"] -= 1
        self._states[state] += 1
        if number in self._rows:
            self._rows[number] = self._rows[number]._replace(state=state, seconds=seconds)

    def link(self, child: Child) -> str:
        """The address of an execution in Flyte's console."""
        project, domain = child.place
        return f"{self._console}/console/projects/{project}/domains/{domain}/executions/{child.name}"

    def page(self) -> str:
        """A table of the invocations."""
        counts = ", ".join(f"{count} {state}" for state, count in sorted(self._states.items()) if count)
        rows = "".join(self._line(row) for row in self._rows.values())
        total = sum(self._states.values())
        rest = f"<p>The first {len(self._rows)} of {total}:</p>" if total > len(self._rows) else ""
        return f"<h2>Invocations</h2><p>{counts or 'none'}</p>{rest}<table>{_HEAD}{rows}</table>"

    def _line(self, row: Row) -> str:
        link = ""
        if row.child is not None:
            link = f'<a target="_blank" href="{html.escape(self.link(row.child))}">{html.escape(row.child.name)}</a>'
        cells = (html.escape(row.site), html.escape(row.entity), link, row.state, f"{row.seconds:.1f}")
        return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
