"""The attempts of one task: what they are given, and which failures are tried again."""

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from flyteidl.admin import task_execution_pb2
from flyteidl.core import execution_pb2, literals_pb2, tasks_pb2

from .jobs import Job, Outcome, err
from .records import MAX_SYSTEM_FAILURES, NX, TX, WX, Exec, NodeRec, now
from .runners import Runners


class Plane(Protocol):
    """What attempts need of the control plane."""

    lock: Any
    runners: Runners
    store: Any

    def event(self, kind: str, **fields: Any) -> None: ...

    def meta(self, ex: Exec, *rest: str) -> str: ...

    def phase(self, ex: Exec, phase: int) -> None: ...

    def node_phase(self, rec: NodeRec, phase: int) -> None: ...


class Attempts:
    """Runs one task until it has ended for good; `done` gets the last outcome."""

    def __init__(
        self,
        plane: Plane,
        ex: Exec,
        rec: NodeRec,
        template: tasks_pb2.TaskTemplate,
        inputs: literals_pb2.LiteralMap,
        done: Callable[[Outcome], None],
        *,
        retries: int = 0,
        index: int | None = None,
        workflow: str = "",
        launch_plan: str = "",
    ) -> None:
        self._plane, self._ex, self._rec = plane, ex, rec
        self._template, self._inputs, self._done = template, inputs, done
        self._index = index
        self._limit = max(retries, template.metadata.retries.retries) + 1
        self._attempt = 0
        self._system_failures = 0
        self._env = _environment(ex, rec, template, workflow, launch_plan)

    def go_on(self) -> None:
        """Go on from what the record tells: another process of the server may have begun."""
        tasks = self._rec.tasks
        if not tasks:
            self._launch()
            return
        self._attempt = len(tasks) - 1
        kinds = [task.closure.error.kind for task in tasks[:-1]]
        self._system_failures = kinds.count(execution_pb2.ExecutionError.SYSTEM)
        closure = tasks[-1].closure
        job = self._job()
        match closure.phase:
            case TX.SUCCEEDED:
                self._done(self._plane.runners.containers.outcome(job, 0))
            case TX.ABORTED:
                self._done(Outcome(aborted=True))
            case TX.FAILED:
                self._done(Outcome(error=closure.error))
            case _:
                job.since = closure.created_at.ToNanoseconds() / 1e9
                self._start(job)

    def _launch(self) -> None:
        """Start the next attempt."""
        if self._ex.abort.is_set():
            self._done(Outcome(aborted=True))
            return
        job = self._job()
        record = task_execution_pb2.TaskExecution(input_uri=job.inputs_uri)
        record.id.task_id.CopyFrom(self._template.id)
        record.id.node_execution_id.CopyFrom(self._rec.proto.id)
        record.id.retry_attempt = self._attempt
        record.closure.phase = TX.QUEUED
        record.closure.created_at.CopyFrom(now())
        with self._plane.lock:
            self._rec.tasks.append(record)
        self._start(job)

    def _start(self, job: Job) -> None:
        with self._plane.lock:
            self._ex.jobs.append(job)
        self._plane.runners.start(job)
        if self._ex.abort.is_set():
            job.cancel()

    def _job(self) -> Job:
        ex, node, attempt = self._ex, self._rec.proto.id.node_id, str(self._attempt)
        suffix = [attempt] if self._index is None else [attempt, str(self._index)]
        job = Job(
            ex.proto.id.project,
            ex.proto.id.domain,
            ex.name,
            node,
            self._attempt,
            self._template,
            self._inputs,
            self._rec.proto.input_uri,
            self._plane.meta(ex, node, "data", *suffix),
            self._raw_prefix(self._attempt),
            {**self._env, "FLYTE_ATTEMPT_NUMBER": attempt},
            on_running=self._running,
            on_done=lambda outcome: self._ended(job, outcome),
            index=self._index,
            prev_checkpoint=self._raw_prefix(self._attempt - 1) + "/_flytecheckpoints" if self._attempt else "",
        )
        return job

    def _raw_prefix(self, attempt: int) -> str:
        ex, node = self._ex, self._rec.proto.id.node_id
        item = [] if self._index is None else [str(self._index)]
        shard = hashlib.md5(f"{ex.name}{node}{attempt}".encode()).hexdigest()[:2]
        root = ex.proto.spec.raw_output_data_config.output_location_prefix or self._plane.store.native("raw")
        return f"{root.rstrip('/')}/{shard}/{'-'.join([ex.name, node, str(attempt), *item])}"

    def _running(self) -> None:
        with self._plane.lock:
            self._rec.tasks[-1].closure.phase = TX.RUNNING
            self._rec.tasks[-1].closure.started_at.CopyFrom(now())
        self._plane.node_phase(self._rec, NX.RUNNING)
        if self._ex.proto.closure.phase == WX.QUEUED:
            self._plane.phase(self._ex, WX.RUNNING)

    def _ended(self, job: Job, outcome: Outcome) -> None:
        with self._plane.lock:  # what ended and what follows are written down together
            self._go_on_after(job, outcome)

    def _go_on_after(self, job: Job, outcome: Outcome) -> None:
        self._record(job, outcome)
        if outcome.error is not None and outcome.recoverable and not self._ex.abort.is_set():
            spent, limit = self._count(outcome.error)
            if spent < limit:
                self._attempt += 1
                self._plane.event("retry", name=self._ex.name, node=job.node_id, attempt=self._attempt)
                self._launch()
                return
            outcome = _exhausted(outcome, spent, limit)
        if outcome.outputs is not None:
            self._rec.proto.closure.output_uri = job.output_prefix + "/outputs.pb"
            self._plane.store.write(self._rec.proto.closure.output_uri, outcome.outputs.SerializeToString())
        self._done(outcome)

    def _record(self, job: Job, outcome: Outcome) -> None:
        with self._plane.lock:
            if job in self._ex.jobs:
                self._ex.jobs.remove(job)
            closure = self._rec.tasks[-1].closure
            closure.updated_at.CopyFrom(now())
            closure.phase = TX.FAILED
            if outcome.outputs is not None or outcome.futures is not None:
                closure.phase = TX.SUCCEEDED
            elif outcome.aborted:
                closure.phase = TX.ABORTED
            if outcome.error is not None:
                closure.error.CopyFrom(outcome.error)
            if outcome.deck_uri:
                self._rec.proto.closure.deck_uri = outcome.deck_uri

    def _count(self, error: Any) -> tuple[int, int]:
        """How many attempts this kind of failure has used up, and how many it may."""
        if error.kind == execution_pb2.ExecutionError.SYSTEM:
            self._system_failures += 1
            return self._system_failures - 1, MAX_SYSTEM_FAILURES
        return self._attempt + 1 - self._system_failures, self._limit


def _exhausted(outcome: Outcome, spent: int, limit: int) -> Outcome:
    last = outcome.error
    assert last is not None
    kind = execution_pb2.ExecutionError.ErrorKind.Name(last.kind)
    message = f"[{spent}/{limit}] currentAttempt done. Last Error: {kind}::{last.message}"
    error = err(f"RetriesExhausted|{last.code}", message)
    error.error_uri = last.error_uri
    return Outcome(error=error, deck_uri=outcome.deck_uri)


def _environment(
    ex: Exec, rec: NodeRec, template: tasks_pb2.TaskTemplate, workflow: str, launch_plan: str
) -> dict[str, str]:
    """The variables that propeller sets in the container."""
    execution, task = ex.proto.id, template.id
    variables = {
        "FLYTE_INTERNAL_EXECUTION_WORKFLOW": f"{execution.project}:{execution.domain}:{workflow}",
        "FLYTE_INTERNAL_EXECUTION_ID": execution.name,
        "FLYTE_INTERNAL_EXECUTION_PROJECT": execution.project,
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": execution.domain,
        "_F_PN": f"{execution.name}-{rec.proto.id.node_id}-0",
        "FLYTE_INTERNAL_TASK_PROJECT": task.project,
        "FLYTE_INTERNAL_TASK_DOMAIN": task.domain,
        "FLYTE_INTERNAL_TASK_NAME": task.name,
        "FLYTE_INTERNAL_TASK_VERSION": task.version,
        "FLYTE_INTERNAL_PROJECT": task.project,
        "FLYTE_INTERNAL_DOMAIN": task.domain,
        "FLYTE_INTERNAL_NAME": task.name,
        "FLYTE_INTERNAL_VERSION": task.version,
    }
    if launch_plan:
        variables["FLYTE_INTERNAL_EXECUTION_LAUNCHPLAN"] = launch_plan
    return variables | {variable.key: variable.value for variable in ex.proto.spec.envs.values}
