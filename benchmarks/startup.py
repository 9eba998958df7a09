"""How long `eagerc check` of one file takes, next to a bare Python: `python benchmarks/startup.py [FILE]`.

The two alternate, so that whatever else the machine does falls on both. The goal is a ratio of at most 5.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS, PAIRS = 5, 15
SAMPLE = Path(__file__).parents[1] / "samples" / "hyperparameter_sweep.py"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
BARE = [sys.executable, "-I", "-c", "pass"]


def milliseconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=ENVIRONMENT)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    file = sys.argv[1] if len(sys.argv) > 1 else str(SAMPLE)
    check = [str(Path(sys.executable).with_name("eagerc")), "check", file]
    milliseconds(check)  # compiles what was not compiled yet
    ratios = []
    for number in range(1, ROUNDS + 1):
        pairs = [(milliseconds(BARE), milliseconds(check)) for _ in range(PAIRS)]
        bare, checked = (statistics.median(times) for times in zip(*pairs, strict=True))
        ratios.append(checked / bare)
        print(f"round {number}: python -c pass {bare:.1f} ms, eagerc check {checked:.1f} ms, ratio {ratios[-1]:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (goal: at most 5)")


if __name__ == "__main__":
    main()
