"""Serves a loopback Flyte until it is told to stop, its time is up, or its parent is gone."""

import argparse
import json
import os
import signal
import sys
import threading
import time

from .server import Loopback
from .state import State


def main() -> int:
    ap = argparse.ArgumentParser(prog="loopback_flyte", description="A Flyte control plane on 127.0.0.1, for tests.")
    sub = ap.add_subparsers(dest="cmd", required=True)
    s = sub.add_parser("serve")
    s.add_argument("--port", type=int, default=0, help="gRPC port (0: any free one)")
    s.add_argument("--http-port", type=int, default=0)
    s.add_argument("--state-dir", help="default: a temporary folder, removed at the end")
    s.add_argument("--ttl", type=float, default=600, help="seconds until the server stops by itself")
    s.add_argument("--python", default=sys.executable, help="interpreter whose bin folder has pyflyte-execute")
    s.add_argument("--store", choices=("file", "s3"), default="file")
    s.add_argument("--runner", choices=("process", "zygote", "synthetic"), default="process")
    s.add_argument("--duration", type=float, default=0.0, help="synthetic runner: seconds a task takes")
    s.add_argument("--rules", help="JSON list of rules")
    s.add_argument("--latency-ms", type=float, default=0.0, help="added to every RPC")
    s.add_argument("--source-root", default="", help="PYTHONPATH of task processes (code 'baked in the image')")
    s.add_argument("--max-procs", type=int, default=0)
    s.add_argument("--workers", type=int, default=64, help="gRPC server threads")
    s.add_argument("--grace-s", type=float, default=5.0, help="SIGTERM to SIGKILL on abort")
    s.add_argument(
        "--task-execution-tags",
        action="store_true",
        help="store tags of single-task executions too (flyteadmin 1.16 does not)",
    )
    s.add_argument("--max-inline-bytes", type=int, default=2 << 20)
    s.add_argument("--rpc-log")
    s.add_argument("--env", help="JSON object: more variables for task processes")
    s.add_argument("--any-project", action="store_true", help="accept unregistered projects and domains")
    s.add_argument("--announce", action="store_true", help="print one JSON line with the addresses and nothing else")
    s.add_argument("--take-over", type=float, help="after so many seconds, be the server that left --state-dir")
    a = ap.parse_args()
    rules = None
    if a.rules:
        rules = json.loads(a.rules)
    end = time.monotonic() + a.ttl
    state = None
    if a.take_over is not None:
        time.sleep(a.take_over)
        state = State.read(a.state_dir)

    def relaunch(seconds: float) -> None:
        left = ["--state-dir", str(lb.state_dir), "--ttl", str(end - time.monotonic()), "--take-over", str(seconds)]
        os.execv(sys.executable, [sys.executable, "-m", "tests.flyte.loopback", *sys.argv[1:], *left])

    lb = Loopback(
        state_dir=a.state_dir,
        port=a.port,
        http_port=a.http_port,
        python=a.python,
        store=a.store,
        runner=a.runner,
        duration=a.duration,
        rules=rules,
        latency_ms=a.latency_ms,
        source_root=a.source_root,
        max_procs=a.max_procs,
        workers=a.workers,
        grace_s=a.grace_s,
        task_execution_tags=a.task_execution_tags,
        max_inline_bytes=a.max_inline_bytes,
        rpc_log=a.rpc_log,
        env=json.loads(a.env) if a.env else None,
        require_project=not a.any_project,
        state=state,
        relaunch=relaunch,
    )
    if state is None:
        _announce(lb, a)
    want = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: want.set())
    parent = os.getppid()
    while not want.wait(0.1) and not lb.stopped.is_set():
        if time.monotonic() >= end or (a.announce and os.getppid() != parent):
            break
    lb.stop()
    lb.finished.wait(10)
    os._exit(0)


def _announce(lb: Loopback, a: argparse.Namespace) -> None:
    client_env = lb.store.s3_env() if a.store == "s3" else {}
    if a.announce:
        print(json.dumps({**lb.control.info(), "client_env": client_env}), flush=True)
        return
    variables = " ".join(f"{k}={v}" for k, v in client_env.items())
    print(
        f"Flyte admin   {lb.endpoint}   (insecure gRPC)\nHTTP          {lb.http_url}   (objects, /control/...)\n"
        f"state         {lb.state_dir}\n"
        f"use with      FLYTE_PLATFORM_URL={lb.endpoint} FLYTE_PLATFORM_INSECURE=true {variables}\n"
        f"stops by itself after {a.ttl:.0f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
