"""The last resort: a task that ends what an eager function left behind that could not do it itself."""

import asyncio
from typing import Any

from flytekit.core.context_manager import FlyteContext
from flytekit.core.python_auto_container import PythonAutoContainerTask
from flytekit.core.python_function_task import EagerFailureHandlerTask, EagerFailureTaskResolver
from flytekit.core.workflow import ImperativeWorkflow
from flytekit.models.literals import LiteralMap

from .classic import Classic, remote_for
from .naming import Parent
from .stopping import sweep
from .transport import Transport


class _Resolver(EagerFailureTaskResolver):  # type: ignore[misc]  # flytekit is not typed
    """Loads the task in its container, where nothing of the eager function is needed."""

    @property
    def location(self) -> str:
        return f"{__name__}.resolver"

    def name(self) -> str:
        return "eagerc_clean_up"

    def load_task(self, loader_args: list[str]) -> Any:
        return CleanUp(name="clean-up", inputs={})


class CleanUp(EagerFailureHandlerTask):  # type: ignore[misc]  # flytekit is not typed
    """Finds the children by their names: Flyte keeps no tags of them, by which flytekit's own task looks."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name=name, **options)
        self._task_resolver = resolver

    def dispatch_execute(self, ctx: FlyteContext, input_literal_map: LiteralMap) -> LiteralMap:
        parameters = ctx.user_space_params
        execution = parameters.execution_id
        parent = Parent(execution.project, execution.domain, execution.name)
        asyncio.run(_sweep(remote_for(Classic(), parameters), parent))
        return input_literal_map


resolver = _Resolver()


async def _sweep(remote: Any, parent: Parent) -> None:
    transport = Transport(remote.config.platform)
    try:
        await sweep(transport, parent)
    finally:
        await transport.close()


def with_clean_up(task: PythonAutoContainerTask[Any]) -> ImperativeWorkflow:
    """The workflow that flytekit registers for an eager function: its task, and the clean-up if it fails."""
    interface = task.python_interface
    workflow = ImperativeWorkflow(name=task.name)
    inputs = {name: workflow.add_workflow_input(name, kind) for name, kind in interface.inputs.items()}
    node = workflow.add_entity(task, **inputs)
    for name, kind in interface.outputs.items():
        workflow.add_workflow_output(name, node.outputs[name], kind)
    workflow.add_on_failure_handler(
        CleanUp(name=f"{task.name}-cleanup", container_image=task.container_image, inputs=interface.inputs)
    )
    return workflow
