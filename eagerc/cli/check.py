"""Report mistakes in eager workflows: files are read and never run."""

import argparse
import sys
from collections.abc import Callable, Mapping
from functools import cache

from analyzers.model.diagnostics import Diagnostic
from analyzers.model.record import Record
from analyzers.model.settings import Settings
from analyzers.project import SourceError
from analyzers.rules import RULES, run_rules
from analyzers.source import DecodeError, Source, decode
from eagerc.analyses import Configured, analyses, errors
from eagerc.cli.status import FINDINGS, NOTHING_TO_SAY, complain, report_errors
from eagerc.failures import UsageError, suggestion
from eagerc.rule_codes import codes_named
from eagerc.terminal import visible, wants_colour

_MOST_ROUNDS = 10


class Checked(Record):
    """What one look at the files found."""

    diagnostics: tuple[Diagnostic, ...]
    analyses: tuple[Configured, ...]

    @property
    def sources(self) -> dict[str, Source]:
        return {module.file.path: module.source for one in self.analyses for module in one.analysis.modules}

    @property
    def unreadable(self) -> tuple[SourceError, ...]:
        """The files about which no rule can say anything."""
        return tuple(error for error in errors(self.analyses) if not error.syntax)

    @property
    def file_count(self) -> int:
        return sum(one.analysis.file_count for one in self.analyses if not one.nested)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `eagerc check`."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders")
    parser.add_argument("--select", action="append", metavar="CODES", help="only these rules, e.g. EGR1,EGR201")
    parser.add_argument("--ignore", action="append", metavar="CODES", help="not these rules")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended safely")
    parser.add_argument("--unsafe-fixes", action="store_true", help="mend also where the program's meaning may change")
    parser.add_argument("--diff", action="store_true", help="show what the fixes would change, and write nothing")
    parser.add_argument("--output-format", choices=("text", "json", "github"), default="text")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 whatever was found")
    parser.add_argument("--explain", metavar="CODE", help="print the documentation of a rule")


def run(options: argparse.Namespace) -> int:
    """Carry out `eagerc check`."""
    if options.explain:
        print(_explanation(options.explain))
        return 0
    if not options.paths:
        raise UsageError("check: at least one PATH is needed")
    checked = _checked(options)
    if options.diff:
        _show_changes(checked, options.unsafe_fixes)
    else:
        checked, mended = _mended(checked, options) if options.fix or options.unsafe_fixes else (checked, 0)
        _print(checked, mended, options)
    status = report_errors(checked.unreadable)
    return max(status, FINDINGS if checked.diagnostics and not options.exit_zero else NOTHING_TO_SAY)


def _explanation(code: str) -> str:
    """The documentation of a rule, which is the docstring of its module."""
    for rule in RULES:
        if code in (rule.code, rule.name):
            return (sys.modules[rule.check.__module__].__doc__ or rule.name).strip()
    raise UsageError(f"unknown rule `{code}`{suggestion(code, [rule.code for rule in RULES])}")


def _checked(options: argparse.Namespace) -> Checked:
    codes = codes_named({"--select": options.select, "--ignore": options.ignore})
    made = analyses(options.paths)
    found = [
        diagnostic
        for one in made
        for diagnostic in run_rules(one.analysis, _chosen(one.settings, codes["--select"], codes["--ignore"]))
        if one.owns(diagnostic.place.path)
    ]
    return Checked(tuple(sorted(set(found), key=lambda diagnostic: (diagnostic.place, diagnostic.code))), made)


def _chosen(settings: Settings, select: tuple[str, ...], ignore: tuple[str, ...]) -> Settings:
    return settings.replaced(select=select or settings.select, ignore=(*settings.ignore, *ignore))


def _show_changes(checked: Checked, unsafe: bool) -> None:
    from difflib import unified_diff

    from eagerc.fixes import choose, mend

    sources = checked.sources
    for mended in mend(choose(checked.diagnostics, sources, unsafe), sources):
        if mended.problem:
            complain(f"{mended.path} would stay as it is: {mended.problem}")
            continue
        before, after = mended.before.splitlines(), mended.after.splitlines()
        for line in unified_diff(before, after, mended.path, mended.path, lineterm=""):
            print(visible(line))


def _mended(checked: Checked, options: argparse.Namespace) -> tuple[Checked, int]:
    """Fix, look again, and repeat while there is something to fix: one fix may stand in the way of another.

    Gives what is left, and how many fixes were made.
    """
    from eagerc.files import write
    from eagerc.fixes import choose, mend

    refused: set[str] = set()
    count = 0
    for _ in range(_MOST_ROUNDS):
        sources = {path: source for path, source in checked.sources.items() if path not in refused}
        fixes = choose(checked.diagnostics, sources, options.unsafe_fixes)
        files = mend(fixes, sources)
        broken = [file for file in files if file.problem]
        refused.update(file.path for file in broken)
        complain(*(f"{file.path} stays as it is: {file.problem}" for file in broken))
        if not broken:
            if not files:
                return checked, count
            for file in files:
                write(file.path, file.data)
            count += len(fixes)
            checked = _checked(options)
    complain(f"the fixes did not come to an end after {_MOST_ROUNDS} rounds")
    return checked, count


def _print(checked: Checked, mended: int, options: argparse.Namespace) -> None:
    if options.output_format == "json":
        from eagerc.report import json_report

        print(json_report.diagnostics(checked.diagnostics))
    elif options.output_format == "github":
        from eagerc.report import github

        for line in github.report(checked.diagnostics):
            print(line)
    else:
        from eagerc.report import text

        colour = wants_colour(options.color, sys.stdout)
        for line in text.report(checked.diagnostics, _line_of(checked.sources), colour):
            print(line)
        if mended:
            print(text.mended(mended))
        print(text.summary(checked.diagnostics, checked.file_count, colour))


def _line_of(sources: Mapping[str, Source]) -> Callable[[str, int], str | None]:
    """How to find a line of source: in a file that was analysed, or on the disk for one that does not parse."""

    @cache
    def lines_of(path: str) -> tuple[str, ...]:
        if path in sources:
            return sources[path].lines
        try:
            with open(path, "rb") as stream:
                return decode(stream.read()).lines
        except (OSError, DecodeError):
            return ()

    def line_of(path: str, line: int) -> str | None:
        lines = lines_of(path)
        return lines[line - 1] if 0 < line <= len(lines) else None

    return line_of
