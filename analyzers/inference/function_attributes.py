"""Attributes of what can be called: functions, entities, partials, bound methods, and names outside the project."""

import ast

from analyzers.inference.entities import Entities
from analyzers.inference.values import (
    Bound,
    EntityRef,
    External,
    Function,
    Method,
    Partial,
    Values,
    const,
    only,
)
from analyzers.knowledge import flytekit
from analyzers.knowledge.names import canonical
from analyzers.model.facts import Reference

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
        if name != "__name__" or not isinstance(function, Function):
            return only(Method(value, name))
        while function.wraps is not None:
            function = function.wraps
        return const("<lambda>" if isinstance(function.node, ast.Lambda) else function.node.name)

    def external_attribute(self, value: External, name: str, node: ast.expr) -> Values:
        full = canonical(f"{value.name}.{name}")
        if full in flytekit.REPLACED:
            place = self.module.place(node)
            self.module.references.setdefault(place, Reference(place, full))
        return only(External(full))
