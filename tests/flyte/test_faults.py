"""What may go wrong around an eager function, at random moments: nothing is lost, doubled, orphaned, or hangs."""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.flyte.cluster import MADE_UP, Cluster
from tests.flyte.test_controller import OFFLOADED

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("EAGERC_FAULT_ROUNDS", "2"))
CODES = ("UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED")
COUNT = 8
LIMIT_SECONDS = 60


@pytest.fixture(params=range(ROUNDS))
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Other numbers in each round, and the same ones in each run."""
    return random.Random(request.param)


@pytest.fixture
def later() -> Iterator[Callable[..., None]]:
    """Do something after a while, and wait for it in the end."""
    timers: list[threading.Timer] = []

    def start(seconds: float, what: Callable[..., Any], *arguments: Any) -> None:
        timers.append(threading.Timer(seconds, what, arguments))
        timers[-1].start()

    yield start
    for timer in timers:
        timer.join()


def check(parents: Cluster, parent: str, expected: dict[str, int]) -> None:
    """The parent has ended, nothing runs any more, and each entity ran as often as it was invoked."""
    parents.until(lambda: not parents.running())
    succeeded = Counter(one["entity"] for one in parents.children(parent) if one["phase"] == "SUCCEEDED")
    assert succeeded == Counter(expected)


def took_time(parents: Cluster, seconds: float) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": seconds}]})


@pytest.mark.parametrize("fault", ["outage", "restart"])
def test_the_server_goes_away(parents: Cluster, chance: random.Random, later: Any, fault: str) -> None:
    took_time(parents, 1.5)
    parent = parents.launch("parents.waiting", n=COUNT)
    later(chance.uniform(0, 2.5), parents.control, fault, {"seconds": 5 if fault == "outage" else 0.5})
    assert parents.result(parent, LIMIT_SECONDS) == sum(range(COUNT))
    check(parents, parent, {"parents.slow": COUNT})


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("burst", [1, 8])
def test_calls_fail(parents: Cluster, chance: random.Random, later: Any, code: str, burst: int) -> None:
    took_time(parents, 0.5)
    parent = parents.launch("parents.waiting", n=COUNT)
    for method in ("CreateExecution", "ListExecutions", "GetExecutionData"):
        fault = {"method": method, "code": code, "times": burst, "after": chance.random() < 0.5}
        later(chance.uniform(0, 1.0), parents.control, "faults", fault)
    assert parents.result(parent, LIMIT_SECONDS) == sum(range(COUNT))
    check(parents, parent, {"parents.slow": COUNT})


def test_a_child_is_killed(parents: Cluster, chance: random.Random) -> None:
    parent = parents.launch("parents.naps", n=3)
    child = chance.choice(parents.launched("parents.napping", 3))["name"]
    kill = {"signal": "SIGKILL", "group": True}
    parents.until(lambda: parents.control(f"signal/{child}", kill)["pids"])
    assert parents.result(parent, LIMIT_SECONDS) == 3
    check(parents, parent, {"parents.napping": 3})


def test_the_parent_is_killed(parents: Cluster, chance: random.Random) -> None:
    took_time(parents, 1.0)
    parent = parents.launch("parents.killed", n=COUNT, after=chance.uniform(0, 1.5))
    assert parents.result(parent, LIMIT_SECONDS) == sum(i % 3 for i in range(COUNT)) + 1
    check(parents, parent, {"parents.slow": COUNT, "parents.inc": 1})


def test_a_nested_parent_is_killed(parents: Cluster, chance: random.Random, later: Any) -> None:
    took_time(parents, 1.0)
    parent = parents.launch("parents.outer", n=COUNT)
    nested = parents.launched("parents.waiting")[0]["name"]
    later(chance.uniform(0.2, 1.8), parents.control, f"signal/{nested}", {"signal": "SIGKILL", "group": True})
    assert parents.result(parent, LIMIT_SECONDS) == sum(range(COUNT)) + 1
    check(parents, parent, {"parents.waiting": 1, "parents.slow": COUNT, "parents.inc": 1})


def test_the_parent_is_told_to_end(parents: Cluster, chance: random.Random, later: Any) -> None:
    took_time(parents, 1.0)
    parent = parents.launch("parents.waiting", n=COUNT)
    parents.launched("parents.slow")  # before the function runs, a signal meets Python as it starts
    later(chance.uniform(0, 0.9), parents.control, f"signal/{parent}", {"signal": "SIGTERM"})
    assert parents.result(parent, LIMIT_SECONDS) == sum(range(COUNT))
    check(parents, parent, {"parents.slow": COUNT})


def test_a_parent_with_inputs_in_files_is_killed(parents: Cluster, chance: random.Random) -> None:
    parent = parents.launch("parents.offloaded", after=chance.uniform(0, 2.0))
    assert parents.result(parent, 2 * LIMIT_SECONDS) == OFFLOADED
    once = dict.fromkeys(("parents.names_in", "parents.size_of", "parents.total_of"), 1)
    check(parents, parent, once | {"parents.rows": 2, "parents.text_of": 2})
    assert len(parents.children(parent)) == 7


@pytest.mark.parametrize(("runner", "seconds"), [("zygote", 1.0), ("process", 5.0)])
def test_the_parent_is_told_to_end_while_it_starts(
    parents: Cluster, chance: random.Random, later: Any, runner: str, seconds: float
) -> None:
    rules = [MADE_UP | {"duration": 0.5}, {"task": "parents.patient", "runner": runner}]
    parents.control("rules", {"rules": rules})
    parent = parents.launch("parents.patient", n=COUNT)
    later(chance.uniform(0, seconds), parents.control, f"signal/{parent}", {"signal": "SIGTERM"})
    assert parents.result(parent, LIMIT_SECONDS) == sum(range(COUNT))
    check(parents, parent, {"parents.slow": COUNT})


@pytest.mark.parametrize("parent", ["waiting", "outer"])
def test_the_parent_is_aborted(parents: Cluster, chance: random.Random, later: Any, parent: str) -> None:
    took_time(parents, 60)
    execution = parents.launch(f"parents.{parent}", n=COUNT)
    found = parents.remote.fetch_execution(name=execution)
    later(chance.uniform(0, 2), parents.remote.terminate, found, "enough")
    assert parents.ended(execution, LIMIT_SECONDS)["phase"] == "ABORTED"
    check(parents, execution, {})


@pytest.mark.parametrize("how", ["return", "timeout", "raise"])
def test_the_function_ends_early(parents: Cluster, chance: random.Random, how: str) -> None:
    took_time(parents, 60)
    parent = parents.launch("parents.ends_early", how=how, after=chance.uniform(0.001, 1.5))
    assert parents.ended(parent, LIMIT_SECONDS)["phase"] == ("SUCCEEDED" if how == "return" else "FAILED")
    check(parents, parent, {})


def test_calls_start_at_any_time_for_a_minute(parents: Cluster) -> None:
    parents.control("rules", {"rules": [{"task": "parents.inc", "runner": "synthetic"}]})
    parents.control("latency", {"ms": 20})
    parent = parents.launch("parents.scattered", n=600, seconds=60.0)
    assert parents.result(parent, 2 * LIMIT_SECONDS) == sum(range(600))
    check(parents, parent, {"parents.inc": 600})
