"""Runs one function of a build tree on inputs from a command line, which flytekit parses."""

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from click.core import ParameterSource
from flytekit.clis.sdk_in_container.run import RunCommand, WorkflowCommand, click
from flytekit.core.base_task import PythonTask
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.workflow import WorkflowBase
from flytekit.exceptions.user import FlyteEntityNotFoundException

from .endings import WRONG_USAGE, EndError, ending


def main(arguments: Sequence[str]) -> int:
    """Run `SOURCE FILE FUNCTION --name value ...`, where FILE is what SOURCE became, and give the exit code.

    The result is printed as the last line of standard output.
    """
    source, file, *rest = arguments
    command = SourceCommand(FileCommand(source, file))
    return ending(lambda: command.main([source, *rest], prog_name="eagerc run", standalone_mode=False))


class SourceCommand(RunCommand):  # type: ignore[misc]  # flytekit is not type-checked here
    """flytekit's own parser of inputs, for the entities of one file."""

    def __init__(self, file: "FileCommand") -> None:
        super().__init__(name="run")
        self._file = file

    def get_command(self, ctx: click.Context, filename: str) -> Any:
        super().get_command(ctx, filename)  # puts the options that stand before FILE into the context
        return self._file


class FileCommand(WorkflowCommand):  # type: ignore[misc]  # as above
    """The entities of a file, each a command that insists on its required inputs; the file goes by its source's name.

    flytekit marks them as required, and click 8.3 and later lets their absence pass nevertheless.
    """

    def __init__(self, source: str, file: str) -> None:
        super().__init__(file, name=source, help=f"Run an entity of {source}.")
        self._built = file

    def get_command(self, ctx: click.Context, exe_entity: str) -> Any:
        try:
            if "." in exe_entity:  # flytekit would take what stands before the dot for a module
                raise FlyteEntityNotFoundException(self.name, exe_entity)
            command = super().get_command(ctx, exe_entity)
        except FlyteEntityNotFoundException:
            hint = _suggestion(exe_entity, self._built)
            raise EndError(WRONG_USAGE, f"{self.name} holds no entity {exe_entity!r}{hint}") from None
        for option in command.params:  # flytekit gives a flag of one word its name twice, and click warns of it
            option.opts = list(dict.fromkeys(option.opts))
            option.secondary_opts = list(dict.fromkeys(option.secondary_opts))
        run = command.callback

        def insisting(**values: Any) -> Any:
            context = click.get_current_context()
            for option in command.params:
                if option.required and context.get_parameter_source(option.name) is ParameterSource.DEFAULT:
                    raise click.MissingParameter(ctx=context, param=option)
            return run(**values)

        command.callback = insisting
        command.help = f"Run {exe_entity} of {self.name}."
        return command


def _suggestion(word: str, file: str) -> str:
    """The end of a message about an unknown name: which entity of the imported file was probably meant."""
    modules = [module for module in list(sys.modules.values()) if _is_of(module, file)]
    entities = [
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, PythonTask | WorkflowBase | LaunchPlan) and not name.startswith("_eagerc")
    ]
    meant = get_close_matches(word, sorted(entities), 1)
    if meant:
        return f"; did you mean {meant[0]!r}?"
    return f"; it holds {', '.join(sorted(entities))}" if entities else ""


def _is_of(module: object, file: str) -> bool:
    path = getattr(module, "__file__", None)
    return isinstance(path, str) and os.path.realpath(path) == os.path.realpath(file)
