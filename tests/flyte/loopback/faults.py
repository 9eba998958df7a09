"""RPC log, artificial latency and fault injection, as one gRPC server interceptor."""

import collections
import fnmatch
import itertools
import json
import math
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import grpc

_ids = itertools.count(1)


@dataclass
class Fault:
    """One fault rule. The first rule that applies to a call wins."""

    method: str = "*"  # glob over the short method name, e.g. CreateExecution, Get*
    code: str = "UNAVAILABLE"  # grpc.StatusCode name; "" means no error (delay only)
    details: str = "injected by loopback_flyte"
    times: int = 1  # how many calls it applies to; -1 for ever
    skip: int = 0  # let this many matching calls through first
    match: str = ""  # substring that str(request) must contain
    delay_s: float = 0.0  # sleep before acting
    after: bool = False  # True: the call takes effect, then its answer is lost
    p: float = 1.0  # probability
    seconds: float = math.inf  # for how long it applies
    id: int = field(default_factory=lambda: next(_ids))
    hits: int = 0
    seen: int = 0
    since: float = field(default_factory=time.monotonic)


class Wire(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc is not typed
    """Stands before each call: log, latency, faults."""

    def __init__(self, latency_ms: float = 0.0, log_path: str | None = None) -> None:
        self.latency_ms = latency_ms
        self.latency_by_method: dict[str, float] = {}
        self.faults: list[Fault] = []
        self.lock = threading.Lock()
        self.rpcs: list[dict[str, Any]] = []
        self.in_flight = 0
        self.max_in_flight = 0
        self._log_path = log_path

    def add_fault(self, **kw: Any) -> int:
        f = Fault(**kw)
        with self.lock:
            self.faults.append(f)
        return f.id

    def clear_faults(self) -> None:
        with self.lock:
            self.faults = []

    def reset(self) -> None:
        with self.lock:
            self.rpcs = []
            self.max_in_flight = self.in_flight

    def stats(self, since: float = 0.0) -> dict[str, Any]:
        with self.lock:
            rows = [r for r in self.rpcs if r["t"] >= since]
            mx = self.max_in_flight
        by = collections.Counter(r["m"] for r in rows)
        codes = collections.Counter(f"{r['m']}:{r['code']}" for r in rows if r["code"] != "OK")
        peers: dict[str, collections.Counter[str]] = {}
        for r in rows:
            peers.setdefault(r["peer"], collections.Counter())[r["m"]] += 1
        return {
            "total": len(rows),
            "by_method": dict(by),
            "errors": dict(codes),
            "max_in_flight": mx,
            "by_peer": {p: dict(c) for p, c in peers.items()},
        }

    def _pick(self, name: str, request: Any) -> Fault | None:
        with self.lock:
            for f in self.faults:
                if f.times == 0 or not fnmatch.fnmatch(name, f.method) or time.monotonic() > f.since + f.seconds:
                    continue
                if f.match and f.match not in str(request):
                    continue
                f.seen += 1
                if f.seen <= f.skip or (f.p < 1.0 and random.random() > f.p):
                    continue
                if f.times > 0:
                    f.times -= 1
                f.hits += 1
                return f
        return None

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        handler = continuation(details)
        if handler is None or not handler.unary_unary:
            return handler
        name = details.method.rsplit("/", 1)[-1]

        def call(request: Any, context: Any) -> Any:
            row = {"t": time.time(), "m": name, "peer": context.peer(), "code": "OK"}
            with self.lock:
                self.in_flight += 1
                self.max_in_flight = max(self.max_in_flight, self.in_flight)
            try:
                return self._answer(handler.unary_unary, request, context, row)
            except Exception:
                code = context.code()
                row["code"] = code.name if code is not None else "EXC"
                raise
            finally:
                self._record(row)

        return grpc.unary_unary_rpc_method_handler(
            call, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer
        )

    def _answer(self, inner: Any, request: Any, context: Any, row: dict[str, Any]) -> Any:
        time.sleep(self.latency_by_method.get(row["m"], self.latency_ms) / 1000)
        fault = self._pick(row["m"], request)
        if fault is not None:
            row["fault"] = fault.id
            time.sleep(fault.delay_s)
            if fault.after:
                inner(request, context)
            if fault.code:
                context.abort(getattr(grpc.StatusCode, fault.code), fault.details)
        return inner(request, context)

    def _record(self, row: dict[str, Any]) -> None:
        row["ms"] = round((time.time() - row["t"]) * 1000, 3)
        with self.lock:
            self.in_flight -= 1
            self.rpcs.append(row)
        if self._log_path:
            with open(self._log_path, "a") as log:
                log.write(json.dumps(row) + "\n")
