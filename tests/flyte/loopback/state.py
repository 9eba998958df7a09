"""What a server leaves to the process that takes its place."""

import os
import pickle
from typing import Any, NamedTuple

from .faults import Fault
from .registry import Tables


class State(NamedTuple):
    """The tables, the processes of tasks that run on, and what tests have set; written to the folder of the server."""

    tables: Tables
    processes: dict[str, int | None]  # by the key of the job; None where the process has not yet said its id
    rules: list[dict[str, Any]]
    faults: list[Fault]
    latency_ms: float
    latency_by_method: dict[str, float]
    port: int
    http_socket: int
    temporary: bool

    def write(self, folder: str) -> None:
        with open(_path(folder), "wb") as file:
            pickle.dump(self._asdict(), file)

    @classmethod
    def read(cls, folder: str) -> "State":
        with open(_path(folder), "rb") as file:
            return cls(**pickle.load(file))


def _path(folder: str) -> str:
    return os.path.join(folder, "state.pickle")
