"""Turns the arguments of a call into the named inputs of an entity."""

import functools
from typing import Any

from flytekit.core.array_node_map_task import ArrayNodeMapTask
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.reference_entity import ReferenceEntity


def unbound(callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """The callee without `functools.partial` around it, and the arguments together with those that were bound."""
    while isinstance(callee, functools.partial):
        args = (*callee.args, *args)
        kwargs = {**callee.keywords, **kwargs}
        callee = callee.func
    return callee, args, kwargs


def keywords(entity: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The inputs by name; flytekit itself takes no positional arguments for launch plans."""
    if not args:
        return kwargs
    names = _open_inputs(entity)
    if len(args) > len(names):
        raise TypeError(f"{entity.name} takes {len(names)} positional arguments, but {len(args)} were given")
    inputs = dict(zip(names, args))  # noqa: B905 - shorter on purpose: the others are given by name
    for name in kwargs:
        if name in inputs:
            raise TypeError(f"{entity.name} got multiple values for argument {name!r}")
    return {**inputs, **kwargs}


def _open_inputs(entity: Any) -> list[str]:
    """The names of the inputs that a caller may give, in the order of the signature."""
    interface = entity.python_interface
    if interface is None:
        raise TypeError(f"{entity.name} takes its arguments by name only, because the order of its inputs is not known")
    bound: set[str] = set()
    if isinstance(entity, ArrayNodeMapTask):
        bound = set(entity.bound_inputs)
    elif isinstance(entity, LaunchPlan) and not isinstance(entity, ReferenceEntity):
        bound = set(entity.fixed_inputs.literals)
    return [name for name in interface.inputs if name not in bound]
