"""How a program of the tree ends: its exit code, and what it says about anything that went wrong."""

import signal
from collections.abc import Callable

import click

from .tracebacks import text

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


class EndError(Exception):
    """The program cannot do what it was asked to; `lines` say why."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.code, self.lines = code, lines


def ending(program: Callable[[], None]) -> int:
    """The exit code of a program, whatever happens in it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # flytekit's exits without a word
    try:
        program()
    except click.ClickException as error:
        error.show()
        return WRONG_USAGE
    except EndError as error:
        for line in error.lines:
            click.echo(f"eagerc: {line}", err=True)
        return error.code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except SystemExit as stop:
        if isinstance(stop.code, str):
            click.echo(stop.code, err=True)
        return FAILED if stop.code else 0
    except BaseException as error:  # noqa: BLE001  whatever the user's program raises is shown as Python shows it
        click.echo(text(error), nl=False, err=True)
        return FAILED
    return 0
