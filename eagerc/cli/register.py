"""Build, and register the eager functions with everything that they may invoke."""

import argparse

from eagerc.analyses import analysis_of_all, errors
from eagerc.cli.flyte_options import add_build_options, add_flyte_options, chosen
from eagerc.cli.status import report_errors
from eagerc.trees import built
from eagerc.user_environment import Program, interpreter, start


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc register`."""
    parser.usage = "eagerc register [-h] [OPTION ...] PATH [PATH ...]"
    add_build_options(parser)
    parser.add_argument("--dry-run", action="store_true", help="only list what would be registered")
    names = add_flyte_options(parser)
    parser.set_defaults(flyte_options=(*names, "dry_run"))
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders that hold eager functions")


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc register`."""
    choices = chosen(options, options.flyte_options)
    python = interpreter(options.python)
    configured = analysis_of_all(options.paths)
    status = report_errors(errors([configured]))
    if status:
        return status
    tree = built(configured, options.build_dir)
    return start(python, tree.folder, Program("register", [choices], tree.roots))
