"""What a program takes back before it could have any effect, as far as its text alone shows that."""

import ast
from collections.abc import Iterator, Sequence

_SCHEDULING = frozenset({"create_task", "ensure_future"})
_UNDONE_BY = {"add_done_callback": "remove_done_callback"}


def withdrawn(tree: ast.Module) -> frozenset[ast.Call]:
    """Calls that schedule a task which is cancelled, or add a callback which is removed, before the loop can turn."""
    found: set[ast.Call] = set()
    for body in _bodies(tree):
        for index, statement in enumerate(body):
            call = _call_in(statement)
            if call is not None and _is_taken_back(statement, call, body[:index], body[index + 1 :]):
                found.add(call)
    return frozenset(found)


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                yield body


def _is_taken_back(statement: ast.stmt, call: ast.Call, before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> bool:
    task = _scheduled(statement)
    if task is not None:
        return _follows(f"{task}.cancel()", task, after)
    match statement, call.func:
        case ast.Expr(), ast.Attribute(value=ast.Name(id=task), attr=name) if (
            name in _UNDONE_BY and len(call.args) == 1
        ):
            undone = f"{task}.{_UNDONE_BY[name]}({ast.unparse(call.args[0])})"
            return _has_just_begun(task, before) and _follows(undone, task, after)
        case _:
            return False


def _scheduled(statement: ast.stmt) -> str | None:
    """The name of the task that a statement schedules for a call."""
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=task)],
            value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Call(), *_]),
        ) if name in _SCHEDULING:
            return task
        case _:
            return None


def _follows(wanted: str, task: str, after: Sequence[ast.stmt]) -> bool:
    """Whether an expression is evaluated before the loop turns, or the task is another one."""
    for each in after:
        if isinstance(each, ast.Expr) and ast.unparse(each) == wanted:
            return True
        if not _is_harmless(each) or _binds(each, task):
            return False
    return False


def _has_just_begun(task: str, before: Sequence[ast.stmt]) -> bool:
    """Whether a task was scheduled since the loop turned: the callbacks of one that has ended run in any case."""
    for each in reversed(before):
        if _scheduled(each) == task:
            return True
        if not _is_harmless(each) or _binds(each, task):
            return False
    return False


def _binds(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name


def _is_harmless(statement: ast.stmt) -> bool:
    """Whether a statement neither fails nor lets the loop turn: it schedules, adds callbacks, or binds a constant."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
        return True
    call = _call_in(statement)
    if call is None or not isinstance(call.func, ast.Attribute | ast.Name):
        return False
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
    known = name in _SCHEDULING or name in _UNDONE_BY or name in _UNDONE_BY.values() or name == "cancel"
    return known and not any(isinstance(node, ast.Await | ast.Yield | ast.YieldFrom) for node in ast.walk(call))


def _call_in(statement: ast.stmt) -> ast.Call | None:
    """The call that a statement consists of, with a simple target or none."""
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Call() as call) | ast.Expr(value=ast.Call() as call):
            return call
        case _:
            return None
