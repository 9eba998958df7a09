"""Exit codes, and the files that cannot be analysed."""

import sys
from collections.abc import Iterable

from analyzers.project import SourceError
from eagerc.terminal import visible

NOTHING_TO_SAY, FINDINGS, USAGE_OR_FAILURE = 0, 1, 2
INTERRUPTED, READER_LEFT = 130, 141  # as a shell reports SIGINT and SIGPIPE


def complain(*lines: str) -> None:
    """Tell what is wrong, on standard error."""
    for line in lines:
        print(f"eagerc: {visible(line)}", file=sys.stderr)


def report_errors(errors: Iterable[SourceError]) -> int:
    """Tell which files could not be analysed and why, and give the exit code for that.

    Code that does not parse is a finding; a file that cannot be read keeps a command from doing its work.
    """
    status = NOTHING_TO_SAY
    for error in errors:
        complain(f"{error.place if error.syntax else error.place.path}: {error.message}")
        status = max(status, FINDINGS if error.syntax else USAGE_OR_FAILURE)
    return status
