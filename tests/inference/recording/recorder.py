"""What runs record: which eager function, or other entity, is running, and which entities it invoked."""

from contextvars import ContextVar
from typing import NamedTuple


class Body(NamedTuple):
    """The body of an entity that is running. In an eager function of the `classic` dialect every call is awaitable."""

    name: str
    eager: bool
    classic: bool


RUNNING: ContextVar[Body | None] = ContextVar("running", default=None)
RECORDED: dict[str, set[str]] = {}


def record(body: Body, entity: str) -> None:
    """Note that `body` invoked `entity`."""
    RECORDED.setdefault(body.name, set()).add(entity)
