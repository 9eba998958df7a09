"""Warm process that imports flytekit once and forks for every task attempt.

Reads one JSON object a line on stdin {id, cmd, cwd, env, log}; writes {id, pid} and later {id, rc} on stdout. The
fork runs the container's own entrypoint code (pyflyte-execute, pyflyte-fast-execute, pyflyte-map-execute), only the
interpreter start and the import of flytekit are saved. Any other command line is exec'ed.
"""

import contextlib
import gc
import json
import os
import select
import signal
import sys
import tempfile
import traceback
from typing import Any

import flytekit
import flytekit.remote  # noqa: F401
from flytekit.bin import entrypoint

for _m in os.environ.get("LOOPBACK_ZYGOTE_IMPORT", "").split(","):
    if _m:
        __import__(_m)


def run(job: dict[str, Any]) -> None:
    os.setsid()
    for s in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(s, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    fd = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    os.environ.clear()
    os.environ.update(job["env"])
    tempfile.tempdir = None  # that of the zygote
    os.chdir(job["cwd"])
    cmd = list(job["cmd"])
    rc = 1
    try:
        from flytekit.loggers import initialize_global_loggers

        initialize_global_loggers()
        from flytekit.core.context_manager import FlyteContextManager

        FlyteContextManager.initialize()  # the default context was built from the zygote's own environment
        extra = [p for p in job["env"].get("PYTHONPATH", "").split(os.pathsep) if p]
        sys.path[:0] = extra
        if cmd[0] == "pyflyte-fast-execute":
            addl = dest = None
            i = 1
            while i < len(cmd):
                if cmd[i] == "--additional-distribution":
                    addl, i = cmd[i + 1], i + 2
                elif cmd[i] == "--dest-dir":
                    dest, i = cmd[i + 1], i + 2
                elif cmd[i] == "--":
                    i += 1
                    break
                else:
                    break
            inner = cmd[i:]
            dest = dest or os.getcwd()
            if addl is not None:
                entrypoint._download_distribution(addl, dest)
            k = inner.index("--resolver")
            cmd = inner[:k] + (["--dynamic-addl-distro", addl, "--dynamic-dest-dir", dest] if addl else []) + inner[k:]
            sys.path.insert(0, os.path.realpath(dest))
        else:
            sys.path.insert(0, os.getcwd())
        table = {"pyflyte-execute": entrypoint.execute_task_cmd, "pyflyte-map-execute": entrypoint.map_execute_task_cmd}
        if cmd[0] in table:
            sys.argv = list(cmd)
            table[cmd[0]].main(args=cmd[1:], prog_name=cmd[0], standalone_mode=True)
            rc = 0
        else:
            os.execvpe(cmd[0], cmd, job["env"])
    except SystemExit as e:
        rc = e.code if isinstance(e.code, int) else (0 if e.code is None else 1)
    except BaseException:  # noqa: BLE001 - a container says why it fails, and ends
        traceback.print_exc()
        rc = 1
    try:
        import atexit

        atexit._run_exitfuncs()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(rc)


def tell(job: dict[str, Any], what: str, number: int) -> None:
    """Write something about a job where another process of the server finds it."""
    path = f"{job['cwd']}.{what}"
    with open(path + ".part", "w") as file:
        file.write(str(number))
    os.replace(path + ".part", path)


def main() -> None:
    gc.freeze()
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    r, w = os.pipe()
    os.set_blocking(w, False)
    os.set_blocking(r, False)
    signal.set_wakeup_fd(w, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    live: dict[int, dict[str, Any]] = {}
    buf = b""
    inputs = [0, r]

    def say(message: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            out.write(json.dumps(message) + "\n")

    while 0 in inputs or live:
        ready, _, _ = select.select(inputs, [], [], 1.0)
        if r in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(r, 65536)
        while live:
            try:
                pid, st = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            job = live.pop(pid, None)
            if job is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)  # a container ends with its first process
                code = os.waitstatus_to_exitcode(st)
                tell(job, "rc", code)
                say({"id": job["id"], "rc": code})
        if 0 in ready:
            data = os.read(0, 1 << 16)
            if not data:  # another process has taken the server's place, or none has
                inputs.remove(0)
            buf += data
            while b"\n" in buf:
                line, buf = buf.split(b"\n", 1)
                job = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    run(job)
                live[pid] = job
                tell(job, "pid", pid)
                say({"id": job["id"], "pid": pid})


if __name__ == "__main__":
    main()
