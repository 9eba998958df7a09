"""Registers the tree and launches one of its functions, on inputs from a command line, which flytekit parses."""

import asyncio
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

import click
from click.core import ParameterSource
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.launch_plan import LaunchPlan
from flytekit.models.core.execution import WorkflowExecutionPhase
from flytekit.models.core.identifier import WorkflowExecutionIdentifier
from flytekit.models.execution import Execution
from flytekit.remote import FlyteRemote

from ..distributed.outcomes import Story, failure
from ..distributed.values import Values
from .answers import answering
from .choices import Choices, choices
from .closure import Closure, Item, Manifest
from .endings import FAILED, INTERRUPTED, EndError, ending
from .following import Following
from .recovery import Recovery, nothing, recovery
from .registration import registered
from .run import FileCommand, SourceCommand
from .serialization import registrable
from .tracebacks import user_part


def main(arguments: Sequence[str]) -> int:
    """Launch `CHOICES SOURCE FILE FUNCTION --name value ...`, and give the exit code.

    Where it is waited for, the result is printed as the last line of standard output.
    """
    text, source, file, *rest = arguments
    return ending(lambda: _run(choices(text), source, file, rest))


def _run(chosen: Choices, source: str, file: str, rest: list[str]) -> None:
    manifest, remote = Manifest(), chosen.remote()
    with FlyteContextManager.with_context(remote.context.new_builder()):
        closure = manifest.closure()
        command = SourceCommand(_File(source, file, _Launch(chosen, manifest, closure, remote)))
        place = ["--remote", "--project", chosen.project, "--domain", chosen.domain]
        shared = {"config_file": chosen.config, "_remote": remote}
        command.main([*place, source, *rest], prog_name="eagerc run --remote", standalone_mode=False, obj=shared)


class _File(FileCommand):
    """The entities of a file, each a command that launches it; a run that recovers another takes its inputs too."""

    def __init__(self, source: str, file: str, launch: "_Launch") -> None:
        super().__init__(source, file)
        self._launch = launch

    def _create_command(self, ctx: Any, entity_name: str, params: Any, loaded_entity: Any, entity_type: str) -> Any:
        command = super()._create_command(ctx, entity_name, params, loaded_entity, entity_type)
        command.callback = partial(self._launch, loaded_entity)
        for option in command.params:
            option.required = option.required and not self._launch.recovers
        return command


class _Launch:
    """Launches an entity on values from the command line."""

    def __init__(self, chosen: Choices, manifest: Manifest, closure: Closure, remote: FlyteRemote) -> None:
        self._chosen = chosen
        self._manifest = manifest
        self._closure = closure
        self._remote = remote
        self.recovers = chosen.recover is not None

    def __call__(self, entity: Any, **values: Any) -> None:
        with answering(self._remote):
            execution = self._launched(entity, values)
            link = self._remote.generate_console_url(execution)
            click.echo(f"Launched {execution.name}: {link}")
            if self._chosen.wait:
                self._wait(entity, execution, link)

    def _launched(self, entity: Any, values: dict[str, Any]) -> WorkflowExecutionIdentifier:
        past = recovery(self._remote, self._chosen, entity) if self.recovers else nothing()
        inputs = _inputs(entity, values, past)
        settings = self._chosen.settings(self._manifest.version)
        registered(self._remote, self._needed(entity), settings, self._chosen)
        *_, launched = registrable(entity)
        if past.as_task:
            launched = entity
        fetch = self._remote.fetch_launch_plan if isinstance(launched, LaunchPlan) else self._remote.fetch_task
        execution = self._remote.execute(
            fetch(self._chosen.project, self._chosen.domain, launched.name, settings.version),
            inputs=inputs,
            # One name for all tries: the answer to the first may get lost.
            execution_name=f"r{uuid.uuid4().hex[:19]}",
            options=self._chosen.options,
            type_hints=entity.python_interface.inputs,
            envs=past.environment,
        )
        return execution.id

    def _needed(self, entity: Any) -> tuple[Item, ...]:
        """The closure of an eager function; another entity brings along what it runs on its own."""
        if entity.name not in self._manifest.functions:
            return (Item(entity.name, "", (entity,)),)
        return self._manifest.reachable(self._closure, entity.name)

    def _wait(self, entity: Any, run: WorkflowExecutionIdentifier, link: str) -> None:
        try:
            execution = Following(self._remote, run, self._manifest.functions).end()
        except KeyboardInterrupt:
            end = f"flytectl delete execution {run.name} -p {run.project} -d {run.domain}"
            raise EndError(
                INTERRUPTED, f"{run.name} goes on; it is followed at {link} and ended by", f"  {end}"
            ) from None
        if execution.closure.phase != WorkflowExecutionPhase.SUCCEEDED:
            raise _failed(entity, execution, link)
        click.echo(asyncio.run(self._result(entity, run)))

    async def _result(self, entity: Any, run: WorkflowExecutionIdentifier) -> Any:
        values = Values(self._remote.context)
        data = self._remote.client.get_execution_data(run).to_flyte_idl()
        return await values.to_python(entity, await values.outputs(data))


def _inputs(entity: Any, values: dict[str, Any], past: Recovery) -> dict[str, Any]:
    """The inputs: from the command line, else those of the run that is recovered, else the defaults."""
    context, known = click.get_current_context(), entity.python_interface.inputs_with_defaults
    values = {name: value for name, value in values.items() if name in known}  # without flytekit's own option
    given = {name for name in values if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    found = {name: past.inputs[name] for name in values if name in past.inputs and name not in given}
    for name in values.keys() - found.keys():
        kind, default = known[name]
        if values[name] is not None:
            found[name] = values[name]
        elif not isinstance(entity, LaunchPlan):  # which has its own defaults
            found[name] = bool(default) if kind is bool else default
    return found


def _failed(entity: Any, execution: Execution, link: str) -> EndError:
    error = failure(Story(entity.name, link, execution.closure.to_flyte_idl()))
    for note in vars(error)["__notes__"]:
        click.echo(user_part(note), err=True)
    return EndError(FAILED, f"{entity.name} failed with {type(error).__name__}: {error}")
