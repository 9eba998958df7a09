"""What Flyte can execute, as the source declares it."""

from enum import StrEnum

from analyzers.model.places import Place
from analyzers.model.record import Record


class EntityKind(StrEnum):
    """The kinds of entity; the values are those of the JSON that `eagerc deps` prints."""

    TASK = "task"
    ASYNC_TASK = "async_task"
    WORKFLOW = "workflow"
    EAGER = "eager"
    DYNAMIC = "dynamic"
    MAP_TASK = "map_task"
    LAUNCH_PLAN = "launch_plan"
    REFERENCE = "reference"
    CONTAINER_TASK = "container_task"
    TASK_INSTANCE = "task_instance"
    IMPERATIVE_WORKFLOW = "imperative_workflow"
    REMOTE = "remote"


class Parameter(Record):
    """One input of an entity; `annotation` and `default` are source text, None where absent."""

    name: str
    annotation: str | None
    default: str | None

    @property
    def required(self) -> bool:
        return self.default is None


class Interface(Record):
    """The declared inputs of an entity, in order, and its result annotation as source text.

    `result` is None where nothing is declared. `variadic` is true where the function takes `*args` or `**kwargs`,
    so that nothing can be said about the arguments of a call.
    """

    parameters: tuple[Parameter, ...]
    result: str | None
    variadic: bool = False

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


class Entity(Record):
    """One entity, identified by where it is defined.

    `name` is `module.qualname` of the definition, whatever the entity is called at a call site. `interface` is None
    where the source does not tell it (references by name, container tasks with computed inputs).
    `awaitable` says whether a call returns an awaitable on flytekit alone: true for async tasks and eager functions.
    `targets` names the entities that this one runs on its own: the task of a map task, the workflow of a launch plan.
    """

    name: str
    kind: EntityKind
    place: Place
    interface: Interface | None
    targets: tuple[str, ...] = ()

    @property
    def awaitable(self) -> bool:
        return self.kind in (EntityKind.ASYNC_TASK, EntityKind.EAGER)
