"""Where an `await` may be written, and the fix that writes one."""

import ast

from analyzers.analysis import ModuleFacts
from analyzers.model.calls import Consumption
from analyzers.model.diagnostics import Edit, Fix
from analyzers.model.facts import EntityFunction
from analyzers.rules.paths import path_to
from analyzers.rules.rule import Subject

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.GeneratorExp | ast.ClassDef


def await_fix(subject: Subject, function: EntityFunction, call: ast.expr) -> Fix | None:
    """The fix that awaits `call` where it stands.

    None where no `await` may stand (plain functions, generator expressions), and where another path awaits it.
    """
    if any(is_awaited(other, call) for other in subject.analysis.functions):
        return None
    entered = {frame.module for frame in function.frames}
    for module in subject.modules.values():
        path = path_to(module.tree, call) if module.file.module in entered else ()
        if path:
            return _fix(module, call, path) if _allows_await(path) else None
    return None


def _fix(module: ModuleFacts, call: ast.expr, path: tuple[ast.AST, ...]) -> Fix:
    place = module.source.place(module.file.path, call)
    start = place.replaced(end_line=place.line, end_column=place.column)
    end = place.replaced(line=place.end_line, column=place.end_column)
    if _binds_tighter(path[-2], call):
        return Fix("await it", (Edit(start, "(await "), Edit(end, ")")))
    return Fix("await it", (Edit(start, "await "),))


def _binds_tighter(parent: ast.AST, call: ast.expr) -> bool:
    match parent:
        case ast.Attribute() | ast.Subscript():
            return parent.value is call
        case ast.Call():
            return parent.func is call
        case _:
            return False


def _allows_await(path: tuple[ast.AST, ...]) -> bool:
    scope = next((node for node in reversed(path) if isinstance(node, _SCOPES)), None)
    return isinstance(scope, ast.AsyncFunctionDef) and not any(isinstance(node, ast.JoinedStr) for node in path)


def is_awaited(function: EntityFunction, call: ast.expr) -> bool:
    """Whether some run of the eager function lets what `call` invokes run."""
    return any(
        invocation.call is call and invocation.consumed is not Consumption.DROPPED
        for invocation in function.invocations
    )
