"""Runs one function of a build tree on inputs from a command line, which flytekit parses."""

import os
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from flytekit.clis.sdk_in_container.run import RunCommand, WorkflowCommand, click
from flytekit.core.base_task import PythonTask
from flytekit.core.launch_plan import LaunchPlan
from flytekit.core.workflow import WorkflowBase
from flytekit.exceptions.user import FlyteEntityNotFoundException

SOURCE_ROOTS = "EAGERC_SOURCE_ROOTS"

_TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FAILED, _WRONG_USAGE, _INTERRUPTED = 1, 2, 130
# What carries a call from the command line to the user's function, and from there to the user's tasks.
_MACHINERY = frozenset({"flytekit", "click", "rich_click", "asyncio", "concurrent", "importlib"})


def main(arguments: Sequence[str]) -> int:
    """Run `SOURCE FILE FUNCTION --name value ...`, where FILE is what SOURCE became, and give the exit code.

    The result is printed as the last line of standard output.
    """
    source, file, *rest = arguments
    try:
        _Command(source, file).main([source, *rest], prog_name="eagerc run", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return _WRONG_USAGE
    except FlyteEntityNotFoundException:
        click.echo(f"eagerc: {source} holds no entity {rest[0]!r}{_suggestion(rest[0], file)}", err=True)
        return _WRONG_USAGE
    except (KeyboardInterrupt, click.Abort):
        return _INTERRUPTED
    except SystemExit as stop:
        if isinstance(stop.code, str):
            click.echo(stop.code, err=True)
        return _FAILED if stop.code else 0
    except BaseException as error:  # noqa: BLE001  whatever the user's program raises is shown as Python shows it
        _show(error)
        return _FAILED
    return 0


class _Command(RunCommand):  # type: ignore[misc]  # flytekit is not type-checked here
    """flytekit's own parser of inputs, in whose messages a built file goes by its source's name."""

    def __init__(self, source: str, file: str) -> None:
        super().__init__(name="run")
        self._source = source
        self._built = file

    def get_command(self, ctx: click.Context, filename: str) -> Any:
        super().get_command(ctx, filename)  # puts the options that stand before FILE into the context
        return _File(self._built, name=self._source, help=f"Run an entity of {self._source}.")


class _File(WorkflowCommand):  # type: ignore[misc]  # as above
    """The entities of a file, each a command that insists on its required inputs.

    flytekit marks them as required, and click 8.3 and later lets their absence pass nevertheless.
    """

    def get_command(self, ctx: click.Context, exe_entity: str) -> Any:
        if "." in exe_entity:  # flytekit would take what stands before the dot for a module
            raise FlyteEntityNotFoundException(self.name, exe_entity)
        command = super().get_command(ctx, exe_entity)
        run = command.callback

        def insisting(**values: Any) -> Any:
            for option in command.params:
                if option.required and values.get(option.name) is None:
                    raise click.MissingParameter(ctx=click.get_current_context(), param=option)
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
        if isinstance(value, PythonTask | WorkflowBase | LaunchPlan)
    ]
    meant = get_close_matches(word, sorted(entities), 1)
    if meant:
        return f"; did you mean {meant[0]!r}?"
    return f"; it holds {', '.join(sorted(entities))}" if entities else ""


def _is_of(module: object, file: str) -> bool:
    path = getattr(module, "__file__", None)
    return isinstance(path, str) and os.path.realpath(path) == os.path.realpath(file)


def _show(error: BaseException) -> None:
    """Print a traceback of the user's own frames, at the places of the source."""
    shown = traceback.TracebackException.from_exception(error)
    _trim(shown)
    click.echo("".join(shown.format()), nl=False, err=True)


def _trim(shown: traceback.TracebackException) -> None:
    frames = [_at_source(frame) for frame in shown.stack if not _is_machinery(frame.filename)]
    shown.stack = traceback.StackSummary.from_list(frames)
    for inner in (shown.__cause__, shown.__context__, *(getattr(shown, "exceptions", None) or ())):
        if inner is not None:
            _trim(inner)


def _is_machinery(file: str) -> bool:
    parts = _parts_from_tree(file)
    if parts[0] == os.pardir:
        return file.startswith("<") or not _MACHINERY.isdisjoint(parts)
    return parts[0] == __package__


def _at_source(frame: traceback.FrameSummary) -> traceback.FrameSummary:
    """The frame in the file that its built file was made from: each statement stands on the same line there."""
    parts = _parts_from_tree(frame.filename)
    if parts[0] != os.pardir:
        for root in os.environ.get(SOURCE_ROOTS, "").split(os.pathsep):
            file = os.path.join(root, *parts)
            if root and os.path.isfile(file):
                return traceback.FrameSummary(file, frame.lineno, frame.name)
    return frame


def _parts_from_tree(file: str) -> list[str]:
    """The way to a file from the top of the tree; it begins with `..` where the file lies outside."""
    return os.path.relpath(file, _TREE).split(os.sep)
