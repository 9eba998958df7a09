"""How well, and how fast, eagerc infers the case library."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.inference.measured import Program, Score
from tests.inference import cases


class Own(NamedTuple):
    """`score` counts an unresolved call as covering its function, `strict` only what is listed."""

    score: Score
    strict: Score
    calls: int
    unresolved: int
    seconds: float


def own(programs: Sequence[Program]) -> Own:
    """Interpret each program and compare with what ran."""
    score, strict = Score(), Score()
    calls = unresolved = 0
    seconds = 0.0
    for program in programs:
        started = time.process_time()
        analysis = cases.analysis_of(program.folder)
        found = cases.inferred(analysis)
        seconds += time.process_time() - started
        for function in program.invoked:
            lines = dict.fromkeys(found.get(function, ()), 1)
            listing = cases.listing(lines)
            score.count(program, function, listing.certain, covered=listing.open)
            strict.count(program, function, listing.certain)
        calls += sum(len(function.invocations) for function in analysis.functions)
        unresolved += sum(len(function.unresolved) for function in analysis.functions)
    return Own(score, strict, calls + unresolved, unresolved, seconds)
