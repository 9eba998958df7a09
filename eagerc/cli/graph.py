"""Draw the control flow of eager functions, from their source alone."""

import argparse
import sys

from codegen.graph.formats import FORMATS, GraphError, format_of
from eagerc.cli.status import NOTHING_TO_SAY, report_errors
from eagerc.failures import UsageError
from eagerc.files import write
from eagerc.targets import select

_BINARY = ("png", "pdf")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc graph`."""
    parser.add_argument("targets", nargs="+", metavar="PATH[:FUNCTION]", help="files, folders, functions in them")
    parser.add_argument("-o", "--output", metavar="FILE", help="the picture; its ending names the format")
    parser.add_argument("--format", choices=FORMATS, help="the format on standard output; svg without it")


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc graph`."""
    try:
        return _drawn(options)
    except GraphError as error:
        raise UsageError(error.message, error.remedy) from error


def _drawn(options: argparse.Namespace) -> int:
    chosen = options.format or (format_of(options.output) if options.output else "svg")
    selection = select(options.targets)
    status = report_errors(selection.errors)
    if not selection.functions:
        if status == NOTHING_TO_SAY:
            raise UsageError("there is no eager function to draw")
        return status
    from codegen.graph.pictures import render

    drawn = render([one.function for one in selection.functions], chosen)
    if options.output:
        write(options.output, drawn)
    else:
        _print(drawn, chosen)
    return status


def _print(drawn: bytes, chosen: str) -> None:
    if chosen in _BINARY and sys.stdout.isatty():
        raise UsageError(f"a {chosen} picture is nothing for a terminal; give it a file with -o")
    sys.stdout.buffer.write(drawn)
