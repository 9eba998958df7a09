"""For tests and benchmarks: start a server as its own process (bounded), talk to its control API."""

import http.client
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self


class Control:
    def __init__(self, address: str):
        self._address = address

    def __call__(
        self, path: str, body: dict[str, Any] | None = None, method: str = "", http_timeout: float = 1200, **q: Any
    ) -> Any:
        url = f"{self._address}/control/{path}" + ("?" + "&".join(f"{k}={v}" for k, v in q.items()) if q else "")
        data = json.dumps(body).encode() if body is not None else None
        req = urllib.request.Request(url, data=data, method=method or ("POST" if body is not None else "GET"))
        while True:
            try:
                with urllib.request.urlopen(req, timeout=http_timeout) as r:
                    return json.loads(r.read())
            except urllib.error.HTTPError as e:
                raise RuntimeError(e.read().decode()) from None
            except (ConnectionError, http.client.HTTPException):
                # The server was restarted, perhaps in the middle of an answer; what only asks can be asked again.
                if req.method != "GET":
                    raise


class Server:
    """`with Server(runner="synthetic") as s:` -> s.endpoint, s.control(...). Options are the flags of `serve`."""

    def __init__(self, interpreter: str = sys.executable, ttl: float = 600, **opts: Any):
        cmd = [interpreter, "-m", "tests.flyte.loopback", "serve", "--ttl", str(ttl), "--announce"]
        for k, v in opts.items():
            flag = "--" + k.replace("_", "-")
            if v is True:
                cmd.append(flag)
            elif v is not None and v is not False:
                cmd += [flag, json.dumps(v) if isinstance(v, (list, dict)) else str(v)]
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        self.proc = subprocess.Popen(cmd, stdout=subprocess.PIPE, env=env, text=True)
        assert self.proc.stdout
        self._announcement = self.proc.stdout
        line = self._announcement.readline()
        if not line:
            raise RuntimeError(f"server did not start (exit {self.proc.wait()})")
        self.info: dict[str, Any] = json.loads(line)
        self.endpoint: str = self.info["endpoint"]
        self.control = Control(self.info["http"])

    def client_env(self) -> dict[str, str]:
        return {
            "FLYTE_PLATFORM_URL": self.endpoint,
            "FLYTE_PLATFORM_INSECURE": "true",
            **self.info.get("client_env", {}),
        }

    def stop(self) -> None:
        self.proc.terminate()
        try:
            self.proc.wait(10)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()
        self._announcement.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *a: object) -> None:
        self.stop()
