"""What the control plane keeps: entities, executions, nodes; and the error that it answers with."""

import collections
import hashlib
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import grpc
from flyteidl.admin import execution_pb2 as aex
from flyteidl.admin import node_execution_pb2 as anx
from flyteidl.admin import task_execution_pb2 as atx
from flyteidl.core import (
    execution_pb2,
    identifier_pb2,
    literals_pb2,
)
from google.protobuf.timestamp_pb2 import Timestamp

from .jobs import Job

WX = execution_pb2.WorkflowExecution
NX = execution_pb2.NodeExecution
TX = execution_pb2.TaskExecution
TERMINAL = {WX.SUCCEEDED, WX.FAILED, WX.ABORTED, WX.TIMED_OUT}
RT = identifier_pb2.ResourceType
Key = tuple[str, str, str, str]
MAX_SYSTEM_FAILURES = 3


class RpcError(Exception):
    """Becomes the answer to the call in which it is raised."""

    def __init__(self, code: grpc.StatusCode, details: str):
        super().__init__(details)
        self.code, self.details = code, details


def now() -> Timestamp:
    t = Timestamp()
    t.FromNanoseconds(time.time_ns())
    return t


def key(i: Any) -> Key:
    return (i.project, i.domain, i.name, i.version)


def xkey(i: Any) -> tuple[str, str, str]:
    return (i.project, i.domain, i.name)


def digest(m: Any) -> str:
    return hashlib.sha256(m.SerializeToString(deterministic=True)).hexdigest()


@dataclass
class Entity:
    proto: Any
    digest: str
    seq: int
    created: Timestamp


@dataclass
class NodeRec:
    proto: anx.NodeExecution
    inputs: literals_pb2.LiteralMap = field(default_factory=literals_pb2.LiteralMap)
    outputs: literals_pb2.LiteralMap | None = None
    tasks: list[atx.TaskExecution] = field(default_factory=list)
    parent: str = ""


@dataclass
class Exec:
    proto: aex.Execution
    inputs: literals_pb2.LiteralMap
    seq: int
    tags: list[tuple[str, str]]
    outputs: literals_pb2.LiteralMap | None = None
    nodes: collections.OrderedDict[str, NodeRec] = field(default_factory=collections.OrderedDict)
    jobs: list[Job] = field(default_factory=list)
    abort: threading.Event = field(default_factory=threading.Event)
    times: dict[str, float] = field(default_factory=dict)
    create_requests: int = 1

    @property
    def name(self) -> str:
        return str(self.proto.id.name)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in ("jobs", "abort")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, jobs=[], abort=threading.Event())
        if self.proto.closure.phase == WX.ABORTING:
            self.abort.set()
