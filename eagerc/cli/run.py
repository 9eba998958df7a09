"""Build a file and run one of its functions locally, on inputs that flytekit parses."""

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import NoReturn

from analyzers.analysis import ModuleFacts
from codegen.build import BuildError, build
from codegen.build.modules import needed_modules, path_in_tree
from eagerc import __version__, build_cache
from eagerc.analyses import Configured, analysis_of_all, errors
from eagerc.cli.status import report_errors
from eagerc.failures import UsageError

# What the interpreter of the user's environment is started on. It imports from the tree first, and nothing from the
# working folder: the sources may lie there, and modules that go by the name of Python's own.
_START = """\
import sys
sys.path[0] = sys.argv.pop(1)
import importlib.util
if importlib.util.find_spec("flytekit") is None:
    print(f"eagerc: {sys.executable} has no flytekit; install it there, or name another with --python", file=sys.stderr)
    sys.exit(2)
try:
    from eagerc_runtime.command import main
    sys.exit(main(sys.argv[1:]))
except KeyboardInterrupt:
    sys.exit(130)
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc run`."""
    parser.usage = "eagerc run [-h] [--python PYTHON] [--build-dir DIR] [--jobs N] FILE FUNCTION [--name value ...]"
    parser.add_argument("--python", metavar="PYTHON", help="the interpreter to run on; it needs flytekit")
    kept = f"a folder of the cache without it, which keeps the {build_cache.KEPT_TREES} builds used last"
    parser.add_argument("--build-dir", metavar="DIR", help=f"where to build; {kept}")
    jobs = "run the tasks in up to N processes, so that they compute on several cores; threads without it"
    parser.add_argument("--jobs", metavar="N", type=_count, help=jobs)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("function", metavar="FUNCTION")
    rest = parser.add_argument("inputs", nargs=argparse.REMAINDER, metavar="--name value", help="the function's inputs")
    rest.required = False  # argparse counts an empty rest as missing where something else is missing too


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc run`: what it starts takes the place of this process, and with it the terminal and signals."""
    if os.path.isdir(options.file):
        raise UsageError(f"{options.file}: is a folder; name the file that holds the function")
    interpreter = _interpreter(options.python)
    configured = analysis_of_all([options.file])
    status = report_errors(errors([configured]))
    if status:
        return status
    try:
        modules = needed_modules(configured.analysis)
        tree = os.path.abspath(options.build_dir or _cached(_digest(configured, modules)))
        build(configured.analysis, tree, settings=configured.settings)
    except BuildError as error:
        raise UsageError(f"{error.message}; {error.remedy}") from error
    file = os.path.join(tree, path_in_tree(configured.analysis.modules[0].file))
    arguments = [options.file, file, options.function, *options.inputs]
    variables = {} if options.jobs is None else {"EAGERC_JOBS": str(options.jobs)}
    return _start(interpreter, tree, arguments, modules, variables)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes: give 1 or more")
    return int(text)


def _cached(digest: str) -> str:
    try:
        return build_cache.tree(digest)
    except OSError as error:
        raise UsageError(f"the cache cannot be used: {error}; name a folder with --build-dir") from error


def _digest(configured: Configured, modules: Iterable[ModuleFacts]) -> str:
    """What tells the tree of just these sources: a run is not disturbed by a later one of changed sources."""
    digest = hashlib.sha256(repr((__version__, configured.settings)).encode())
    for module in modules:
        digest.update(repr((module.file, module.source.encoding, module.source.text)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def _interpreter(named: str | None) -> str:
    """The interpreter of the user's environment: the one named, else the active environment's, else our own."""
    active = os.environ.get("VIRTUAL_ENV")
    wanted = named or (os.path.join(active, "bin", "python") if active else sys.executable)
    found = shutil.which(wanted)
    if found is None:
        raise UsageError(f"{wanted}: there is no such interpreter; name one with --python")
    return found


def _start(
    interpreter: str, tree: str, arguments: list[str], modules: Iterable[ModuleFacts], variables: Mapping[str, str]
) -> NoReturn:
    roots = os.pathsep.join(dict.fromkeys(module.file.root for module in modules))
    environment = {**os.environ, "EAGERC_PROGRESS": "1", "EAGERC_SOURCE_ROOTS": roots, **variables}
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(interpreter, [interpreter, "-c", _START, tree, *arguments], environment)
    except OSError as error:
        raise UsageError(f"{interpreter}: cannot be started: {error.strerror}") from error
