"""Write a build tree: the same source, rewritten so that it runs concurrently and registers as it is."""

import argparse
import os
import shutil
import subprocess

from codegen.build import BuildResult, build
from eagerc.analyses import Configured, analysis_of_all, errors
from eagerc.cli.status import FINDINGS, NOTHING_TO_SAY, report_errors
from eagerc.failures import UsageError
from eagerc.terminal import visible
from eagerc.trees import explained


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc build`."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="files and folders that hold eager functions")
    parser.add_argument(
        "-o", "--output", metavar="DIR", help="the folder of the tree; build.output of the configuration"
    )
    parser.add_argument("--check", action="store_true", help="only say whether the tree is up to date")


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc build`."""
    configured = analysis_of_all(options.paths)
    output = options.output or _configured_output(configured)
    status = report_errors(errors([configured]))
    if status != NOTHING_TO_SAY:
        return status
    with explained():
        result = build(configured.analysis, output, check=options.check, settings=configured.settings)
    return _report_check(result) if options.check else _report(result, configured)


def _configured_output(configured: Configured) -> str:
    settings = configured.settings
    if settings.root is None or settings.build.output is None:
        raise UsageError("build: name the folder of the tree with -o, or as build.output in the configuration")
    return os.path.relpath(os.path.join(settings.root, settings.build.output))


def _report_check(result: BuildResult) -> int:
    if not result.changed:
        print(f"{visible(result.output)} is up to date.")
        return NOTHING_TO_SAY
    for path in result.changed:
        print(visible(path))
    print(f"{visible(result.output)} is out of date: {len(result.changed)} of its files differ.")
    return FINDINGS


def _report(result: BuildResult, configured: Configured) -> int:
    for declined in result.declined:
        print(f"{visible(str(declined.place))}: left as it is: {visible(declined.reason)}")
    for name in result.shadowing:
        print(f"{name}: Python has a module of this name, and a process can import only one of the two; rename yours.")
    unresolved = sum(len(function.unresolved) for function in configured.analysis.functions)
    if unresolved:
        calls = "1 call is" if unresolved == 1 else f"{unresolved} calls are"
        print(f"{calls} unresolved and will be decided at run time; `eagerc deps` lists them.")
    written = f"{len(result.files)} files" if result.changed else "nothing new"
    print(f"Built {visible(result.output)}: {written}, version {result.version}. Register it with")
    print(f"  {result.command}")
    ignored = _ignored_by_git(result)
    if ignored:
        print(f"git ignores {ignored} of its files, and flytekit uploads nothing that git ignores:")
        print("  build into a folder that it does not ignore, or use `eagerc register`, which uploads the tree.")
    return NOTHING_TO_SAY


def _ignored_by_git(result: BuildResult) -> int:
    """How many files of the tree; none where there is no git."""
    git = shutil.which("git")
    if git is None:
        return 0
    asked = [git, "-C", result.output, "check-ignore", "--stdin", "-z"]
    done = subprocess.run(asked, input=os.fsencode("\0".join(result.files)), capture_output=True, check=False)
    return done.stdout.count(b"\0")
