"""The table of what makes a Flyte entity: decorators, factories and classes of flytekit, by canonical dotted name."""

from analyzers.model.entities import EntityKind
from analyzers.model.record import Record

EAGER = "flytekit.eager"
CLASSIC_EAGER = "flytekit.experimental.eager"
EAGER_EXCEPTION = "flytekit.exceptions.eager.EagerException"
CLASSIC_EAGER_EXCEPTION = "flytekit.experimental.EagerException"

REPLACED = frozenset({EAGER, CLASSIC_EAGER, EAGER_EXCEPTION, CLASSIC_EAGER_EXCEPTION})
"""What a built module takes from the runtime instead of flytekit."""

_ALIASES = {
    "flytekit.core.task.task": "flytekit.task",
    "flytekit.core.task.eager": EAGER,
    "flytekit.core.task.reference_task": "flytekit.reference_task",
    "flytekit.core.task.Echo": "flytekit.core.task.Echo",
    "flytekit.core.workflow.workflow": "flytekit.workflow",
    "flytekit.core.workflow.reference_workflow": "flytekit.reference_workflow",
    "flytekit.core.workflow.ImperativeWorkflow": "flytekit.ImperativeWorkflow",
    "flytekit.core.dynamic_workflow_task.dynamic": "flytekit.dynamic",
    "flytekit.core.array_node_map_task.map_task": "flytekit.map_task",
    "flytekit.core.array_node_map_task.array_node_map_task": "flytekit.map_task",
    "flytekit.core.legacy_map_task.map_task": "flytekit.map_task",
    "flytekit.core.map_task.map_task": "flytekit.map_task",
    "flytekit.experimental.map_task": "flytekit.map_task",
    "flytekit.core.launch_plan.LaunchPlan": "flytekit.LaunchPlan",
    "flytekit.core.launch_plan.reference_launch_plan": "flytekit.reference_launch_plan",
    "flytekit.core.reference.get_reference_entity": "flytekit.get_reference_entity",
    "flytekit.core.container_task.ContainerTask": "flytekit.ContainerTask",
    "flytekit.core.base_sql_task.SQLTask": "flytekit.SQLTask",
    "flytekit.Workflow": "flytekit.ImperativeWorkflow",
    "flytekit.core.interface.kwtypes": "flytekit.kwtypes",
    "flytekit.core.base_task.kwtypes": "flytekit.kwtypes",
    "flytekit.experimental.eager_function.eager": CLASSIC_EAGER,
    "flytekit.experimental.eager_function.EagerException": CLASSIC_EAGER_EXCEPTION,
    "flytekit.remote.remote.FlyteRemote": "flytekit.remote.FlyteRemote",
}


def canonical(name: str) -> str:
    """The name under which this table knows what flytekit also offers as `name`."""
    return _ALIASES.get(name, name)


class Maker(Record):
    """A decorator that makes an entity of a function. `async_kind` is the kind that an `async def` becomes."""

    kind: EntityKind
    async_kind: EntityKind


DECORATORS = {
    "flytekit.task": Maker(EntityKind.TASK, EntityKind.ASYNC_TASK),
    "flytekit.workflow": Maker(EntityKind.WORKFLOW, EntityKind.WORKFLOW),
    "flytekit.dynamic": Maker(EntityKind.DYNAMIC, EntityKind.DYNAMIC),
    EAGER: Maker(EntityKind.EAGER, EntityKind.EAGER),
    CLASSIC_EAGER: Maker(EntityKind.EAGER, EntityKind.EAGER),
    "flytekit.reference_task": Maker(EntityKind.REFERENCE, EntityKind.REFERENCE),
    "flytekit.reference_workflow": Maker(EntityKind.REFERENCE, EntityKind.REFERENCE),
    "flytekit.reference_launch_plan": Maker(EntityKind.REFERENCE, EntityKind.REFERENCE),
}
"""What is called with a function, or with options that give a decorator."""

WRAPPERS = {
    "flytekit.map_task": EntityKind.MAP_TASK,
    "flytekit.LaunchPlan.get_or_create": EntityKind.LAUNCH_PLAN,
    "flytekit.LaunchPlan.create": EntityKind.LAUNCH_PLAN,
    "flytekit.LaunchPlan.get_default_launch_plan": EntityKind.LAUNCH_PLAN,
}
"""What is called with an entity and gives another one."""

WRAPPED_ARGUMENT = {
    "flytekit.map_task": (0, "target"),
    "flytekit.LaunchPlan.get_or_create": (0, "workflow"),
    "flytekit.LaunchPlan.create": (1, "workflow"),
    "flytekit.LaunchPlan.get_default_launch_plan": (1, "workflow"),
}

CONSTRUCTORS = {
    "flytekit.ImperativeWorkflow": EntityKind.IMPERATIVE_WORKFLOW,
    "flytekit.ContainerTask": EntityKind.CONTAINER_TASK,
    "flytekit.get_reference_entity": EntityKind.REFERENCE,
    "flytekit.core.reference_entity.ReferenceEntity": EntityKind.REFERENCE,
    "flytekit.core.task.ReferenceTask": EntityKind.REFERENCE,
    "flytekit.core.workflow.ReferenceWorkflow": EntityKind.REFERENCE,
    "flytekit.core.launch_plan.ReferenceLaunchPlan": EntityKind.REFERENCE,
}
"""What makes an entity out of its arguments alone."""

FUNCTION_TASKS = {
    "flytekit.PythonFunctionTask": "flytekit.task",
    "flytekit.core.python_function_task.PythonFunctionTask": "flytekit.task",
    "flytekit.core.python_function_task.AsyncPythonFunctionTask": "flytekit.task",
    "flytekit.core.python_function_task.EagerAsyncPythonFunctionTask": EAGER,
}
"""Classes whose argument `task_function` becomes what the decorator would make of it."""

REMOTE_METHODS = frozenset(
    f"fetch_{what}{how}" for what in ("task", "workflow", "launch_plan") for how in ("", "_lazy")
)
"""Methods of a `FlyteRemote` that fetch something that was registered before."""

WITH_OVERRIDES = "with_overrides"
"""The method that gives one call options of its own."""

OVERRIDES = frozenset(
    {"accelerator", "aliases", "cache", "cache_serialize", "cache_version", "container_image", "interruptible"}
    | {"labels", "limits", "name", "node_name", "overwrite_cache", "pod_template", "requests", "resources", "retries"}
    | {"service_account", "shared_memory", "task_config", "timeout"}
)
"""What it takes on a node of a workflow, and what an execution takes besides."""

TASK_ATTRIBUTES = frozenset(
    {"ExecutionBehavior", "accelerator", "async_execute", "compile", "compile_into_workflow"}
    | {"construct_node_metadata", "container_image", "deck_fields", "disable_deck", "dispatch_execute", "docs"}
    | {"dynamic_execute", "enable_deck", "environment", "execute", "execution_mode", "find_lhs"}
    | {"get_as_workflow", "get_command", "get_config", "get_container", "get_custom", "get_default_command"}
    | {"get_extended_resources", "get_image", "get_input_types", "get_k8s_pod", "get_sql"}
    | {"get_type_for_input_var", "get_type_for_output_var", "instantiated_in", "interface", "lhs"}
    | {"local_execute", "local_execution_mode", "location", "metadata", "name", "node_dependency_hints"}
    | {"pod_template", "post_execute", "pre_execute", "python_interface", "reset_command_fn", "resources"}
    | {"run", "run_with_backend", "sandbox_execute", "security_context", "set_command_fn", "set_resolver"}
    | {"shared_memory", "task_config", "task_function", "task_resolver", "task_type", "task_type_version"}
)
"""The public attributes of what `@task`, `@dynamic` and `@eager` make."""

ATTRIBUTES = TASK_ATTRIBUTES | frozenset(
    {"CACHE", "add", "annotations", "clone_with", "compiled", "concurrency", "create", "default_options"}
    | {"failure_node", "fixed_inputs", "function", "get_all_tasks", "get_default_launch_plan", "get_or_create"}
    | {"labels", "load_task", "loader_args", "mapping", "max_parallelism", "nodes", "notifications"}
    | {"on_failure", "output_bindings", "overwrite_cache", "parameters", "raw_fixed_inputs"}
    | {"raw_output_data_config", "saved_inputs", "schedule", "short_name", "should_auto_activate", "task_name"}
    | {"trigger", "workflow", "workflow_metadata", "workflow_metadata_defaults"}
)
"""Those, and the public attributes of workflows and launch plans."""

_VENDORS = ("flytekit", "flytekitplugins")


def constructed_kind(name: str) -> EntityKind | None:
    """The kind of entity that calling the class or function `name` makes, None where it makes none.

    Task classes of flytekit and its plugins are known by their name: `ShellTask`, `BigQueryTask`, ...
    """
    if name in CONSTRUCTORS:
        return CONSTRUCTORS[name]
    vendor, _, _ = name.partition(".")
    last = name.rpartition(".")[2]
    if vendor in _VENDORS and last.endswith("Task") and last[0].isupper() and not last.endswith("PythonFunctionTask"):
        return EntityKind.TASK_INSTANCE
    return None
