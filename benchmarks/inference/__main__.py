"""Precision, recall and time of the inference: `python -m benchmarks.inference`, from the project's folder.

Truth is execution: every case of `tests/inference`, or of another folder of the same form, that can run does run, and
what it invoked is compared with what was inferred; what eagerc missed or listed falsely is named. Then how time grows,
and the same cases for two published call-graph tools (`--alone` leaves those out).
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.inference.growth import growth
from benchmarks.inference.measured import programs
from benchmarks.inference.own import own
from benchmarks.inference.tools import compare, environment
from tests.inference.cases import LIBRARY


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.inference", description=__doc__)
    arguments.add_argument("--alone", action="store_true", help="install and run no other tools")
    arguments.add_argument("library", nargs="?", type=Path, default=LIBRARY, help="a folder of topics with cases")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(options.library, Path(name), options.alone)
    print("\ngrowth                size   seconds   ms each")
    for point in growth():
        print(f"{point.shape:20} {point.size:5} {point.seconds:9.4f} {point.seconds * 1000 / point.size:9.3f}")


def measure(library: Path, folder: Path, alone: bool) -> None:
    run = programs(library, folder / "cases")
    functions = sum(len(program.invoked) for program in run)
    print(f"{len(run)} cases, {functions} eager functions\n")
    mine = own(run)
    print("tool                recall  precision  failures   seconds")
    row("eagerc", mine.score.recall, mine.score.precision, 0, mine.seconds)
    row("eagerc, listed", mine.strict.recall, mine.strict.precision, 0, mine.seconds)
    if not alone:
        for result in compare(environment(folder / "tools"), run):
            row(result.tool, result.score.recall, result.score.precision, result.failures, result.seconds)
    print(f"\n{mine.unresolved} of {mine.calls} calls unresolved ({mine.unresolved / mine.calls:.1%})")
    print(*mine.score.wrong, sep="\n")


def row(tool: str, recall: float, precision: float, failures: int, seconds: float) -> None:
    print(f"{tool:18} {recall:7.1%} {precision:10.1%} {failures:9} {seconds:9.2f}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
