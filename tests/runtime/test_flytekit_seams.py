"""What the runtime relies on in flytekit, and what it must leave as flytekit has it."""

import asyncio
import contextvars
import hashlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from eagerc_runtime import eager, invoke
from eagerc_runtime.embedded import engine as local
from flytekit import Deck, Resources, Secret, TaskMetadata, current_context, task
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.core.base_task import PythonTask
from flytekit.core.cache import Cache
from flytekit.core.context_manager import ExecutionState, FlyteContextManager, FlyteEntities, flyte_context_Var
from flytekit.core.python_auto_container import default_task_resolver
from flytekit.core.python_function_task import AsyncPythonFunctionTask, EagerAsyncPythonFunctionTask
from flytekit.deck import DeckField
from flytekit.tools.translator import get_serializable


@task
def echo(n: int) -> int:
    return n


@eager
async def module_level(n: int) -> int:
    """Say the number again."""
    return await invoke("s", echo, n=n)


@eager(retries=3, interruptible=True, cache=True, cache_version="1", deprecated="old")
async def configured(n: int) -> int:
    return n


SETTINGS = SerializationSettings(
    project="p", domain="d", version="v", image_config=ImageConfig(Image("default", "image", "tag"))
)


# What stays as flytekit has it


def test_the_name_is_the_one_that_flytekit_gives() -> None:
    assert module_level.name == f"{__name__}.module_level"
    assert isinstance(module_level, EagerAsyncPythonFunctionTask)
    assert module_level in FlyteEntities.entities


def test_it_is_loaded_by_module_and_name() -> None:
    arguments = default_task_resolver.loader_args(SETTINGS, module_level)
    assert arguments == ["task-module", __name__, "task-name", "module_level"]
    assert default_task_resolver.load_task(arguments) is module_level


def test_it_serializes_as_flytekits_own_does() -> None:
    specification: Any = get_serializable({}, SETTINGS, module_level)
    template = specification.template
    assert template.id.name == module_level.name
    assert template.metadata.is_eager
    assert template.container.args[-4:] == ["task-module", __name__, "task-name", "module_level"]
    assert "_F_SS_C" in template.container.env


def test_the_clean_up_workflow_stays() -> None:
    workflow: Any = get_serializable({}, SETTINGS, module_level.get_as_workflow())
    assert workflow.template.failure_node is not None
    assert [node.task_node.reference_id.name for node in workflow.template.nodes] == [module_level.name]


def test_options_that_tasks_have_are_not_ignored() -> None:
    metadata = configured.metadata
    assert (metadata.retries, metadata.interruptible, metadata.deprecated) == (3, True, "old")
    assert (metadata.cache, metadata.cache_version) == (True, "1")
    assert metadata.is_eager


def test_a_cache_object_works() -> None:
    @eager(cache=Cache(version="7", serialize=True, ignored_inputs=("n",)))
    async def cached(n: int) -> int:
        return n

    metadata = cached.metadata
    assert (metadata.cache, metadata.cache_version, metadata.cache_serialize) == (True, "7", True)
    assert metadata.cache_ignore_input_vars == ("n",)


class Policy:
    """Versions a cache by the image."""

    def get_version(self, salt: str, params: Any) -> str:
        return f"{salt}-{params.func.__name__}-{params.container_image}"


def test_a_cache_without_a_version_has_the_policies_of_a_task() -> None:
    policies = Cache(policies=Policy(), salt="salt")

    @eager(cache=policies, container_image="image:1")
    async def cached(n: int) -> int:
        return n

    assert cached.metadata.cache_version == hashlib.sha256(b"salt-cached-image:1").hexdigest()
    with pytest.raises(ValueError, match="version") as expected:
        task(cache=True)(echo.task_function)
    with pytest.raises(ValueError, match="version") as found:
        eager(cache=True)(module_level.task_function)
    assert str(found.value) == str(expected.value)


def test_options_are_in_what_is_registered() -> None:
    @eager(
        retries=3,
        timeout=timedelta(minutes=5),
        cache=True,
        cache_version="7",
        cache_serialize=True,
        cache_ignore_input_vars=("n",),
        interruptible=True,
        environment={"MODE": "fast"},
        requests=Resources(cpu="2", mem="1Gi"),
        limits=Resources(gpu="1"),
        secret_requests=[Secret(group="vault", key="password")],
        container_image="other:1",
    )
    async def body(n: int) -> int:
        return n

    specification: Any = get_serializable({}, SETTINGS, body)
    template = specification.to_flyte_idl().template
    assert template.metadata.retries.retries == 3
    assert template.metadata.timeout.seconds == 300
    assert (template.metadata.discoverable, template.metadata.discovery_version) == (True, "7")
    assert template.metadata.cache_serializable
    assert list(template.metadata.cache_ignore_input_vars) == ["n"]
    assert template.metadata.interruptible
    assert {one.key: one.value for one in template.container.env}["MODE"] == "fast"
    assert template.container.image == "other:1"
    resources = template.container.resources
    assert [(one.name, one.value) for one in resources.requests] == [(1, "2"), (3, "1Gi")]
    assert [(one.name, one.value) for one in resources.limits] == [(2, "1")]
    assert [(one.group, one.key) for one in template.security_context.secrets] == [("vault", "password")]


def test_the_secret_of_classic_options_is_in_what_is_registered() -> None:
    @eager(client_secret_group="vault", client_secret_key="password", secret_requests=[Secret(group="own", key="k")])
    async def body(n: int) -> int:
        return n

    specification: Any = get_serializable({}, SETTINGS, body)
    secrets = specification.to_flyte_idl().template.security_context.secrets
    assert [(one.group, one.key) for one in secrets] == [("own", "k"), ("vault", "password")]


def test_metadata_is_taken_but_not_twice() -> None:
    @eager(metadata=TaskMetadata(retries=2))
    async def body(n: int) -> int:
        return n

    assert body.metadata.retries == 2
    with pytest.raises(ValueError, match="either metadata or retries"):
        eager(metadata=TaskMetadata(), retries=1)(module_level.task_function)


@pytest.mark.parametrize(
    ("options", "enabled"), [({}, True), ({"enable_deck": False}, False), ({"disable_deck": True}, False)]
)
def test_decks_can_be_turned_off(options: dict[str, Any], enabled: bool) -> None:
    @eager(**options)
    async def body(n: int) -> int:
        return n

    assert body.enable_deck is enabled


def test_no_deck_of_dependencies_unless_it_is_asked_for() -> None:
    @eager(deck_fields=(DeckField.DEPENDENCIES,))
    async def asks(n: int) -> int:
        return n

    assert DeckField.DEPENDENCIES not in module_level.deck_fields
    assert asks.deck_fields == [DeckField.DEPENDENCIES]


def test_decks_of_the_body_are_its_own() -> None:
    decks: dict[str, list[str]] = {}

    @task
    def child() -> int:
        Deck("of the child", "html")
        decks["child"] = [deck.name for deck in current_context().decks]
        return 1

    @eager
    async def body() -> int:
        Deck("of the body", "html")
        await invoke("s", child)
        decks["body"] = [deck.name for deck in current_context().decks]
        return 1

    asyncio.run(body())
    assert "of the body" in decks["body"]
    assert "of the child" not in decks["body"]
    assert decks["child"] == ["of the child"]


# What a pod would see


variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")


@task
def sees() -> str:
    return variable.get()


def test_entities_see_no_context_variables_of_their_caller() -> None:
    @eager
    async def body() -> str:
        variable.set("of the caller")
        return await invoke("s", sees)

    assert asyncio.run(body()) == "nothing"


def test_the_body_sees_local_execution() -> None:
    modes: list[Any] = []

    @eager
    async def body() -> int:
        modes.append(FlyteContextManager.current_context().execution_state.mode)
        return 1

    asyncio.run(body())
    assert modes == [ExecutionState.Mode.EAGER_LOCAL_EXECUTION]


def test_settings_of_the_caller_reach_the_entities(tmp_path: Any) -> None:
    prefixes: list[str] = []

    @task
    def where() -> int:
        prefixes.append(FlyteContextManager.current_context().file_access.raw_output_prefix)
        return 1

    @eager
    async def body() -> int:
        return await invoke("s", where)

    context = FlyteContextManager.current_context()
    access = context.file_access.__class__(str(tmp_path), str(tmp_path / "raw"))
    with FlyteContextManager.with_context(context.with_file_access(access)):
        asyncio.run(body())
    assert str(tmp_path / "raw") in prefixes[0]


def test_the_stack_of_the_caller_is_as_it_was() -> None:
    before = list(flyte_context_Var.get())
    asyncio.run(module_level(n=1))
    assert flyte_context_Var.get() == before


@pytest.fixture
def own_stack() -> Iterator[None]:
    token = flyte_context_Var.set([FlyteContextManager.current_context()])
    yield
    flyte_context_Var.reset(token)


# What of flytekit's insides the local engine uses


@pytest.mark.usefixtures("own_stack")
def test_the_stack_of_contexts_is_a_list_in_a_variable() -> None:
    context = FlyteContextManager.current_context().new_builder().build()
    flyte_context_Var.set([context])
    assert FlyteContextManager.current_context() is context


def test_a_failing_task_overwrites_the_arguments_of_its_exception() -> None:
    @task
    def fails() -> int:
        raise KeyError("k", 1)
        return 1

    with pytest.raises(KeyError) as caught:
        fails()
    assert caught.value.args == (f"Error encountered while executing '{fails.name}':\n  ('k', 1)",)


def test_a_task_runs_its_own_execute() -> None:
    assert "execute" not in vars(echo)
    assert isinstance(echo, PythonTask)
    assert AsyncPythonFunctionTask.execute.__wrapped__ is AsyncPythonFunctionTask.async_execute


def test_flytekit_calls_in_a_workflow_stay_flytekits() -> None:
    state = FlyteContextManager.current_context().new_execution_state()
    with FlyteContextManager.with_context(
        FlyteContextManager.current_context().with_execution_state(
            state.with_params(mode=ExecutionState.Mode.LOCAL_WORKFLOW_EXECUTION)
        )
    ):
        assert not local.starts_here()
        promise = asyncio.run(module_level(n=4))
    assert promise.eval() == 4
    assert local.starts_here()


def test_an_eager_function_runs_inside_a_task() -> None:
    @task
    def starts_one() -> int:
        return asyncio.run(module_level(n=6))

    @eager
    async def body() -> int:
        return await invoke("s", starts_one)

    assert starts_one() == 6
    assert asyncio.run(body()) == 6


def test_the_main_thread_stays_free() -> None:
    threads: list[str] = []

    @eager
    async def body() -> int:
        threads.append(threading.current_thread().name)
        return 1

    asyncio.run(body())
    assert threads[0].startswith("eagerc-0-")
