"""Admin list filters, pagination and sorting.

Follows what flyteadmin 1.16 does: expressions ``func(field,value)`` joined by ``+``, repeated values separated by
``;``, unknown functions or columns are INVALID_ARGUMENT, ``execution_tag.*`` / ``admin_tag.*`` are an inner join (an
execution is listed once for every tag row that satisfies all tag filters).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

_EXPR = re.compile(r"^(.+?)\((.+?),\s?(.+)\)$")

T = TypeVar("T")

_FUNCTIONS: dict[str, Callable[[str, "Filter"], bool]] = {
    "eq": lambda value, one: value == one.values[0],
    "ne": lambda value, one: value != one.values[0],
    "gt": lambda value, one: value > one.values[0],
    "gte": lambda value, one: value >= one.values[0],
    "lt": lambda value, one: value < one.values[0],
    "lte": lambda value, one: value <= one.values[0],
    "contains": lambda value, one: one.values[0] in value,
    "not_like": lambda value, one: one.values[0].strip("%") not in value,
    "value_in": lambda value, one: value in one.lookup,
    "value_not_in": lambda value, one: value not in one.lookup,
}

ENTITY_COLUMNS = {
    "execution": {
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "execution_project",
        "execution_domain",
        "execution_name",
        "launch_plan_id",
        "workflow_id",
        "task_id",
        "phase",
        "closure",
        "spec",
        "started_at",
        "execution_created_at",
        "execution_updated_at",
        "duration",
        "abort_cause",
        "mode",
        "source_execution_id",
        "parent_node_execution_id",
        "cluster",
        "inputs_uri",
        "user_inputs_uri",
        "error_kind",
        "error_code",
        "user",
        "state",
        "launch_entity",
    },
    "execution_tag": {"key", "value", "execution_project", "execution_domain", "execution_name", "created_at"},
    "admin_tag": {"name", "id", "created_at"},
    "task": {"project", "domain", "name", "version", "created_at", "updated_at", "type", "short_description"},
    "workflow": {"project", "domain", "name", "version", "created_at", "updated_at", "short_description"},
    "launch_plan": {"project", "domain", "name", "version", "created_at", "updated_at", "state", "schedule_type"},
    "node_execution": {"phase", "node_id", "created_at", "started_at", "execution_name", "parent_id", "cache_status"},
    "task_execution": {"phase", "created_at", "started_at", "retry_attempt", "execution_name"},
    "entities": {"name", "project", "domain"},
    "named_entity_metadata": {"state", "description"},
    "project": {"name", "identifier", "state", "created_at", "description"},
}

_JOINS = {
    "execution": {"execution", "launch_plan", "workflow", "task", "admin_tag", "execution_tag"},
    "launch_plan": {"launch_plan", "workflow"},
    "entities": {"entities", "named_entity_metadata"},
}


class FilterError(ValueError):
    """Reported to the client as INVALID_ARGUMENT."""


class Filter(NamedTuple):
    """One expression: a function over a column of an entity."""

    entity: str
    field: str
    function: str
    values: list[str]
    lookup: frozenset[str]


def parse(text: str, primary: str) -> list[Filter]:
    """The expressions of a filter, checked."""
    return [_expression(part, primary) for part in text.split("+")] if text else []


def _expression(text: str, primary: str) -> Filter:
    match = _EXPR.match(text)
    if not match:
        raise FilterError("invalid value for filters")
    function, field, value = match.groups()
    entity = primary
    for prefix in ENTITY_COLUMNS:
        if field.startswith(prefix + "."):
            entity, field = prefix, field[len(prefix) + 1 :]
            break
    if entity not in _JOINS.get(primary, {primary}):
        raise FilterError(f"'{entity}' entity is not allowed in filters")
    if field not in ENTITY_COLUMNS[entity]:
        raise FilterError(f"'{entity}.{field}' is invalid filter")
    if function not in _FUNCTIONS:
        raise FilterError(f"unrecognized filter function: {function}")
    values = value.split(";")
    return Filter(entity, field, function, values, frozenset(values))


def matches(row: Mapping[str, Any], wanted: Iterable[Filter]) -> bool:
    """Whether a row satisfies all expressions."""
    return all(_FUNCTIONS[one.function](str(row.get(one.field, "")), one) for one in wanted)


def page(rows: Sequence[T], limit: int, token: str) -> tuple[Sequence[T], str]:
    """A page of rows, and the token of the next one."""
    try:
        start = int(token) if token else 0
    except ValueError:
        raise FilterError(f"invalid pagination token {token}") from None
    cut = rows[start : start + limit]
    return cut, str(start + len(cut)) if len(cut) == limit else ""
