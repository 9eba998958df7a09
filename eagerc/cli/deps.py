"""List what each eager function invokes, where, why, and which calls could not be decided."""

import argparse
import sys
from collections.abc import Iterator

from eagerc.cli.status import report_errors
from eagerc.explanations import Explanation, explain
from eagerc.targets import Selection, select
from eagerc.terminal import wants_colour


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc deps`."""
    parser.add_argument("targets", nargs="+", metavar="PATH[:FUNCTION]", help="files, folders, functions in them")
    parser.add_argument("--why", metavar="ENTITY", help="the shortest chain to each call site of one entity")
    parser.add_argument("--verbose", action="store_true", help="tell what was analysed, and how often")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc deps`."""
    selection = select(options.targets)
    explanation = explain(options.why, selection) if options.why else None
    if options.format == "json":
        from eagerc.report import json_report

        print(json_report.dependencies(selection, explanation, options.verbose))
    else:
        for line in _lines(selection, explanation, options):
            print(line)
    return report_errors(selection.errors)


def _lines(selection: Selection, explanation: Explanation | None, options: argparse.Namespace) -> Iterator[str]:
    from eagerc.report import tree, why

    colour = wants_colour(options.color, sys.stdout)
    if explanation is not None:
        return why.report(explanation, colour)
    return tree.report(selection.functions, colour, options.verbose)
