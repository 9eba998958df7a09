"""The `eagerc` command: what is set up before anything else is imported, and how the process ends."""

import gc
import os
import sys
from collections.abc import Sequence

_ALLOCATIONS_BEFORE_COLLECTION = 200_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code; without arguments, run that of this process and end with it."""
    if arguments is None:
        # A run is short and leaves little garbage: looking for it, from the first import on, and taking the interpreter
        # down piece by piece at the end, would cost as much as the whole analysis of a file.
        gc.set_threshold(_ALLOCATIONS_BEFORE_COLLECTION)
    from eagerc.cli.dispatch import carry_out

    if arguments is not None:
        return carry_out(arguments)
    code = carry_out(sys.argv[1:])
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code)
