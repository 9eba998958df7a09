"""Which way a task attempt runs, chosen by rules."""

import fnmatch
from typing import Any

from .containers import Containers
from .jobs import Job, Outcome, err
from .synthetic import Synthetic


class Runners:
    """Picks a runner by rule: `{"task": GLOB, "runner": "process", ...}`; the first match wins."""

    def __init__(self, containers: Containers, default: dict[str, Any], rules: list[dict[str, Any]] | None = None):
        self.containers, self.synthetic = containers, Synthetic()
        self.default, self.rules = default, rules or []

    def rule_for(self, name: str) -> dict[str, Any]:
        for r in self.rules:
            if fnmatch.fnmatch(name, r.get("task", "*")):
                return {**self.default, **r} if "runner" not in r else r
        return self.default

    def start(self, job: Job) -> None:
        r = self.rule_for(job.template.id.name)
        kind = r.get("runner", "process")
        if kind == "synthetic":
            self.synthetic.start(job, r)
        elif kind in ("process", "zygote"):
            self.containers.start(job, r, warm=kind == "zygote")
        else:
            job.finish(Outcome(error=err("LoopbackFlyte", f"unknown runner {kind!r}", "SYSTEM")))
