"""Puts the parts together: one `Loopback` object = gRPC endpoint + HTTP endpoint + engine, all on 127.0.0.1."""

import concurrent.futures
import contextlib
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import grpc

from . import services
from .containers import Containers
from .control import Control
from .faults import Wire
from .objects import ObjectStore
from .runners import Runners
from .state import State
from .web import Web
from .workflows import Plane

_OPTS = [
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", 64 << 20),
    ("grpc.so_reuseport", 0),
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_ping_strikes", 0),
]


class Loopback:
    """A control plane that listens on 127.0.0.1."""

    def __init__(
        self,
        *,
        state_dir: str | None = None,
        port: int = 0,
        http_port: int = 0,
        python: str = sys.executable,
        store: str = "file",
        runner: str = "process",
        duration: float = 0.0,
        rules: list[dict[str, Any]] | None = None,
        latency_ms: float = 0.0,
        source_root: str = "",
        max_procs: int = 0,
        workers: int = 64,
        grace_s: float = 5.0,
        task_execution_tags: bool = False,
        max_inline_bytes: int = 2 << 20,
        rpc_log: str | None = None,
        env: dict[str, str] | None = None,
        require_project: bool = True,
        state: State | None = None,
        relaunch: Callable[[float], None] | None = None,
    ) -> None:
        self._relaunch = relaunch
        self._temporary = state.temporary if state else state_dir is None
        self.state_dir = os.path.abspath(state_dir or tempfile.mkdtemp(prefix="loopback_flyte_"))
        self.store = ObjectStore(os.path.join(self.state_dir, "store"), store)
        self.containers = Containers(
            self.store,
            os.path.join(self.state_dir, "work"),
            python,
            lambda: self.endpoint,
            source_root,
            max_procs,
            grace_s,
            env,
        )
        os.makedirs(os.path.join(self.state_dir, "work"), exist_ok=True)
        self.containers.left = state.processes if state else {}
        self.runners = Runners(
            self.containers, {"runner": runner, "duration": duration}, state.rules if state else rules
        )
        self.plane = Plane(
            self.store,
            self.runners,
            task_execution_tags=task_execution_tags,
            max_inline_bytes=max_inline_bytes,
            require_project=require_project,
            tables=state.tables if state else None,
        )
        self.wire = Wire(latency_ms, rpc_log)
        if state:
            self.wire.latency_ms, self.wire.latency_by_method = state.latency_ms, state.latency_by_method
            self.wire.faults = state.faults
        self.workers = workers
        self.control = Control(self)
        self.http = Web(self.store, self.control, http_port, state.http_socket if state else None)
        self.stopped = threading.Event()
        self.finished = threading.Event()
        self._grpc_lock = threading.Lock()
        self._server: grpc.Server | None = None
        self.port = state.port if state else port
        if state:
            self.plane.go_on()
        self._start_grpc()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def http_url(self) -> str:
        return self.store.http_base

    def _start_grpc(self) -> None:
        with self._grpc_lock:
            s = grpc.server(
                concurrent.futures.ThreadPoolExecutor(self.workers, thread_name_prefix="rpc"),
                interceptors=[self.wire],
                options=_OPTS,
            )
            services.add_all(s, self.plane)
            end = time.monotonic() + 10
            while True:
                got = 0
                with contextlib.suppress(RuntimeError):
                    got = s.add_insecure_port(f"127.0.0.1:{self.port}")
                if got:
                    break
                if time.monotonic() > end:
                    raise RuntimeError(f"cannot listen on 127.0.0.1:{self.port}")
                time.sleep(0.1)
            self.port = got
            s.start()
            self._server = s

    def outage(self, seconds: float) -> None:
        """The admin goes away (connections cut, port closed) and comes back with what it has in memory."""
        self._stop_grpc()
        self.plane.event("outage", seconds=seconds)

        def back() -> None:
            time.sleep(seconds)
            if not self.stopped.is_set():
                self._start_grpc()
                self.plane.event("back")

        threading.Thread(target=back, daemon=True).start()

    def _stop_grpc(self) -> None:
        with self._grpc_lock:
            server, self._server = self._server, None
        if server:
            server.stop(0).wait()

    def restart(self, seconds: float) -> None:
        """Another process takes the place of this one and its ports, with what this one has written down.

        Tasks go on all the time, as pods do.
        """
        if self._relaunch is None:
            raise RuntimeError("only a server that has a process of its own can be restarted")
        self._stop_grpc()
        self.plane.event("restart")
        with self.plane.lock, self.containers.lock:  # nothing changes any more
            self._state().write(self.state_dir)
            os.set_inheritable(self.http.fileno(), True)
            self._relaunch(seconds)

    def _state(self) -> State:
        jobs = [job for ex in self.plane.executions.values() for job in ex.jobs if job.handed_over]
        return State(
            self.plane.tables,
            {job.key: job.pid for job in jobs},
            self.runners.rules,
            self.wire.faults,
            self.wire.latency_ms,
            self.wire.latency_by_method,
            self.port,
            self.http.fileno(),
            self._temporary,
        )

    def stop(self) -> None:
        if self.stopped.is_set():
            return
        self.stopped.set()
        try:
            self.containers.close()
            with self._grpc_lock:
                if self._server:
                    self._server.stop(0)
            self.http.shutdown()
            if self._temporary:
                for _ in range(20):  # killed tasks may still be writing
                    try:
                        shutil.rmtree(self.state_dir)
                        break
                    except OSError:
                        time.sleep(0.1)
        finally:
            self.finished.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *a: object) -> None:
        self.stop()
