"""On a cluster: what reaches flytekit's controller, which is the only thing that is played here."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from eagerc_runtime import EagerException, eager, invoke, invoke_blocking
from flytekit import LaunchPlan, reference_task, task, workflow
from flytekit.core.context_manager import ExecutionState, FlyteContextManager, flyte_context_Var


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@workflow
def add_workflow(a: int, b: int = 10) -> int:
    return add(a=a, b=b)


@eager
async def child(a: int) -> int:
    return a


plan = LaunchPlan.get_or_create(add_workflow, "test_distributed.plan", default_inputs={"b": 20})


@reference_task(project="p", domain="d", name="elsewhere", version="v")
def elsewhere(a: int) -> int:  # noqa: ARG001 - only its signature counts
    return 0


class Queue:
    """Takes what flytekit's controller takes; answers once as many calls are in as it waits for."""

    def __init__(self, parties: int = 1) -> None:
        self.added: list[tuple[str, dict[str, Any]]] = []
        self._parties = parties
        self._complete = asyncio.Event()

    async def add(self, entity: Any, input_kwargs: dict[str, Any]) -> Any:
        self.added.append((entity.name.rpartition(".")[2], input_kwargs))
        if len(self.added) >= self._parties:
            self._complete.set()
        await asyncio.wait_for(self._complete.wait(), 20)
        if input_kwargs.get("a") == 0:
            raise EagerException("the execution failed")
        return input_kwargs

    def render_html(self) -> str:
        return ""


@pytest.fixture(autouse=True)
def own_stack() -> Iterator[None]:
    token = flyte_context_Var.set([FlyteContextManager.current_context()])
    yield
    flyte_context_Var.reset(token)


def run_on_cluster(function: Any, queue: Queue, **inputs: Any) -> Any:
    """Run the body as flytekit does in the container of the eager task, once it has made its controller."""
    context = FlyteContextManager.current_context()
    state = context.new_execution_state().with_params(mode=ExecutionState.Mode.TASK_EXECUTION)
    with FlyteContextManager.with_context(context.with_execution_state(state).with_worker_queue(queue)):
        return asyncio.run(function.async_execute(function, **inputs))


def test_every_kind_of_entity_goes_to_the_controller() -> None:
    @eager
    async def body() -> int:
        await invoke("s", add, 1)
        await invoke("s", add_workflow, a=2)
        await invoke("s", plan, 3)
        await invoke("s", elsewhere, a=4)
        await invoke("s", child, 5)
        return 1

    queue = Queue()
    assert run_on_cluster(body, queue) == 1
    assert queue.added == [
        ("add", {"a": 1, "b": 10}),
        ("add_workflow", {"a": 2, "b": 10}),
        ("plan", {"a": 3}),
        ("elsewhere", {"a": 4}),
        ("child", {"a": 5}),
    ]


def test_gathered_calls_are_under_way_together() -> None:
    @eager
    async def body() -> list[Any]:
        return await asyncio.gather(*(invoke("s", add, a=n, b=n) for n in range(1, 5)))

    assert run_on_cluster(body, Queue(parties=4)) == [{"a": n, "b": n} for n in range(1, 5)]


def test_a_blocking_call_gives_the_result() -> None:
    @eager
    async def body() -> Any:
        return invoke_blocking("s", add, 1, 2)

    assert run_on_cluster(body, Queue()) == {"a": 1, "b": 2}


def test_a_failed_execution_can_be_handled() -> None:
    @eager
    async def body() -> int:
        try:
            await invoke("s", add, a=0)
        except EagerException as error:
            return len(str(error))
        return 0

    assert run_on_cluster(body, Queue()) == len("the execution failed")


def test_the_container_makes_flytekits_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way from `execute` to the body is flytekit's; only its controller is replaced."""
    queue = Queue()
    monkeypatch.setattr("flytekit.core.python_function_task.Controller", lambda **_: queue)
    monkeypatch.setattr("flytekit.configuration.plugin.FlytekitPlugin.get_remote", lambda *_, **__: None)
    monkeypatch.setattr(queue, "get_signal_handler", lambda: lambda *_: None, raising=False)
    monkeypatch.setattr("signal.signal", lambda *_: None)

    @eager
    async def body(a: int) -> int:
        return (await invoke("s", add, a=a))["a"]

    context = FlyteContextManager.current_context()
    state = context.new_execution_state().with_params(mode=ExecutionState.Mode.TASK_EXECUTION)
    with FlyteContextManager.with_context(context.with_execution_state(state)):
        assert body.execute(a=3) == 3
    assert queue.added == [("add", {"a": 3, "b": 10})]
