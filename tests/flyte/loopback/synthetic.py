"""Task attempts that are made up: no user code runs, and they end when a rule says so."""

import heapq
import itertools
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from flyteidl.core import literals_pb2, types_pb2

from .jobs import Job, Outcome, err

_SIMPLE = tuple(types_pb2.SimpleType.Value(name) for name in ("INTEGER", "FLOAT", "STRING", "BOOLEAN", "NONE"))


def literal_of(value: Any) -> literals_pb2.Literal:
    """The literal of a plain value."""
    if value is None:
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(none_type=literals_pb2.Void()))
    if isinstance(value, bool):
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(boolean=value)))
    if isinstance(value, int):
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=value)))
    if isinstance(value, float):
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(float_value=value)))
    if isinstance(value, str):
        return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(string_value=value)))
    if isinstance(value, list):
        return literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=[literal_of(v) for v in value]))
    if isinstance(value, dict):
        return literals_pb2.Literal(map=literals_pb2.LiteralMap(literals={k: literal_of(v) for k, v in value.items()}))
    raise ValueError(f"no literal for {value!r}")


def default_literal(t: types_pb2.LiteralType) -> literals_pb2.Literal:
    """Some literal of a type."""
    kind = t.WhichOneof("type")
    if kind == "simple":
        table = dict(zip(_SIMPLE, (0, 0.0, "", False, None), strict=True))
        if t.simple in table:
            return literal_of(table[t.simple])
    elif kind == "collection_type":
        return literal_of([])
    elif kind == "map_value_type":
        return literal_of({})
    raise ValueError(
        f"the synthetic runner has no default for output type {str(t).strip()!r}; give 'outputs' in the rule"
    )


class Synthetic:
    """Finishes tasks after a made-up duration, from one timer thread; no user code runs."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._n = itertools.count()
        self._cv = threading.Condition()
        threading.Thread(target=self._loop, name="synthetic", daemon=True).start()

    def at(self, when: float, fn: Callable[[], None]) -> None:
        with self._cv:
            heapq.heappush(self._heap, (when, next(self._n), fn))
            self._cv.notify()

    def _loop(self) -> None:
        while True:
            with self._cv:
                while not self._heap or self._heap[0][0] > time.monotonic():
                    wait = None if not self._heap else max(0.0, self._heap[0][0] - time.monotonic())
                    self._cv.wait(wait)
                fn = heapq.heappop(self._heap)[2]
            try:
                fn()
            except Exception as e:  # noqa: BLE001 - a bug of this server must be seen
                print(f"loopback_flyte: synthetic callback failed: {e!r}", file=sys.stderr, flush=True)

    def start(self, job: Job, rule: dict[str, Any]) -> None:
        dur = float(rule.get("duration", 0.0))
        key = rule.get("duration_input")
        if key and key in job.inputs.literals:
            p = job.inputs.literals[key].scalar.primitive
            dur = float(p.float_value or p.integer)
        t0 = time.monotonic() + job.since - time.time() + float(rule.get("queue_delay", 0.0))
        job._cancel_cb = lambda: self.at(time.monotonic(), lambda: job.finish(Outcome(aborted=True)))
        self.at(t0, lambda: None if job.cancelled.is_set() else job.on_running())
        self.at(t0 + dur, lambda: None if job.cancelled.is_set() else job.finish(self._outcome(job, rule)))

    @staticmethod
    def _outcome(job: Job, rule: dict[str, Any]) -> Outcome:
        f = rule.get("fail")
        if f:
            hit = (
                all(
                    str(
                        getattr(
                            job.inputs.literals[k].scalar.primitive,
                            job.inputs.literals[k].scalar.primitive.WhichOneof("value") or "integer",
                        )
                    )
                    == str(v)
                    for k, v in f.get("when_input", {}).items()
                )
                and f.get("times", 1) != 0
            )
            if hit:
                if "times" in f:
                    f["times"] -= 1
                return Outcome(
                    error=err(
                        f.get("code", "USER:RuntimeError"), f.get("message", "synthetic failure"), f.get("kind", "USER")
                    ),
                    recoverable=bool(f.get("recoverable", False)),
                )
        spec = rule.get("outputs", "echo")
        out = literals_pb2.LiteralMap()
        try:
            for name, var in job.template.interface.outputs.variables.items():
                if isinstance(spec, dict) and name in spec:
                    out.literals[name].CopyFrom(literal_of(spec[name]))
                    continue
                for iname, ivar in job.template.interface.inputs.variables.items():
                    if spec == "echo" and ivar.type == var.type and iname in job.inputs.literals:
                        out.literals[name].CopyFrom(job.inputs.literals[iname])
                        break
                else:
                    out.literals[name].CopyFrom(default_literal(var.type))
        except ValueError as e:
            return Outcome(error=err("LoopbackFlyte", str(e), "SYSTEM"))
        return Outcome(outputs=out)
