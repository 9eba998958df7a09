"""Names of child executions: the same for the same invocation, whichever attempt of the parent makes it."""

import base64
import functools
import hashlib
import re
from collections import Counter
from typing import Any, NamedTuple

from flyteidl.core import literals_pb2

_PREFIX_LENGTH, _ENTITY_LENGTH, _NODE_LENGTH, _DIGEST_LENGTH = 12, 12, 4, 20
_NOT_DNS = re.compile(r"[^a-z0-9]+")


class Parent(NamedTuple):
    """The execution of an eager function, and the place of its task in it; without a place it is all of them."""

    project: str
    domain: str
    execution: str
    node: str = ""


def prefix(project: str, domain: str, execution: str) -> str:
    """What the names of all children of an execution begin with, and those of no other."""
    return "e" + _digest([project, domain, execution])[: _PREFIX_LENGTH - 1]


def is_below(parent: Parent, name: str) -> bool:
    """Whether a child of the execution is one of the parent, which may share it with other eager functions."""
    return not parent.node or name.rpartition("-")[2].startswith(_mark(parent.node))


def heir(name: str, parent_prefix: str) -> str:
    """The name that the same child has under another parent, whose children's names begin with `parent_prefix`."""
    return parent_prefix + name[_PREFIX_LENGTH:]


class Names:
    """Names the invocations of one parent.

    Equal invocations (same call site, same entity, same literals) are interchangeable and told apart by their ordinal,
    so that the order in which concurrent calls arrive does not matter.
    """

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._prefix = prefix(parent.project, parent.domain, parent.execution)
        self._seen: Counter[str] = Counter()

    def identity(self, site: str, entity: str, inputs: literals_pb2.LiteralMap) -> "Identity":
        """The identity of the next invocation that is equal in all of these."""
        counted = _counted_map(inputs).SerializeToString(deterministic=True)
        parts = "\0".join([self._parent.node, site, entity, hashlib.sha256(counted).hexdigest()])
        base = hashlib.sha256(parts.encode()).hexdigest()
        ordinal = self._seen[base]
        self._seen[base] += 1
        return Identity(f"{self._prefix}-{_short(entity)}-{_mark(self._parent.node)}", base, ordinal)


class Identity(NamedTuple):
    """One invocation among the equal ones of its parent."""

    stem: str
    base: str
    ordinal: int

    def name(self, run: int) -> str:
        """The name of an execution; `run` counts those that were started because an earlier one did not stand."""
        return f"{self.stem}{_digest([self.base, str(self.ordinal), str(run)])[:_DIGEST_LENGTH]}"


@functools.cache
def _mark(node: str) -> str:
    return _digest([node])[:_NODE_LENGTH]


@functools.cache
def _short(entity: str) -> str:
    """What a person may know an entity by, as far as the name of an execution can hold it."""
    return _NOT_DNS.sub("-", entity.rpartition(".")[2].lower())[:_ENTITY_LENGTH].strip("-") or "x"


def _digest(parts: list[str]) -> str:
    return base64.b32encode(hashlib.sha256("\0".join(parts).encode()).digest()).decode().lower().rstrip("=")


def _counted_map(inputs: literals_pb2.LiteralMap) -> literals_pb2.LiteralMap:
    return literals_pb2.LiteralMap(literals={name: _counted(value) for name, value in inputs.literals.items()})


def _counted(literal: Any) -> Any:
    """What makes up the identity of a literal: the hash that its type gave it, if there is one, as in Flyte's cache."""
    if literal.hash:
        return literals_pb2.Literal(hash=literal.hash)
    kind = literal.WhichOneof("value")
    if kind == "collection":
        items = [_counted(item) for item in literal.collection.literals]
        return literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=items))
    if kind == "map":
        return literals_pb2.Literal(map=_counted_map(literal.map))
    return literal
