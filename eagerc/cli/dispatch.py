"""One command line: finds the verb, and turns every way to fail into an exit code and a message."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Protocol

from eagerc import __version__
from eagerc.cli.status import INTERRUPTED, READER_LEFT, USAGE_OR_FAILURE, complain
from eagerc.failures import UsageError

_VERBS = {
    "check": "report mistakes in eager workflows, and mend them with --fix",
    "deps": "list what each eager function invokes, and where",
    "graph": "draw the control flow of eager functions",
    "build": "write a build tree that runs and registers as it is",
    "run": "build a function and run it, locally or on a cluster with --remote",
    "register": "build, and register all that eager functions need on a cluster",
}


class Verb(Protocol):
    """What a module of this package offers for its verb."""

    def configure(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


def carry_out(arguments: Sequence[str]) -> int:
    """The exit code of a command line, whatever happens; what was printed has left."""
    options = argparse.Namespace(debug=False)
    _make_printable()
    try:
        code = _run(arguments, options)
        _flush()
    except SystemExit as stop:  # argparse has printed help, the version, or what is wrong with the command line
        return _finish(stop.code if isinstance(stop.code, int) else USAGE_OR_FAILURE)
    except BrokenPipeError:
        _abandon_output()
        return READER_LEFT
    except (Exception, KeyboardInterrupt) as error:  # a user gets a message and not a traceback
        if options.debug:
            raise
        return _finish(_explain(error))
    return code


def _run(arguments: Sequence[str], options: argparse.Namespace) -> int:
    at = next((index for index, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
    if at or not arguments or arguments[0] not in _VERBS:
        _parser().parse_args(arguments[: at + 1], options)
    verb = _load(arguments[at])
    parser = _Parser(prog=f"eagerc {arguments[at]}", description=verb.__doc__)
    verb.configure(parser)
    return verb.run(parser.parse_args(arguments[at + 1 :], options))


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help for a terminal of the usual width: to ask for the real one, argparse imports two milliseconds of modules."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=100)


class _Parser(argparse.ArgumentParser):
    """A parser of options that no verb goes without."""

    def __init__(self, prog: str, description: str | None, usage: str | None = None, epilog: str | None = None) -> None:
        super().__init__(prog, usage, description, epilog, formatter_class=_Help, allow_abbrev=False)
        self.add_argument("--debug", action="store_true", help="show the traceback of a failure of eagerc itself")


def _explain(error: BaseException) -> int:
    """Print what went wrong, and give the exit code for it."""
    if isinstance(error, KeyboardInterrupt):
        complain("interrupted")
        return INTERRUPTED
    if isinstance(error, UsageError):
        complain(*error.lines)
    elif isinstance(error, OSError):
        complain(str(error))
    else:
        from eagerc.cli.crash import describe

        complain(*describe(error))
    return USAGE_OR_FAILURE


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "eagerc",
        description="The compiler that eager Flyte workflows lost.",
        epilog="verbs:\n" + "".join(f"  {verb:<10}{says}\n" for verb, says in _VERBS.items()),
        usage="eagerc [-h] [--version] VERB ...",
    )
    parser.add_argument("--version", action="version", version=f"eagerc {__version__}")
    parser.add_argument("verb", metavar="VERB", choices=_VERBS, help=", ".join(_VERBS))
    return parser


def _load(verb: str) -> Verb:
    match verb:
        case "check":
            from eagerc.cli import check

            return check
        case "deps":
            from eagerc.cli import deps

            return deps
        case "graph":
            from eagerc.cli import graph

            return graph
        case "build":
            from eagerc.cli import build

            return build
        case "register":
            from eagerc.cli import register

            return register
        case _:
            from eagerc.cli import run

            return run


def _make_printable() -> None:
    """Let a terminal that lacks a character show its escape: no output fails on its encoding."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _finish(code: int) -> int:
    """`code`, after what was printed before a failure has left; a reader that is gone changes nothing now."""
    try:
        _flush()
    except OSError:
        _abandon_output()
    return code


def _abandon_output() -> None:
    """Keep the interpreter from flushing to a reader that is gone when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
