"""asyncio and executors: what runs awaitables side by side, later, or in a thread."""

from analyzers.inference.builtin_functions import BuiltinFunctions
from analyzers.inference.channels import STACK
from analyzers.inference.queues import QUEUES
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.store import Delta
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Coroutine,
    Deferred,
    ExternalInstance,
    Future,
    Obj,
    Pending,
    Values,
    const,
    join,
    joined,
    only,
    ordered,
)
from analyzers.model.facts import ObservationKind


class Concurrency(BuiltinFunctions):
    """Handlers for asyncio, which is known by its canonical names under any alias."""

    def _call_gather(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self._note_gathered_list(arguments, point)
        parts = [self._inside_lists(values) for values in arguments.positional]
        with self.store.watch() as written:
            results = self.gathered(parts, point.node, "gather")
            if arguments.star is not None:
                results.append(self._gathered_any(arguments.star, point, "gather"))
        kept = arguments.keyword("return_exceptions") or arguments.double_star
        if kept and kept != const(False):
            exceptions = self._made_exceptions(written)
            results = [join(result, PLAIN, exceptions) for result in results]
        if arguments.star is None:
            return only(Future(self.sequence("list", point.node, results)))
        return only(Future(self.many("list", point.node, joined(results))))

    def _made_exceptions(self, written: Delta) -> Values:
        """The exceptions of the project's classes that may have been raised so far, with what was `written` to them."""
        for cell, values in written.items():
            if cell not in self.store:
                self.store.set(cell, values)
        return frozenset(value for value in self.here.raised if isinstance(value, Obj))

    def _inside_lists(self, values: Values) -> Values:
        """Awaitables; those in a list that was not spread count as gathered, since that is what was meant."""
        return joined(self.elements(v) if _is_sequence(v) else only(v) for v in values)  # type: ignore[arg-type]  # _is_sequence has looked

    def _note_gathered_list(self, arguments: Arguments, point: CallPoint) -> None:
        for values in arguments.positional:
            for value in values:
                if not (isinstance(value, Obj) and _is_sequence(value)):
                    continue
                waiting = [v for v in self.elements(value) if isinstance(v, Pending | Coroutine | Deferred | Future)]
                if waiting and not any(isinstance(v, Obj) and v.kind == "instance" for v in values):
                    self.observe(ObservationKind.GATHERED_LIST, point.node, point.node, "gather")

    def _call_create_task(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """Scheduling; a helper that is cancelled before the loop turns never begins to run."""
        values = arguments.argument(0, "coro")
        if point.node not in self.module_of(point).withdrawn:
            return self.scheduled(values, point.node)
        helpers = frozenset(value for value in values if isinstance(value, Coroutine))
        self.run.consumed.update(value for value in values if isinstance(value, Coroutine))
        rest = values - helpers
        return join(self.scheduled(rest, point.node) if rest else EMPTY, only(Future(EMPTY)))

    def _call_run_coroutine(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.awaited(joined(arguments.positional[:1]), point.node)

    def _call_wait_for(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """An awaitable that is its first argument, as far as we are concerned."""
        first = ("fut", "arg", "awaitable")
        return (
            joined([arguments.positional[0]]) if arguments.positional else joined(arguments.keyword(n) for n in first)
        )

    def _call_as_completed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        results = self._collected_awaitables(arguments, point, "as_completed")
        return self.many("iterator", point.node, only(Future(results)))

    def _call_wait(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        results = self._collected_awaitables(arguments, point, "wait")
        done = self.many("set", point.node, only(Future(results)))
        return only(Future(self.tuple_at(point.node, 0, [done, done])))

    def _collected_awaitables(self, arguments: Arguments, point: CallPoint, how: str) -> Values:
        source = arguments.argument(0, "fs")
        items = self.exact_items(source)
        if items is not None:
            return joined(self.gathered(items, point.node, how))
        return self._gathered_any(self.iterated(source, point.node), point, how)

    def _gathered_any(self, element: Values, point: CallPoint, how: str) -> Values:
        """The results of any number of awaitables, each of which may find what another one has left."""
        return self.repeated(lambda: joined(self.gathered([element], point.node, how)))

    def _call_task_group(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance(name))

    def _call_context(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance(name))

    def _call_loop(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance("asyncio.AbstractEventLoop"))

    def _call_to_thread(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`to_thread(function, ...)`: called when it is awaited."""
        function, *rest = arguments.positional or (arguments.keyword("func"),)
        given = arguments.replaced(positional=tuple(rest))
        return only(Deferred(function, given, point.node, point.module or self.env.module))

    def _call_in_thread(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`executor.submit(function, ...)`: called now, the result comes later."""
        function, *rest = arguments.positional or (EMPTY,)
        return self._deferred(function, arguments.replaced(positional=tuple(rest)), point)

    def _call_in_executor(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if len(arguments.positional) < 2:
            return PLAIN
        return self._deferred(arguments.positional[1], Arguments(arguments.positional[2:]), point)

    def _deferred(self, function: Values, arguments: Arguments, point: CallPoint) -> Values:
        self.note_beside()
        result = self.call(function, arguments, CallPoint(point.node, point.at, direct=False))
        return only(Future(self.finished(result, point.node)))

    def _call_executor_map(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The calls are handed in at once, whoever asks for their results."""
        self.note_beside()
        return self.iterator(point.node, self._draw_mapped(name, arguments, point))

    def _call_later(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`loop.call_soon(function, ...)` and its like: called by the loop, nobody sees the result."""
        position = 0 if "call_soon" in name else 1
        function = joined(arguments.positional[position : position + 1])
        self._deferred(function, Arguments(arguments.positional[position + 1 :]), point)
        return PLAIN

    def _call_thread(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        timed = name.endswith("Timer")
        target = arguments.argument(1, "function") if timed else arguments.argument(1, "target")
        first = 2 if timed else 3
        given, named = arguments.argument(first, "args"), arguments.argument(first + 1, "kwargs")
        return self.thread(target, given, named, point.node)

    def _call_queue(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.new_queue(name, point)

    def _call_variable(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("variable", point.node, arguments.keyword("default"))

    def _call_future(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("future", point.node, EMPTY)

    def _call_in_context(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`Context.run(function, ...)`."""
        function, *rest = arguments.positional or (EMPTY,)
        given = arguments.replaced(positional=tuple(rest))
        return self.call(function, given, CallPoint(point.node, point.at, direct=False))

    def _call_copied_context(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance("contextvars.Context"))

    def _call_exit_stack(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many(STACK, point.node, EMPTY)

    def _call_suppress(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(ExternalInstance(name))

    def _call_null_context(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self.many("context", point.node, arguments.argument(0, "enter_result") or NONE)

    def _call_closing(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`closing(thing)`: entering gives the thing, whose own method runs at the end."""
        thing = joined(arguments.all)
        method = "aclose" if name.endswith("aclosing") else "close"
        for value in ordered(thing):
            if isinstance(value, Obj) and value.kind == "instance":
                here = CallPoint(point.node, point.at, direct=False)
                self.escaped(self.call_method(value, method, Arguments(), here) or EMPTY, point.node)
        stacks = frozenset(value for value in thing if isinstance(value, Obj) and value.kind == STACK)
        return join(stacks, self.many("context", point.node, thing - stacks) if thing != stacks else EMPTY)

    def _call_sleep(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(Future(join(NONE, arguments.argument(1, "result"))))


def _is_sequence(value: object) -> bool:
    return isinstance(value, Obj) and value.kind in ("list", "tuple", "set", "iterator")


HANDLERS: dict[str, Handler] = {
    "asyncio.gather": Concurrency._call_gather,
    "asyncio.create_task": Concurrency._call_create_task,
    "asyncio.ensure_future": Concurrency._call_create_task,
    "asyncio.TaskGroup": Concurrency._call_task_group,
    "asyncio.TaskGroup.create_task": Concurrency._call_create_task,
    "asyncio.AbstractEventLoop.create_task": Concurrency._call_create_task,
    "asyncio.AbstractEventLoop.run_until_complete": Concurrency._call_run_coroutine,
    "asyncio.run": Concurrency._call_run_coroutine,
    "asyncio.run_coroutine_threadsafe": Concurrency._call_create_task,
    "asyncio.wait_for": Concurrency._call_wait_for,
    "asyncio.shield": Concurrency._call_wait_for,
    "asyncio.as_completed": Concurrency._call_as_completed,
    "asyncio.wait": Concurrency._call_wait,
    "asyncio.sleep": Concurrency._call_sleep,
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
        Concurrency._call_context,
    ),
    "asyncio.Runner.run": Concurrency._call_run_coroutine,
    **dict.fromkeys(
        ("asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"), Concurrency._call_loop
    ),
    "asyncio.to_thread": Concurrency._call_to_thread,
    "asyncio.Task": Concurrency._call_create_task,
    **dict.fromkeys(
        ("asyncio.Future", "asyncio.AbstractEventLoop.create_future", "concurrent.futures.Future"),
        Concurrency._call_future,
    ),
    **dict.fromkeys(
        (f"asyncio.AbstractEventLoop.call_{when}" for when in ("soon", "soon_threadsafe", "later", "at")),
        Concurrency._call_later,
    ),
    **dict.fromkeys(("threading.Thread", "threading.Timer", "multiprocessing.Process"), Concurrency._call_thread),
    **dict.fromkeys(
        (f"{module}.{queue}" for module in ("asyncio", "queue", "multiprocessing") for queue in sorted(QUEUES)),
        Concurrency._call_queue,
    ),
    "contextvars.ContextVar": Concurrency._call_variable,
    "contextvars.copy_context": Concurrency._call_copied_context,
    "contextvars.Context": Concurrency._call_copied_context,
    "contextvars.Context.run": Concurrency._call_in_context,
    **dict.fromkeys(("contextlib.ExitStack", "contextlib.AsyncExitStack"), Concurrency._call_exit_stack),
    "contextlib.suppress": Concurrency._call_suppress,
    "contextlib.nullcontext": Concurrency._call_null_context,
    **dict.fromkeys(("contextlib.closing", "contextlib.aclosing"), Concurrency._call_closing),
    "asyncio.AbstractEventLoop.run_in_executor": Concurrency._call_in_executor,
    "concurrent.futures.ThreadPoolExecutor.submit": Concurrency._call_in_thread,
    "concurrent.futures.ProcessPoolExecutor.submit": Concurrency._call_in_thread,
    "concurrent.futures.ThreadPoolExecutor.map": Concurrency._call_executor_map,
    "concurrent.futures.ProcessPoolExecutor.map": Concurrency._call_executor_map,
    "concurrent.futures.as_completed": Concurrency._call_as_completed,
}
