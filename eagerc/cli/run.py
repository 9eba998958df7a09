"""Build a file and run one of its functions, locally or on a Flyte cluster, on inputs that flytekit parses."""

import argparse
import os

from codegen.build.modules import path_in_tree
from eagerc.analyses import analysis_of_all, errors
from eagerc.cli.flyte_options import add_build_options, add_flyte_options, chosen
from eagerc.cli.status import report_errors
from eagerc.failures import UsageError
from eagerc.trees import built
from eagerc.user_environment import Program, interpreter, start


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc run`."""
    parser.usage = "eagerc run [-h] [OPTION ...] FILE FUNCTION [--name value ...]"
    add_build_options(parser)
    jobs = "run the tasks in up to N processes, so that they compute on several cores; threads without it"
    parser.add_argument("--jobs", metavar="N", type=_count, help=jobs)
    parser.add_argument("--remote", action="store_true", help="register and run on a Flyte cluster")
    parser.add_argument("--wait", action="store_true", help="follow the remote run to its end and print its result")
    parser.add_argument("--recover", metavar="EXECUTION", help="take over what succeeded in a remote run that failed")
    names = add_flyte_options(parser)
    parser.set_defaults(flyte_options=(*names, "wait", "recover"))
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("function", metavar="FUNCTION")
    rest = parser.add_argument("inputs", nargs=argparse.REMAINDER, metavar="--name value", help="the function's inputs")
    rest.required = False  # argparse counts an empty rest as missing where something else is missing too


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc run`."""
    if os.path.isdir(options.file):
        raise UsageError(f"{options.file}: is a folder; name the file that holds the function")
    if not options.remote:
        _refuse_without_remote(options)
    elif options.jobs is not None:
        raise UsageError("--jobs: only for a local run; on a cluster each task has a container of its own")
    choices = chosen(options, options.flyte_options)
    python = interpreter(options.python)
    configured = analysis_of_all([options.file])
    status = report_errors(errors([configured]))
    if status:
        return status
    tree = built(configured, options.build_dir)
    file = os.path.join(tree.folder, path_in_tree(configured.analysis.modules[0].file))
    call = [options.file, file, options.function, *options.inputs]
    if options.remote:
        return start(python, tree.folder, Program("run_remote", [choices, *call], tree.roots))
    return start(python, tree.folder, Program("run", call, tree.roots, options.jobs))


def _refuse_without_remote(options: argparse.Namespace) -> None:
    given = [f"--{name.replace('_', '-')}" for name in options.flyte_options if getattr(options, name)]
    if given:
        raise UsageError(f"{', '.join(given)}: only for a run on a cluster; add --remote")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give 1 or more")
    return int(text)
