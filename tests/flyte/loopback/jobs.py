"""One attempt of a task, and how it ended."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from flyteidl.core import dynamic_job_pb2, execution_pb2, literals_pb2, tasks_pb2

_TEMPLATES = {
    "input": "inputs_uri",
    "inputprefix": "inputs_prefix",
    "outputprefix": "output_prefix",
    "rawoutputdataprefix": "raw_prefix",
    "checkpointoutputprefix": "checkpoint_prefix",
    "prevcheckpointprefix": "prev_checkpoint",
    "perretryuniquekey": "unique_key",
    "namespace": "namespace",
}
_VAR = re.compile(r"\{\{\s*[.$]([A-Za-z]+)(?:\.([^}\s]+))?\s*\}\}")


@dataclass
class Outcome:
    outputs: literals_pb2.LiteralMap | None = None
    error: execution_pb2.ExecutionError | None = None
    recoverable: bool = False
    futures: dynamic_job_pb2.DynamicJobSpec | None = None
    deck_uri: str = ""
    aborted: bool = False


@dataclass
class Job:
    project: str
    domain: str
    execution: str
    node_id: str
    attempt: int
    template: tasks_pb2.TaskTemplate
    inputs: literals_pb2.LiteralMap
    inputs_uri: str
    output_prefix: str
    raw_prefix: str
    env: dict[str, str]
    on_running: Callable[[], None]
    on_done: Callable[[Outcome], None]
    index: int | None = None
    prev_checkpoint: str = ""
    since: float = field(default_factory=time.time)
    handed_over: bool = False  # to a process, which is there or about to be
    pid: int | None = None
    rc: int | None = None
    log: str = ""
    cancelled: threading.Event = field(default_factory=threading.Event)
    _finished: bool = False
    _cancel_cb: Callable[[], None] | None = None

    @property
    def key(self) -> str:
        """What tells this attempt from all others; the name of its folder."""
        item = [] if self.index is None else [str(self.index)]
        return "-".join([self.execution, self.node_id, str(self.attempt), *item])

    @property
    def inputs_prefix(self) -> str:
        return self.inputs_uri.rsplit("/", 1)[0]

    @property
    def checkpoint_prefix(self) -> str:
        return self.raw_prefix + "/_flytecheckpoints"

    @property
    def unique_key(self) -> str:
        return re.sub(r"[^a-zA-Z0-9_]+", "_", f"{self.execution}-{self.node_id}-{self.attempt}")

    @property
    def namespace(self) -> str:
        return f"{self.project}-{self.domain}"

    @property
    def is_eager(self) -> bool:
        return self.template.metadata.is_eager

    def finish(self, o: Outcome) -> None:
        if not self._finished:
            self._finished = True
            self.on_done(o)

    def cancel(self) -> None:
        self.cancelled.set()
        if self._cancel_cb:
            self._cancel_cb()

    def render(self, text: str) -> str:
        def sub(m: re.Match[str]) -> str:
            name = m.group(1).lower()
            if name == "inputs" and m.group(2):
                p = self.inputs.literals[m.group(2)].scalar.primitive
                which = p.WhichOneof("value")
                return str(getattr(p, which)) if which else ""
            return getattr(self, _TEMPLATES[name]) if name in _TEMPLATES else m.group(0)

        return _VAR.sub(sub, text)


def err(code: str, message: str, kind: str = "USER") -> execution_pb2.ExecutionError:
    return execution_pb2.ExecutionError(
        code=code, message=message, kind=getattr(execution_pb2.ExecutionError.ErrorKind, kind)
    )
