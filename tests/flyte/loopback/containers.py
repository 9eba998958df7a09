"""Task attempts that really run: the command line of the container, as a process or as a fork of a warm one."""

import contextlib
import itertools
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from flyteidl.core import dynamic_job_pb2, errors_pb2, execution_pb2, literals_pb2

from .jobs import Job, Outcome, err

_TICK = 0.02


def _number(path: str) -> int:
    with open(path) as file:
        return int(file.read())


def _reap_group(pid: int | None) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid or 0, signal.SIGKILL) if pid else None


class Containers:
    """Runs the container's command line as a local process ('process') or as a fork of a warm one ('zygote')."""

    def __init__(
        self,
        store: Any,
        work: str,
        python: str,
        platform_url: Callable[[], str],
        source_root: str = "",
        max_procs: int = 0,
        grace_s: float = 5.0,
        extra_env: dict[str, str] | None = None,
    ):
        self.store, self.work, self.python = store, work, python
        self.bin = os.path.dirname(os.path.abspath(python))
        self.platform_url = platform_url
        self.source_root = source_root
        self.grace_s = grace_s
        self.extra_env = extra_env or {}
        self.slots = threading.Semaphore(max_procs or max(2, 2 * (os.cpu_count() or 1)))
        self.procs: dict[int, Job] = {}
        self.lock = threading.Lock()
        self._zy: subprocess.Popen[str] | None = None
        self._zy_jobs: dict[int, dict[str, Any]] = {}
        self._zy_ids = itertools.count(1)
        self.closing = False
        self.left: dict[str, int | None] = {}  # the processes of jobs that another process of the server started

    def env(self, job: Job) -> dict[str, str]:
        keep = ("HOME", "LANG", "LC_ALL", "TZ", "USER", "LD_LIBRARY_PATH")
        e = {k: os.environ[k] for k in keep if k in os.environ}
        e["TMPDIR"] = self._folder(job) + ".tmp"
        e["PATH"] = self.bin + os.pathsep + os.environ.get("PATH", "")
        if self.source_root:
            e["PYTHONPATH"] = self.source_root
        e["FLYTE_PLATFORM_URL"] = self.platform_url()
        e["FLYTE_PLATFORM_INSECURE"] = "true"
        e["KEYRING_BACKEND"] = e["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
        e.update(self.store.s3_env() if self.store.scheme == "s3" else {})
        e.update(self.extra_env)
        for kv in job.template.container.env:
            e[kv.key] = kv.value
        e.update(job.env)
        if job.index is not None:
            e["BATCH_JOB_ARRAY_INDEX_VAR_NAME"] = "FLYTE_K8S_ARRAY_INDEX"
            e["FLYTE_K8S_ARRAY_INDEX"] = str(job.index)
        return e

    def _folder(self, job: Job) -> str:
        return os.path.join(self.work, job.key)

    def start(self, job: Job, rule: dict[str, Any], warm: bool) -> None:
        threading.Thread(target=self._run, args=(job, rule, warm), daemon=True, name=f"job-{job.execution}").start()

    def _run(self, job: Job, rule: dict[str, Any], warm: bool) -> None:
        slot = not job.is_eager and not rule.get("no_slot") and job.key not in self.left
        if slot:
            while not self.slots.acquire(timeout=0.2):
                if job.cancelled.is_set():
                    return job.finish(Outcome(aborted=True))
        try:
            if job.cancelled.is_set():
                return job.finish(Outcome(aborted=True))
            if rule.get("queue_delay"):
                time.sleep(float(rule["queue_delay"]))
            cwd = self._folder(job)
            os.makedirs(cwd, exist_ok=True)
            os.makedirs(cwd + ".tmp", exist_ok=True)
            job.log = cwd + ".log"
            if job.key in self.left:
                job.finish(self.outcome(job, self._attach(job, cwd)))
                return None
            c = job.template.container
            cmd = [job.render(a) for a in [*c.command, *c.args]]
            if not cmd:
                return job.finish(Outcome(error=err("NoContainer", "task has no container command", "SYSTEM")))
            if cmd[0].endswith("pyflyte-fast-execute") and "--dest-dir" in cmd:
                # the image's destination folder (/root, ...) becomes the attempt's own folder
                k = cmd.index("--dest-dir") + 1
                cmd[k] = "." if os.path.isabs(cmd[k]) else cmd[k]
            job.on_running()
            rc = self._zygote(job, cmd, cwd) if warm else self._process(job, cmd, cwd)
            job.rc = rc
            job.finish(self.outcome(job, rc))
        except Exception as e:  # noqa: BLE001 - a bug of this server is to be seen in the execution
            job.finish(Outcome(error=err("LoopbackFlyte", f"harness: {e!r}", "SYSTEM")))
        finally:
            if slot:
                self.slots.release()

    def _watch_cancel(self, job: Job) -> None:
        def kill() -> None:
            pid = job.pid
            if pid is None or job.rc is not None:
                return
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                return
            end = time.monotonic() + self.grace_s
            while time.monotonic() < end and job.rc is None:
                time.sleep(0.05)
            if job.rc is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)

        job._cancel_cb = lambda: threading.Thread(target=kill, daemon=True).start()
        if job.cancelled.is_set():
            job._cancel_cb()

    def _process(self, job: Job, cmd: list[str], cwd: str) -> int:
        if self.closing:
            return 1
        exe = os.path.join(self.bin, cmd[0])
        if "/" not in cmd[0] and os.path.exists(exe):
            cmd = [exe, *cmd[1:]]
        with open(job.log, "ab") as log, self.lock:
            p = subprocess.Popen(
                cmd,
                cwd=cwd,
                env=self.env(job),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            job.pid, job.handed_over = p.pid, True
            self.procs[p.pid] = job
        self._watch_cancel(job)
        rc = p.wait()
        _reap_group(p.pid)  # a container ends with its first process
        with self.lock:
            self.procs.pop(p.pid, None)
        return rc

    def _attach(self, job: Job, cwd: str) -> int:
        """Wait for a process that another process of the server started."""
        job.pid = self.left[job.key]
        while job.pid is None and not os.path.exists(cwd + ".pid"):
            time.sleep(_TICK)
        if job.pid is None:
            job.pid = _number(cwd + ".pid")
        job.on_running()
        with self.lock:
            self.procs[job.pid] = job
        self._watch_cancel(job)
        job.rc = self._exit_code(job.pid, cwd + ".rc")
        with self.lock:
            self.procs.pop(job.pid, None)
        return job.rc

    @staticmethod
    def _exit_code(pid: int, told: str) -> int:
        """The exit code of a child of this process, or of a fork of a warm process, which tells it in a file."""
        while not os.path.exists(told):
            with contextlib.suppress(ChildProcessError):
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    _reap_group(pid)
                    return os.waitstatus_to_exitcode(status)
            time.sleep(_TICK)
        return _number(told)

    # warm forks
    def _zygote_proc(self) -> "subprocess.Popen[str]":
        if self._zy is None or self._zy.poll() is not None:
            here = os.path.dirname(os.path.abspath(__file__))
            e = {**os.environ, "TMPDIR": self.work, "PYTHONUNBUFFERED": "1"}
            e["KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
            e.update(self.store.s3_env() if self.store.scheme == "s3" else {})  # flytekit reads these on import
            self._zy = subprocess.Popen(
                [self.python, "-I", os.path.join(here, "zygote.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=e,
                text=True,
                bufsize=1,
            )
            threading.Thread(target=self._zygote_read, args=(self._zy,), daemon=True).start()
        return self._zy

    def _zygote_read(self, p: "subprocess.Popen[str]") -> None:
        assert p.stdout
        for line in p.stdout:
            try:
                m = json.loads(line)
            except ValueError:
                continue
            w = self._zy_jobs.get(m["id"])
            if not w:
                continue
            if "pid" in m:
                w["job"].pid = m["pid"]
                with self.lock:
                    self.procs[m["pid"]] = w["job"]
                self._watch_cancel(w["job"])
            if "rc" in m:
                w["rc"] = m["rc"]
                _reap_group(w["job"].pid)
                with self.lock:
                    self.procs.pop(w["job"].pid, None)
                w["ev"].set()
        for w in list(self._zy_jobs.values()):
            w.setdefault("rc", 1)
            w["ev"].set()

    def _zygote(self, job: Job, cmd: list[str], cwd: str) -> int:
        i = next(self._zy_ids)
        w: dict[str, Any] = {"job": job, "ev": threading.Event()}
        self._zy_jobs[i] = w
        msg = json.dumps({"id": i, "cmd": cmd, "cwd": cwd, "env": self.env(job), "log": job.log})
        with self.lock:
            p = self._zygote_proc()
            assert p.stdin
            p.stdin.write(msg + "\n")
            p.stdin.flush()
            job.handed_over = True
        w["ev"].wait()
        self._zy_jobs.pop(i, None)
        return int(w["rc"])

    def outcome(self, job: Job, rc: int) -> Outcome:
        """What the files of an attempt that has ended say."""
        deck = job.output_prefix + "/deck.html"
        deck_uri = deck if os.path.exists(self.store.local(deck)) else ""
        if job.cancelled.is_set():
            return Outcome(aborted=True, deck_uri=deck_uri)
        raw = self.store.read(job.output_prefix + "/error.pb")
        if raw is not None:
            d = errors_pb2.ErrorDocument.FromString(raw).error
            e = execution_pb2.ExecutionError(
                code=d.code, message=d.message, kind=d.origin, error_uri=job.output_prefix + "/error.pb"
            )
            return Outcome(error=e, recoverable=d.kind == errors_pb2.ContainerError.RECOVERABLE, deck_uri=deck_uri)
        raw = self.store.read(job.output_prefix + "/futures.pb")
        if raw is not None:
            return Outcome(futures=dynamic_job_pb2.DynamicJobSpec.FromString(raw), deck_uri=deck_uri)
        if rc != 0:
            tail = ""
            try:
                with open(job.log, "rb") as f:
                    tail = f.read()[-2000:].decode("utf8", "replace")
            except OSError:
                pass
            killed = rc in (-signal.SIGKILL, 137)
            code, kind = ("Interrupted", "SYSTEM") if killed else ("Error", "USER")
            shown = 128 - rc if rc < 0 else rc
            return Outcome(
                error=err(
                    code,
                    f"\r\n[{job.unique_key}] terminated with exit code ({shown}). Reason [Error]. Message: \n{tail}.",
                    kind,
                ),
                recoverable=True,
                deck_uri=deck_uri,
            )
        raw = self.store.read(job.output_prefix + "/outputs.pb")
        if raw is None:
            if job.template.interface.outputs.variables:
                return Outcome(
                    error=err("OutputsNotFound", "Outputs not generated by task execution"), recoverable=True
                )
            return Outcome(outputs=literals_pb2.LiteralMap(), deck_uri=deck_uri)
        return Outcome(outputs=literals_pb2.LiteralMap.FromString(raw), deck_uri=deck_uri)

    def close(self) -> None:
        with self.lock:
            self.closing = True
            pids = list(self.procs)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        if self._zy is not None and self._zy.poll() is None:
            self._zy.kill()
