"""A loopback Flyte as tests use it: trees are registered and run with flytekit's own commands."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd  # type: ignore[import-untyped]  # no stubs are installed
from flytekit.configuration import Config
from flytekit.exceptions.system import FlyteSystemUnavailableException
from flytekit.remote import FlyteRemote

from analyzers.analysis import analyze
from analyzers.model.settings import Settings
from codegen.build import build
from tests.flyte.loopback.client import Server

T = TypeVar("T")

# flytekit loads pandas when something first looks into it, and tests that run side by side would see it half loaded.
assert pd.DataFrame

# A rule for the tasks of `data/parents.py` that only take time.
MADE_UP = {"task": "parents.slow", "runner": "synthetic"}
PROJECT, DOMAIN = "flytesnacks", "development"
_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
_PLAIN = {"FLYTE_SDK_RICH_TRACEBACKS": "0"}
_LIMIT_SECONDS = 180


class Done(NamedTuple):
    """What a command did."""

    status: int
    stdout: str
    stderr: str


class Cluster:
    """A server, and the folder in which programs for it are written and built."""

    def __init__(self, server: Server, python: Path, folder: Path) -> None:
        self.server, self.control = server, server.control
        self.folder, self.python = folder, python
        self._pyflyte = python.with_name("pyflyte")
        config = Config.for_endpoint(server.endpoint, insecure=True)
        self.remote = FlyteRemote(config, default_project=PROJECT, default_domain=DOMAIN)

    def write(self, files: Mapping[str, str]) -> None:
        """Write the sources of a project."""
        for path, content in files.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(content)

    def start(self, *arguments: str, **variables: str) -> "subprocess.Popen[str]":
        """Start `eagerc` as a person would, in the folder; what it runs finds nothing of this project."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        place = {"FLYTE_DEFAULT_PROJECT": PROJECT, "FLYTE_DEFAULT_DOMAIN": DOMAIN}
        own = {"XDG_CACHE_HOME": str(self.folder / "cache"), "VIRTUAL_ENV": str(self.python.parents[1])}
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "eagerc", *arguments],
            cwd=self.folder,
            env={**inherited, **_KEYRING, **self.server.client_env(), **place, **own, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def eagerc(self, *arguments: str, **variables: str) -> Done:
        """Run `eagerc` to its end."""
        with self.start(*arguments, **variables) as process:
            stdout, stderr = process.communicate(timeout=_LIMIT_SECONDS)
        return Done(process.returncode, stdout, stderr)

    def calls(self) -> dict[str, int]:
        """How often each method was called since the last reset."""
        found: dict[str, int] = self.control("stats")["by_method"]
        return found

    def registered(self, version: str) -> set[tuple[str, str]]:
        """What is registered at a version: kinds and names."""
        kinds = {"tasks": "task", "workflows": "workflow", "launch_plans": "launch plan"}
        return {
            (kinds[table], entity[2])
            for table, entities in self.control("entities").items()
            for entity in entities
            if entity[3] == version
        }

    def build(self, files: Mapping[str, str]) -> list[str]:
        """Write a project, build it, and give the paths that `build/*` stands for."""
        source = self.folder / "source"
        for path, content in files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_text(content)
        tree = self.folder / "build"
        paths = sorted({str(source / path.partition("/")[0]) for path in files})
        build(analyze(paths), str(tree), check=False, settings=Settings())
        return sorted(str(path) for path in tree.iterdir())

    def pyflyte(self, *arguments: str, expect: int = 0) -> str:
        """Run flytekit's command as a person would, in the folder, and give what it prints."""
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        done = subprocess.run(
            [self._pyflyte, *arguments],
            cwd=self.folder,
            env={**inherited, **_KEYRING, **_PLAIN, **self.server.client_env()},
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT_SECONDS,
        )
        assert done.returncode == expect, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def register(self, *paths: str, version: str = "v1") -> None:
        self.pyflyte("register", "-p", PROJECT, "-d", DOMAIN, "--version", version, *paths)

    def launch(self, name: str, /, *, version: str = "v1", kind: str = "task", **inputs: Any) -> str:
        """Start an execution of a registered entity and give its name."""
        fetch = self.remote.fetch_task if kind == "task" else self.remote.fetch_launch_plan
        return str(self.remote.execute(fetch(name=name, version=version), inputs=inputs).id.name)

    def ended(self, execution: str, seconds: float = 60) -> dict[str, Any]:
        """The execution once it has ended."""
        found: dict[str, Any] = self.control(f"wait/{execution}", timeout=seconds)
        assert found["phase"] in ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"), found
        return found

    def result(self, execution: str, seconds: float = 60) -> Any:
        """The first output of an execution that succeeds."""
        found = self.ended(execution, seconds)
        assert found["phase"] == "SUCCEEDED", self.story(found)
        return self.remote.sync(self.remote.fetch_execution(name=execution)).outputs["o0"]

    def run(self, name: str, **inputs: Any) -> Any:
        return self.result(self.launch(name, **inputs))

    def children(self, parent: str = "") -> list[dict[str, Any]]:
        """All executions but one, in the order in which they were created."""
        return [found for found in self.control("executions") if found["name"] != parent]

    def running(self) -> list[str]:
        """The entities of the executions that have not ended."""
        ended = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")
        return [found["entity"] for found in self.control("executions") if found["phase"] not in ended]

    def launched(self, entity: str, count: int = 1) -> list[dict[str, Any]]:
        """The executions of an entity, once there are so many."""

        def enough() -> list[dict[str, Any]]:
            found = [one for one in self.control("executions") if one["entity"] == entity]
            return found if len(found) >= count else []

        return self.until(enough)

    def until(self, holds: Callable[[], T], seconds: float = 20) -> T:
        """What holds, once it does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = holds()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"it did not come to be, and these run: {self.running()}")

    def interrupt(self, fault: str, seconds: float) -> None:
        """Let the control plane go away, by an outage or a restart, and wait until it is back."""
        sign = {"outage": "back", "restart": "restart"}[fault]

        def times() -> int:
            return sum(event["kind"] == sign for event in self.control("events"))

        before = times()
        self.control(fault, {"seconds": seconds})
        self.until(lambda: times() > before, _LIMIT_SECONDS)
        self.until(self._answers, _LIMIT_SECONDS)

    def _answers(self) -> bool:
        try:
            return bool(self.remote.list_projects())
        except FlyteSystemUnavailableException:
            return False

    def story(self, execution: dict[str, Any]) -> str:
        """What there is to read about an execution that went wrong."""
        logs = [Path(log).read_text()[-4000:] for log in self.control(f"execution/{execution['name']}")["logs"]]
        return "\n".join([execution["phase"], execution["error"], *logs])
