"""The control API: what tests ask the server about itself, and what they make it suffer."""

import contextlib
import os
import resource
import signal
import threading
import time
from typing import Any, Protocol

from google.protobuf import json_format

from .containers import Containers
from .faults import Wire
from .records import TERMINAL, WX, Exec, digest
from .runners import Runners
from .web import Web
from .workflows import Plane

Answer = Any


class Server(Protocol):
    """The parts of a server that the control API reaches."""

    plane: Plane
    wire: Wire
    runners: Runners
    containers: Containers
    http: Web
    state_dir: str

    @property
    def endpoint(self) -> str: ...

    def outage(self, seconds: float) -> None: ...

    def restart(self, seconds: float) -> None: ...

    def stop(self) -> None: ...


class Control:
    """Answers `/control/VERB/REST`; each public method is a verb."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, _method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        verb, _, rest = path.partition("/")
        if verb.startswith("_") or not hasattr(type(self), verb):
            raise KeyError(verb)
        return getattr(self, verb)(rest, query, body)

    def info(self, _rest: str = "", _query: Any = None, _body: Any = None) -> Answer:
        server = self._server
        address = server.plane.store.http_base
        return {"endpoint": server.endpoint, "http": address, "state_dir": server.state_dir, "pid": os.getpid()}

    def stats(self, _rest: str, query: dict[str, str], _body: Any) -> Answer:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            **self._server.wire.stats(float(query.get("since", 0))),
            "server_cpu_s": used.ru_utime + used.ru_stime,
            "http": dict(self._server.http.counts),
        }

    def rpcs(self, _rest: str, query: dict[str, str], _body: Any) -> Answer:
        return [row for row in list(self._server.wire.rpcs) if row["t"] >= float(query.get("since", 0))]

    def reset(self, _rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        plane = self._server.plane
        self._server.wire.reset()
        self._server.http.counts.clear()
        if body.get("executions"):
            with plane.lock:
                for name in [name for name, ex in plane.executions.items() if ex.proto.closure.phase in TERMINAL]:
                    del plane.executions[name]
        if body.get("cache"):
            plane.cache.clear()
        return {}

    def faults(self, _rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        if not body:
            self._server.wire.clear_faults()
            return {}
        return {"id": self._server.wire.add_fault(**body)}

    def latency(self, _rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        wire = self._server.wire
        wire.latency_ms = float(body.get("ms", wire.latency_ms))
        wire.latency_by_method.update({name: float(ms) for name, ms in body.get("by_method", {}).items()})
        return {}

    def rules(self, _rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        if body:
            self._server.runners.rules = body["rules"]
        return self._server.runners.rules

    def outage(self, _rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        self._server.outage(float(body.get("seconds", 3)))
        return {}

    def restart(self, _rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        # The answer goes out first.
        threading.Timer(0.1, self._server.restart, [float(body.get("seconds", 0))]).start()
        return {}

    def executions(self, _rest: str, query: dict[str, str], _body: Any) -> Answer:
        with self._server.plane.lock:
            found = [ex for ex in self._server.plane.executions.values() if query.get("prefix", "") in ex.name]
            if "label" in query:
                found = [ex for ex in found if query["label"] in ex.proto.spec.labels.values.values()]
            return [_summary(ex) for ex in found]

    def execution(self, rest: str, _query: Any, _body: Any) -> Answer:
        with self._server.plane.lock:
            return self._full(self._find(rest))

    def wait(self, rest: str, query: dict[str, str], _body: Any) -> Answer:
        end = time.monotonic() + float(query.get("timeout", 60))
        ex = self._find(rest)
        while ex.proto.closure.phase not in TERMINAL and time.monotonic() < end:
            time.sleep(0.01)
        return self._full(ex)

    def signal(self, rest: str, _query: Any, body: dict[str, Any]) -> Answer:
        """Send a signal to the top process of each running attempt, as the kubelet does; the answer says to which."""
        number = getattr(signal, body.get("signal", "SIGTERM"))
        sent = []
        for pid in [job.pid for job in self._find(rest).jobs if job.pid and job.rc is None]:
            # It may have ended just now, and one that began just now has no group yet.
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if body.get("group") else os.kill)(pid, number)
                sent.append(pid)
        return {"pids": sent}

    def entities(self, _rest: str, _query: Any, _body: Any) -> Answer:
        plane = self._server.plane
        return {
            "tasks": [list(name) for name in plane.tasks],
            "workflows": [list(name) for name in plane.workflows],
            "launch_plans": [[*name, entity.proto.closure.state] for name, entity in plane.launch_plans.items()],
        }

    def events(self, _rest: str, query: dict[str, str], _body: Any) -> Answer:
        return [event for event in list(self._server.plane.events) if event["t"] >= float(query.get("since", 0))]

    def shutdown(self, _rest: str, _query: Any, _body: Any) -> Answer:
        threading.Timer(0.1, self._server.stop).start()
        return {}

    def _find(self, name: str) -> Exec:
        for key, ex in self._server.plane.executions.items():
            if key[2] == name:
                return ex
        raise KeyError(name)

    def _full(self, ex: Exec) -> dict[str, Any]:
        work = self._server.containers.work
        logs = sorted(file for file in os.listdir(work) if file.startswith(ex.name + "-") and file.endswith(".log"))
        return {
            **_summary(ex),
            "literals": json_format.MessageToDict(ex.inputs),
            "outputs": None if ex.outputs is None else json_format.MessageToDict(ex.outputs),
            "pids": [job.pid for job in ex.jobs if job.pid],
            "nodes": {
                name: {
                    "attempts": len(rec.tasks),
                    "deck": rec.proto.closure.deck_uri,
                    "parent": rec.parent,
                    "phase": rec.proto.closure.phase,
                }
                for name, rec in ex.nodes.items()
            },
            "logs": [os.path.join(work, file) for file in logs],
        }


def _summary(ex: Exec) -> dict[str, Any]:
    spec, closure = ex.proto.spec, ex.proto.closure
    return {
        "name": ex.name,
        "entity": spec.launch_plan.name,
        "version": spec.launch_plan.version,
        "phase": WX.Phase.Name(closure.phase),
        "times": ex.times,
        "create_requests": ex.create_requests,
        "attempts": sum(len(rec.tasks) for rec in ex.nodes.values()),
        "inputs": digest(ex.inputs),
        "labels": dict(spec.labels.values),
        "interruptible": spec.interruptible.value,
        "overwrite_cache": spec.overwrite_cache,
        "service_account": spec.security_context.run_as.k8s_service_account,
        "error": closure.error.message,
        "error_code": closure.error.code,
        "abort_cause": closure.abort_metadata.cause,
        "envs": {variable.key: variable.value for variable in spec.envs.values},
    }
