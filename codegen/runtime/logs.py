"""What the controller tells about its work: records of `logging` with the call site, the entity and the execution."""

import json
import logging
import sys
from collections.abc import Mapping

LOG = logging.getLogger("eagerc")
LEVEL = "EAGERC_LOG"

_FIELDS = ("site", "entity", "execution", "seconds")


def about(site: str, entity: str, execution: str) -> dict[str, str]:
    """The fields of a record, for its `extra`."""
    return {"site": site, "entity": entity, "execution": execution}


def show(environment: Mapping[str, str]) -> None:
    """Write the records from the level on that `EAGERC_LOG` names to standard error, each as a line of JSON."""
    name = environment.get(LEVEL, "").upper()
    if not name:
        return
    level = logging.getLevelName(name)
    if not isinstance(level, int):
        raise ValueError(f"{LEVEL}={environment[LEVEL]!r} is no level of logging, such as info")
    LOG.disabled = False  # as `logging.config` leaves each logger that it was not told of
    LOG.setLevel(level)
    LOG.propagate = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    LOG.handlers = [handler]


class _Lines(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        told = {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        line = {"time": record.created, "level": record.levelname, "message": record.getMessage(), **told}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)
