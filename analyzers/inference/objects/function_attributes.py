"""Attributes of what can be called: functions, entities, partials, bound methods, and names outside the project."""

import ast

from analyzers.inference.domain.records import EntityRecord
from analyzers.inference.domain.value_sets import const, only
from analyzers.inference.domain.values import Bound, EntityRef, Env, External, Function, Method, Partial, Values
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.entities import Entities
from analyzers.knowledge import flytekit
from analyzers.knowledge.names import canonical
from analyzers.model.entities import EntityKind
from analyzers.model.facts import Reference

NAMES = frozenset({"__module__", "__name__", "__qualname__"})
"""What functions and classes are called."""

_DEEP = 5
"""How many dots a name has that leads from object to object rather than through packages, if it repeats itself."""

WRAPPED = "__wrapped__"
"""The attribute that holds what a wrapper was made of.

A decorator that keeps what calling the function does, such as `functools.cache`, has no value of its own here: what it
made is the function, and wraps itself.
"""


class FunctionAttributes(Entities):
    """What such values know of themselves."""

    def attribute_of_bound(self, value: Bound, name: str, node: ast.expr) -> Values:
        match name:
            case "__call__":
                return only(value)
            case "__self__":
                return only(value.receiver)
            case "__func__":
                return only(value.function)
            case _:
                return self.attribute(only(value.function), name, node)

    def attribute_of_function(self, value: Function | EntityRef | Partial, name: str) -> Values:
        if name == "__call__":
            return only(value)
        if isinstance(value, Partial) and name == "func":
            return value.function
        if name == WRAPPED and not isinstance(value, EntityRef):
            return only(value)
        function = self.entities[value.number].function if isinstance(value, EntityRef) else value
        if name not in NAMES or not isinstance(function, Function):
            return only(Method(value, name))
        while function.wraps is not None:
            function = function.wraps
        own = "<lambda>" if isinstance(function.node, ast.Lambda) else function.node.name
        return const(name_of(name, own, function.env))

    def entity_has(self, ref: EntityRef, record: EntityRecord, name: str) -> bool | None:
        """Whether an entity has an attribute: flytekit's, its own, or one of the function that it was made of."""
        plain = record.entity.kind in (EntityKind.TASK, EntityKind.ASYNC_TASK, EntityKind.DYNAMIC, EntityKind.EAGER)
        known = flytekit.TASK_ATTRIBUTES if plain else flytekit.ATTRIBUTES
        if record.function is None or record.maker in self.declared or name in known or name.startswith("_"):
            return None
        given = self.read(attribute_cell(ref, name)) or self.read(attribute_cell(record.function, name))
        return None if given else False

    def external_attribute(self, value: External, name: str, node: ast.expr) -> Values:
        if value.name.count(".") >= _DEEP and name in value.name.split("."):
            return self.opaque(f"`{value.name}`")
        full = canonical(f"{value.name}.{name}")
        if full in flytekit.REPLACED:
            place = self.module.place(node)
            self.module.references.setdefault(place, Reference(place, full))
        return only(External(full))


def name_of(name: str, own: str, env: Env) -> str:
    """What `__name__`, `__qualname__` or `__module__` of something says that is called `own` and defined in a scope."""
    match name:
        case "__module__":
            return env.module
        case "__name__":
            return own
        case _:
            return ".".join([*_qualifying(env), own])


def _qualifying(env: Env) -> list[str]:
    """The names before the last one of a qualified name."""
    parts: list[str] = []
    scope: Env | None = env
    while scope is not None and scope.parent is not None:
        if scope.owner[0] != "comprehension":
            named = scope.qualname.rpartition(".")[2]
            parts = [named, *parts] if scope.closed else [named, "<locals>", *parts]
        scope = scope.parent
    return parts
