"""The engine on a Flyte cluster: each invocation is an execution, launched and awaited by flytekit's controller."""

from typing import Any

from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.launch_plan import LaunchPlan
from flytekit.utils.asyn import loop_manager

from .frame import Call


class Distributed:
    """Hands every entity, references included, to the queue that flytekit made for the eager task."""

    async def run(self, call: Call) -> Any:
        queue = FlyteContextManager.current_context().worker_queue
        return await queue.add(call.entity, input_kwargs=_with_defaults(call))

    def run_blocking(self, call: Call) -> Any:
        return loop_manager.run_sync(self.run, call)


DISTRIBUTED = Distributed()


def _with_defaults(call: Call) -> dict[str, Any]:
    """The inputs with the defaults of the signature; a launch plan has defaults of its own, which the cluster knows."""
    interface = call.entity.python_interface
    if interface is None or isinstance(call.entity, LaunchPlan):
        return call.inputs
    return {**interface.default_inputs_as_kwargs, **call.inputs}
