"""The options that a source gives to `eager`."""

import ast
from collections.abc import Iterator

from analyzers.analysis import Analysis, ModuleFacts
from analyzers.model.diagnostics import Edit
from analyzers.model.facts import Definition
from analyzers.model.record import Record
from analyzers.rules.definitions import EAGER, definitions, is_eager

LEGACY = frozenset({"remote", "client_secret_group", "client_secret_key", "client_secret_env_var", "local_entrypoint"})
"""What configured the connection of eager functions to Flyte before flytekit 1.15."""

_PARTIALS = frozenset({"partial", "functools.partial"})


class Option(Record):
    """One option as it is written in `call`, which is a call of `eager` or of `partial` with it."""

    module: ModuleFacts
    definition: Definition
    call: ast.Call
    keyword: ast.keyword
    name: str


def options(analysis: Analysis) -> Iterator[Option]:
    """The options of the eager functions that the files asked for define.

    A decorator of the project's own that passes its options on is not followed: it may do anything with them.
    """
    for module, definition in definitions(analysis):
        if is_eager(definition):
            for call in option_calls(module, definition):
                for keyword in call.keywords:
                    if keyword.arg:
                        yield Option(module, definition, call, keyword, keyword.arg)


def option_calls(module: ModuleFacts, definition: Definition) -> tuple[ast.Call, ...]:
    """The calls that hand options to `eager` for one definition: of `eager` itself, and of partials that lead to it."""
    maker = definition.decorator or definition.node
    return _calls(module, maker) if isinstance(maker, ast.expr) else ()


def _calls(module: ModuleFacts, maker: ast.expr) -> tuple[ast.Call, ...]:
    match maker:
        case ast.Name(id=name):
            assigned = _assigned(module.tree, name, maker.lineno)
            return _calls(module, assigned) if isinstance(assigned, ast.Call) else ()
        case ast.Call(func=func) if _names_eager(module, func):
            return (maker,)
        case ast.Call(func=func, args=[inner, *_]) if ast.unparse(func) in _PARTIALS:
            further = _calls(module, inner)
            return (maker, *further) if further or _names_eager(module, inner) else ()
        case ast.Call(func=func):
            further = _calls(module, func)
            return (maker, *further) if further else ()
        case _:
            return ()


def _assigned(tree: ast.Module, name: str, before: int) -> ast.expr | None:
    """What the one assignment at module level above line `before` gives to `name`."""
    found = [
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in statement.targets)
    ]
    return found[0] if len(found) == 1 and found[0].lineno < before else None


def _names_eager(module: ModuleFacts, node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return any(
            (alias.asname or alias.name) == node.id and f"{statement.module}.{alias.name}" in EAGER
            for statement in module.imports
            if isinstance(statement, ast.ImportFrom)
            for alias in statement.names
        )
    place = module.source.place(module.file.path, node)
    return any(reference.place == place and reference.name in EAGER for reference in module.references)


def removed(option: Option) -> Edit | None:
    """The edit that takes the option out of its call; None where a comment stands in between."""
    source = option.module.source
    place = source.place(option.module.file.path, option.keyword)
    nodes: tuple[ast.expr | ast.keyword, ...] = (*option.call.args, *option.call.keywords)
    arguments = [source.place(place.path, node) for node in nodes]
    later = [argument for argument in arguments if argument > place]
    earlier = [argument for argument in arguments if argument < place]
    if later:
        gone = place.replaced(end_line=min(later).line, end_column=min(later).column)
    elif earlier:
        gone = place.replaced(line=max(earlier).end_line, column=max(earlier).end_column)
    else:
        gone = place
    between = source.segment(gone).replace(source.segment(place), "", 1)
    return None if "#" in between else Edit(gone, "")
