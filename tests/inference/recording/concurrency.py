"""Awaits and asyncio that take values as they take awaitables, and threads that know whose body started them.

flytekit gives a value where a sync entity is called; after `eagerc build` the same call can be awaited, gathered and
scheduled. So that the original source can run, `await x` becomes `await awaitable(x)`, in memory only.
"""

import ast
import asyncio
import builtins
import concurrent.futures
import functools
import inspect
import sys
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from importlib.abc import PathEntryFinder
from importlib.machinery import FileFinder, SourceFileLoader
from types import CodeType
from typing import Any

from tests.inference.recording import naming

_NAME = "__awaitable__"


def awaitable(value: Any) -> Awaitable[Any]:
    """`value` if it can be awaited, else an awaitable that gives it."""
    return value if inspect.isawaitable(value) else _gives(value)


async def _gives(value: Any) -> Any:
    return value


class _Awaits(ast.NodeTransformer):
    def visit_Await(self, node: ast.Await) -> ast.AST:
        self.generic_visit(node)
        call = ast.Call(ast.Name(_NAME, ast.Load()), [node.value], [])
        return ast.copy_location(ast.Await(ast.copy_location(call, node.value)), node)


class _ProgramLoader(SourceFileLoader):
    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]  # as SourceFileLoader has it
        tree = ast.fix_missing_locations(_Awaits().visit(ast.parse(data, path)))
        code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)
        return code


_finder = FileFinder.path_hook((_ProgramLoader, [".py"]))


def _program_finder(path: str) -> PathEntryFinder:
    """The finder for the folders of the program; others are not its business."""
    if not path.startswith(tuple(naming.ROOTS)):
        raise ImportError
    return _finder(path)


def _lifting(function: Callable[..., Any], position: int = 0, every: bool = False) -> Callable[..., Any]:
    """`function`, taking values for awaitables at `position`, or at every position."""

    @functools.wraps(function)
    def lifted(*args: Any, **kwargs: Any) -> Any:
        changed = [awaitable(a) if every or i == position else a for i, a in enumerate(args)]
        return function(*changed, **kwargs)

    return lifted


def _lifting_all_of(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def lifted(many: Any, **kwargs: Any) -> Any:
        return function([awaitable(one) for one in many], **kwargs)

    return lifted


def _in_context(function: Callable[..., Any], position: int) -> Callable[..., Any]:
    """`function`, which runs its argument at `position` in a thread, made to run it in the caller's context."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        before, target, after = args[:position], args[position], args[position + 1 :]
        return function(*before, functools.partial(copy_context().run, target), *after, **kwargs)

    return run


def _start_in_context(thread: threading.Thread) -> None:
    thread.run = functools.partial(copy_context().run, thread.run)  # type: ignore[method-assign]  # the point of it
    _start(thread)


_start = threading.Thread.start


def install() -> None:
    """Change asyncio and the thread pools for the rest of the process."""
    setattr(builtins, _NAME, awaitable)
    sys.path_hooks.insert(0, _program_finder)
    patches: list[tuple[object, str, Callable[..., Any]]] = [
        (asyncio, "gather", _lifting(asyncio.gather, every=True)),
        (asyncio, "wait_for", _lifting(asyncio.wait_for)),
        (asyncio, "shield", _lifting(asyncio.shield)),
        (asyncio, "create_task", _lifting(asyncio.create_task)),
        (asyncio, "ensure_future", _lifting(asyncio.ensure_future)),
        (asyncio, "as_completed", _lifting_all_of(asyncio.as_completed)),
        (asyncio.TaskGroup, "create_task", _lifting(asyncio.TaskGroup.create_task, 1)),
        (asyncio.BaseEventLoop, "create_task", _lifting(asyncio.BaseEventLoop.create_task, 1)),
        (asyncio.BaseEventLoop, "run_in_executor", _in_context(asyncio.BaseEventLoop.run_in_executor, 2)),
        (concurrent.futures.ThreadPoolExecutor, "submit", _in_context(concurrent.futures.ThreadPoolExecutor.submit, 1)),
        (threading.Thread, "start", _start_in_context),
    ]
    for owner, name, function in patches:
        setattr(owner, name, function)
