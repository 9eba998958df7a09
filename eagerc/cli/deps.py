"""List what each eager function invokes, where, and which calls could not be decided."""

import argparse
import sys

from eagerc.cli.status import report_errors
from eagerc.targets import select
from eagerc.terminal import wants_colour


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc deps`."""
    parser.add_argument("targets", nargs="+", metavar="PATH[:FUNCTION]", help="files, folders, functions in them")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc deps`."""
    selection = select(options.targets)
    if options.format == "json":
        from eagerc.report import json_report

        print(json_report.dependencies(selection.functions, selection.errors))
    else:
        from eagerc.report import tree

        for line in tree.report(selection.functions, wants_colour(options.color, sys.stdout)):
            print(line)
        if not selection.functions:
            print("No eager functions.")
    return report_errors(selection.errors)
