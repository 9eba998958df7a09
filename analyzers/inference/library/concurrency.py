"""asyncio and executors: what runs awaitables side by side, later, or in a thread."""

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.store import Delta
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, const, join, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    Coroutine,
    Deferred,
    ExternalInstance,
    Future,
    Obj,
    Pending,
    Values,
)
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.library.iteration_functions import draw_mapped
from analyzers.inference.statements.exit_stacks import STACK
from analyzers.model.facts import ObservationKind


def _gather(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    _note_gathered_list(interpreter, arguments, point)
    parts = [_inside_lists(interpreter, values) for values in arguments.positional]
    with interpreter.store.watch() as written:
        results = interpreter.gathered(parts, point.node, "gather")
        if arguments.star is not None:
            results.append(_gathered_any(interpreter, arguments.star, point, "gather"))
    kept = arguments.keyword("return_exceptions") or arguments.double_star
    if kept and kept != const(False):
        exceptions = _made_exceptions(interpreter, written)
        results = [join(result, PLAIN, exceptions) for result in results]
    if arguments.star is None:
        return only(Future(interpreter.sequence("list", point.node, results)))
    return only(Future(interpreter.many("list", point.node, joined(results))))


def _made_exceptions(interpreter: Interpreter, written: Delta) -> Values:
    """The exceptions of the project's classes that may have been raised so far, with what was `written` to them."""
    for cell, values in written.items():
        if cell not in interpreter.store:
            interpreter.store.set(cell, values)
    return frozenset(value for value in interpreter.here.raised if isinstance(value, Obj))


def _inside_lists(interpreter: Interpreter, values: Values) -> Values:
    """Awaitables; those in a list that was not spread count as gathered, since that is what was meant."""
    return joined(interpreter.elements(v) if _is_sequence(v) else only(v) for v in values)  # type: ignore[arg-type]  # _is_sequence has looked


def _note_gathered_list(interpreter: Interpreter, arguments: Arguments, point: CallPoint) -> None:
    for values in arguments.positional:
        for value in values:
            if not (isinstance(value, Obj) and _is_sequence(value)):
                continue
            waiting = [v for v in interpreter.elements(value) if isinstance(v, Pending | Coroutine | Deferred | Future)]
            if waiting and not any(isinstance(v, Obj) and v.kind == "instance" for v in values):
                interpreter.observe(ObservationKind.GATHERED_LIST, point.node, point.node, "gather")


def _create_task(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """Scheduling; a helper that is cancelled before the loop turns never begins to run."""
    values = arguments.argument(0, "coro")
    if point.node not in interpreter.module_of(point).withdrawn:
        return interpreter.scheduled(values, point.node)
    helpers = frozenset(value for value in values if isinstance(value, Coroutine))
    interpreter.run.consumed.update(value for value in values if isinstance(value, Coroutine))
    rest = values - helpers
    return join(interpreter.scheduled(rest, point.node) if rest else EMPTY, only(Future(EMPTY)))


def _run_coroutine(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.awaited(joined(arguments.positional[:1]), point.node)


def _wait_for(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """An awaitable that is its first argument, as far as we are concerned."""
    first = ("fut", "arg", "awaitable")
    return joined([arguments.positional[0]]) if arguments.positional else joined(arguments.keyword(n) for n in first)


def _shielded(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A future around what it is given, which stands for it here."""
    shielded = _wait_for(interpreter, name, arguments, point)
    for value in shielded:
        if isinstance(value, Coroutine):
            interpreter.disguise(value)
    return shielded


def _as_completed(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    results = _collected_awaitables(interpreter, arguments, point, "as_completed")
    return interpreter.many("iterator", point.node, only(Future(results)))


def _wait(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    results = _collected_awaitables(interpreter, arguments, point, "wait")
    done = interpreter.many("set", point.node, only(Future(results)))
    return only(Future(interpreter.tuple_at(point.node, 0, [done, done])))


def _collected_awaitables(interpreter: Interpreter, arguments: Arguments, point: CallPoint, how: str) -> Values:
    source = arguments.argument(0, "fs")
    items = interpreter.exact_items(source)
    if items is not None:
        return joined(interpreter.gathered(items, point.node, how))
    return _gathered_any(interpreter, interpreter.iterated(source, point.node), point, how)


def _gathered_any(interpreter: Interpreter, element: Values, point: CallPoint, how: str) -> Values:
    """The results of any number of awaitables, each of which may find what another one has left."""
    return interpreter.repeated(lambda: joined(interpreter.gathered([element], point.node, how)))


def _task_group(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(ExternalInstance(name))


def _context(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(ExternalInstance(name))


def _loop(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(ExternalInstance("asyncio.AbstractEventLoop"))


def _to_thread(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`to_thread(function, ...)`: called when it is awaited."""
    function, *rest = arguments.positional or (arguments.keyword("func"),)
    given = arguments.replaced(positional=tuple(rest))
    return only(Deferred(function, given, point.node, point.module or interpreter.env.module))


def _in_thread(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`executor.submit(function, ...)`: called now, the result comes later."""
    function, *rest = arguments.positional or (EMPTY,)
    return _deferred(interpreter, function, arguments.replaced(positional=tuple(rest)), point)


def _in_executor(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    if len(arguments.positional) < 2:
        return PLAIN
    return _deferred(interpreter, arguments.positional[1], Arguments(arguments.positional[2:]), point)


def _deferred(interpreter: Interpreter, function: Values, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.note_beside()
    result = interpreter.call(function, arguments, CallPoint(point.node, point.at, direct=False))
    return only(Future(interpreter.finished(result, point.node)))


def _executor_map(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """The calls are handed in at once, whoever asks for their results."""
    interpreter.note_beside()
    return interpreter.iterator(point.node, draw_mapped(interpreter, name, arguments, point))


def _later(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`loop.call_soon(function, ...)` and its like: called by the loop, nobody sees the result."""
    position = 0 if "call_soon" in name else 1
    function = joined(arguments.positional[position : position + 1])
    _deferred(interpreter, function, Arguments(arguments.positional[position + 1 :]), point)
    return PLAIN


def _in_context(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`Context.run(function, ...)`."""
    function, *rest = arguments.positional or (EMPTY,)
    given = arguments.replaced(positional=tuple(rest))
    return interpreter.call(function, given, CallPoint(point.node, point.at, direct=False))


def _copied_context(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(ExternalInstance("contextvars.Context"))


def _exit_stack(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.many(STACK, point.node, EMPTY)


def _suppress(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(ExternalInstance(name))


def _null_context(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.many("context", point.node, arguments.argument(0, "enter_result") or NONE)


def _closing(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`closing(thing)`: entering gives the thing, whose own method runs at the end."""
    thing = joined(arguments.all)
    method = "aclose" if name.endswith("aclosing") else "close"
    for value in ordered(thing):
        if isinstance(value, Obj) and value.kind == "instance":
            here = CallPoint(point.node, point.at, direct=False)
            interpreter.escaped(interpreter.call_method(value, method, Arguments(), here) or EMPTY, point.node)
    stacks = frozenset(value for value in thing if isinstance(value, Obj) and value.kind == STACK)
    return join(stacks, interpreter.many("context", point.node, thing - stacks) if thing != stacks else EMPTY)


def _sleep(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return only(Future(join(NONE, arguments.argument(1, "result"))))


def _is_sequence(value: object) -> bool:
    return isinstance(value, Obj) and value.kind in ("list", "tuple", "set", "iterator")


HANDLERS: dict[str, Handler] = {
    "asyncio.gather": _gather,
    "asyncio.create_task": _create_task,
    "asyncio.ensure_future": _create_task,
    "asyncio.TaskGroup": _task_group,
    "asyncio.TaskGroup.create_task": _create_task,
    "asyncio.AbstractEventLoop.create_task": _create_task,
    "asyncio.AbstractEventLoop.run_until_complete": _run_coroutine,
    "asyncio.run": _run_coroutine,
    "asyncio.run_coroutine_threadsafe": _create_task,
    "asyncio.wait_for": _wait_for,
    "asyncio.shield": _shielded,
    "asyncio.as_completed": _as_completed,
    "asyncio.wait": _wait,
    "asyncio.sleep": _sleep,
    **dict.fromkeys(
        (
            "asyncio.timeout",
            "asyncio.timeout_at",
            "asyncio.Semaphore",
            "asyncio.BoundedSemaphore",
            "asyncio.Lock",
            "asyncio.Event",
            "asyncio.Condition",
            "asyncio.Runner",
            "concurrent.futures.ThreadPoolExecutor",
            "concurrent.futures.ProcessPoolExecutor",
            "flytekit.remote.FlyteRemote",
        ),
        _context,
    ),
    "asyncio.Runner.run": _run_coroutine,
    **dict.fromkeys(("asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"), _loop),
    "asyncio.to_thread": _to_thread,
    "asyncio.Task": _create_task,
    **dict.fromkeys(
        (f"asyncio.AbstractEventLoop.call_{when}" for when in ("soon", "soon_threadsafe", "later", "at")),
        _later,
    ),
    "contextvars.copy_context": _copied_context,
    "contextvars.Context": _copied_context,
    "contextvars.Context.run": _in_context,
    **dict.fromkeys(("contextlib.ExitStack", "contextlib.AsyncExitStack"), _exit_stack),
    "contextlib.suppress": _suppress,
    "contextlib.nullcontext": _null_context,
    **dict.fromkeys(("contextlib.closing", "contextlib.aclosing"), _closing),
    "asyncio.AbstractEventLoop.run_in_executor": _in_executor,
    "concurrent.futures.ThreadPoolExecutor.submit": _in_thread,
    "concurrent.futures.ProcessPoolExecutor.submit": _in_thread,
    "concurrent.futures.ThreadPoolExecutor.map": _executor_map,
    "concurrent.futures.ProcessPoolExecutor.map": _executor_map,
    "concurrent.futures.as_completed": _as_completed,
}
