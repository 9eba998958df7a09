"""Questions about definitions that several rules ask."""

import ast
from collections.abc import Iterator

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.model.entities import EntityKind
from analyzers.model.facts import Definition
from analyzers.model.record import Record

FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef

EAGER = frozenset({"flytekit.eager", "flytekit.core.task.eager", "flytekit.experimental.eager"})


class Defined(Record):
    """A definition and the module that it stands in."""

    module: ModuleFacts
    definition: Definition


def definitions(analysis: Analysis) -> Iterator[Defined]:
    """The definitions of the files asked for, in source order."""
    return (Defined(module, definition) for module in analysis.modules for definition in module.definitions)


def decorated(definition: Definition) -> FunctionDef | None:
    """The function that the entity's decorator receives as written; None where another decorator stands between."""
    node = definition.node
    if isinstance(node, ast.expr) or not node.decorator_list or node.decorator_list[-1] is not definition.decorator:
        return None
    return node


def is_eager(definition: Definition) -> bool:
    """Whether it makes an eager function."""
    return definition.entity.kind is EntityKind.EAGER
