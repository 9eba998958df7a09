"""What may go wrong around an eager function, at random moments: nothing is lost, doubled, orphaned, or hangs.

Each fault has many rounds, each with a parent of its own; the rounds of a fault run side by side in one server.
"""

import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from codegen.runtime.distributed.naming import prefix
from tests.flyte.cluster import DOMAIN, MADE_UP, PROJECT, Cluster
from tests.flyte.conftest import PARENTS
from tests.flyte.loopback.client import Server

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("EAGERC_FAULT_ROUNDS", "20"))
CODES = ("UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED")
METHODS = ("CreateExecution", "ListExecutions", "GetExecutionData")
# How many parents there are when the whole server suffers.
WAVE = 10
COUNT = 8
LIMIT_SECONDS = 120
ENDED = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")
VALUES = "3|6|4999950000|None|5 5|Point(x=2, tags=['a', 'a'])|None|in a file|in a directory|False"
GIVERS = ("frame", "array", "numbers", "nothing", "pair", "point", "maybe", "file", "directory", "flag", "rows")

Play = Callable[[Cluster, random.Random], None]


@pytest.fixture(scope="module")
def server(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server in which the eager functions of `data/parents.py` are registered; its tasks start quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOPBACK_ZYGOTE_IMPORT", "pandas,pyarrow")
        # What is to end has as long as on Kubernetes: the processes of all rounds may be told to end at once.
        with Server(ttl=3600, runner="zygote", python=str(image), workers=100, grace_s=30) as server:
            cluster = Cluster(server, image, tmp_path_factory.mktemp("parents"))
            cluster.register(*cluster.build({"parents.py": PARENTS.read_text()}))
            yield cluster


@pytest.fixture
def parents(server: Cluster) -> Iterator[Cluster]:
    yield server
    server.control("faults", {})
    server.control("latency", {"ms": 0})
    server.control("reset", {"executions": True})


def rounds(parents: Cluster, play: Play, together: int = ROUNDS) -> None:
    """Play all rounds: with other numbers in each, and the same ones in each run."""
    with ThreadPoolExecutor(together) as threads:
        played = [threads.submit(play, parents, random.Random(number)) for number in range(ROUNDS)]
    errors = [error for error in (one.exception() for one in played) if error is not None]
    if errors:
        raise BaseExceptionGroup(f"{len(errors)} of {ROUNDS} rounds failed", errors)


def took_time(parents: Cluster, seconds: float) -> None:
    quick = {"task": "parents.inc", "runner": "synthetic"}
    parents.control("rules", {"rules": [MADE_UP | {"duration": seconds}, quick]})


def below(parents: Cluster, parent: str) -> list[dict[str, Any]]:
    """Everything that an eager function and those below it started."""
    return list(parents.control("executions", label=parent))


def started(parents: Cluster, parent: str, entity: str, count: int) -> list[str]:
    """The executions of an entity below a parent, once there are so many."""

    def enough() -> list[str]:
        names = [one["name"] for one in below(parents, parent) if one["entity"] == entity]
        return names if len(names) >= count else []

    return parents.until(enough, LIMIT_SECONDS)


def kill(parents: Cluster, execution: str, signal: str = "SIGKILL") -> None:
    """Send a signal to the process of an execution as soon as there is one."""

    def sent() -> bool:
        found = parents.control(f"execution/{execution}")["phase"] in ENDED
        group = signal == "SIGKILL"
        return found or bool(parents.control(f"signal/{execution}", {"signal": signal, "group": group})["pids"])

    parents.until(sent, LIMIT_SECONDS)


def check(
    parents: Cluster,
    parent: str,
    phase: str,
    expected: dict[str, int] | None = None,
    *,
    stopped: bool = False,
    killed: str = "",
) -> None:
    """The parent has ended so, nothing below it runs, and each entity ran as often as it was invoked.

    Where the fault makes the parent stop its children, what was stopped may have been started anew, one after the
    other. Without `expected` nothing need have run to its end. What is `killed` itself may have several attempts.
    """
    ended = parents.ended(parent, LIMIT_SECONDS)
    assert ended["phase"] == phase, parents.story(ended)
    parents.until(lambda: all(one["phase"] in ENDED for one in below(parents, parent)), LIMIT_SECONDS)
    found = below(parents, parent)
    if expected is not None:
        assert Counter(one["entity"] for one in found if one["phase"] == "SUCCEEDED") == Counter(expected)
    if phase != "ABORTED":
        left = [one for one in found if one["labels"]["eager-exec"] == parent and not _ended_before(one, ended)]
        assert not left, "these were still running when their parent ended"
    ran = [one for one in found if "started" in one["times"]]
    if expected is not None and not stopped:
        assert Counter(one["entity"] for one in ran) == Counter(expected), "something was executed twice"
        assert {one["attempts"] for one in ran if one["entity"] != killed} <= {1}, "something was tried twice"
    _check_turns(ran)


def _ended_before(one: dict[str, Any], parent: dict[str, Any]) -> bool:
    times = one["times"]
    return bool(times.get("abort_requested", times["ended"]) <= parent["times"]["ended"])


def _check_turns(ran: list[dict[str, Any]]) -> None:
    """What was stopped does not run beside what was started in its place."""
    same = defaultdict(list)
    for one in ran:
        same[one["labels"]["eager-exec"], one["entity"], one["inputs"]].append(one)
    for group in same.values():
        stopped = [one["times"]["abort_requested"] for one in group if one["phase"] == "ABORTED"]
        others = [one["times"]["started"] for one in group if one["phase"] != "ABORTED"]
        assert not (stopped and others) or max(stopped) <= min(others)


@pytest.mark.parametrize(("fault", "seconds"), [("outage", 5), ("restart", 0.5)])
def test_the_server_goes_away(parents: Cluster, fault: str, seconds: float) -> None:
    took_time(parents, 4)
    chance = random.Random(fault)
    for _ in range(0, ROUNDS, WAVE):
        waiting = [parents.launch("parents.waiting", n=COUNT) for _ in range(min(ROUNDS, WAVE))]
        time.sleep(chance.uniform(0.5, 4))
        parents.interrupt(fault, seconds)
        for parent in waiting:
            check(parents, parent, "SUCCEEDED", {"parents.slow": COUNT})
            assert parents.result(parent) == sum(range(COUNT))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("burst", [1, 8])
def test_calls_fail(parents: Cluster, code: str, burst: int) -> None:
    took_time(parents, 0.5)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.waiting", n=COUNT)
        started(parents, parent, "parents.slow", chance.randrange(COUNT))
        for method in chance.sample(METHODS, 3):
            fault = {"method": method, "code": code, "times": burst, "after": chance.random() < 0.5}
            parents.control("faults", {**fault, "match": prefix(PROJECT, DOMAIN, parent)})
            time.sleep(chance.uniform(0, 0.5))
        check(parents, parent, "SUCCEEDED", {"parents.slow": COUNT})
        assert parents.result(parent) == sum(range(COUNT))

    rounds(parents, play)


def test_answers_to_create_are_lost(parents: Cluster) -> None:
    took_time(parents, 0.5)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.waiting", n=COUNT)
        fault = {"method": "CreateExecution", "match": prefix(PROJECT, DOMAIN, parent), "after": True}
        lost = {"code": chance.choice(CODES), "times": 2 * COUNT, "p": chance.uniform(0.2, 1)}
        parents.control("faults", {**fault, **lost})
        check(parents, parent, "SUCCEEDED", {"parents.slow": COUNT})
        assert parents.result(parent) == sum(range(COUNT))

    rounds(parents, play)


def test_a_child_is_killed(parents: Cluster) -> None:
    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.naps", n=2)
        child = chance.choice(started(parents, parent, "parents.napping", 2))
        kill(parents, child)
        check(parents, parent, "SUCCEEDED", {"parents.napping": 2}, killed="parents.napping")
        assert parents.result(parent) == 1

    rounds(parents, play)


def test_the_parent_is_killed(parents: Cluster) -> None:
    took_time(parents, 1.0)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.killed", n=COUNT, after=-1.0)
        if chance.random() < 0.5:
            started(parents, parent, "parents.slow", chance.randrange(1, COUNT))
        for _ in range(chance.randrange(1, 4)):
            time.sleep(chance.uniform(0, 1.5))
            kill(parents, parent)
        check(parents, parent, "SUCCEEDED", {"parents.slow": COUNT, "parents.inc": 1})
        assert parents.result(parent) == sum(i % 3 for i in range(COUNT))

    rounds(parents, play)


def test_a_nested_parent_is_killed(parents: Cluster) -> None:
    took_time(parents, 1.0)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.outer", n=COUNT)
        (nested,) = started(parents, parent, "parents.waiting", 1)
        time.sleep(chance.uniform(0, 2.5))
        kill(parents, nested)
        expected = {"parents.waiting": 1, "parents.slow": COUNT, "parents.inc": 1}
        check(parents, parent, "SUCCEEDED", expected, killed="parents.waiting")
        assert parents.result(parent) == sum(range(COUNT))

    rounds(parents, play)


def test_the_parent_is_told_to_end(parents: Cluster) -> None:
    took_time(parents, 1.0)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.waiting", n=COUNT)
        started(parents, parent, "parents.slow", 1)  # before the function runs, a signal meets Python as it starts
        time.sleep(chance.uniform(0, 0.9))
        kill(parents, parent, "SIGTERM")
        check(parents, parent, "SUCCEEDED", {"parents.slow": COUNT}, stopped=True)
        assert parents.result(parent) == sum(range(COUNT))

    rounds(parents, play)


@pytest.mark.parametrize("function", ["waiting", "outer"])
def test_the_parent_is_aborted(parents: Cluster, function: str) -> None:
    took_time(parents, 60)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch(f"parents.{function}", n=COUNT)
        started(parents, parent, "parents.slow", chance.choice([0, 1, COUNT]))
        time.sleep(chance.uniform(0, 2))
        parents.remote.terminate(parents.remote.fetch_execution(name=parent), "enough")
        check(parents, parent, "ABORTED", {}, stopped=True)

    rounds(parents, play)


@pytest.mark.parametrize("how", ["return", "timeout", "group", "gather"])
def test_the_function_ends_early(parents: Cluster, how: str) -> None:
    took_time(parents, 60)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.ends_early", how=how, after=chance.uniform(0.001, 1.5))
        check(parents, parent, "SUCCEEDED" if how == "return" else "FAILED", {}, stopped=True)

    rounds(parents, play)


def test_a_gather_is_cancelled(parents: Cluster) -> None:
    took_time(parents, 60)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.taken_back", n=COUNT, after=chance.uniform(0.001, 1.0))
        check(parents, parent, "SUCCEEDED", {"parents.inc": COUNT}, stopped=True)
        assert parents.result(parent) == sum(range(COUNT))

    rounds(parents, play)


def test_calls_have_just_enough_time_or_not(parents: Cluster) -> None:
    took_time(parents, 0.5)

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.limited", n=COUNT, seconds=chance.uniform(0.3, 1.0))
        check(parents, parent, "SUCCEEDED")
        in_time = [i for i, found in enumerate(parents.result(parent)) if found == i]
        ended = Counter(one["phase"] for one in below(parents, parent))
        assert ended["SUCCEEDED"] >= len(in_time)
        assert ended.total() <= COUNT

    rounds(parents, play)


def test_calls_start_at_any_time_for_a_minute(parents: Cluster) -> None:
    took_time(parents, 0)
    parents.control("latency", {"ms": 20})

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.scattered", n=100, seconds=chance.uniform(50, 60))
        check(parents, parent, "SUCCEEDED", {"parents.inc": 100})
        assert parents.result(parent) == sum(range(100))

    rounds(parents, play)


def test_values_of_all_kinds_come_back(parents: Cluster) -> None:
    # It is the parent that has to cope with a long list.
    numbers = {"task": "parents.numbers", "runner": "synthetic", "outputs": {"o0": list(range(100_000))}}
    parents.control("rules", {"rules": [numbers]})

    def play(parents: Cluster, chance: random.Random) -> None:
        parent = parents.launch("parents.values")
        # One burst for each method: several that meet one call are more than it is tried again.
        for method in chance.sample(METHODS, len(METHODS)):
            time.sleep(chance.uniform(0, 1))
            fault = {"method": method, "code": chance.choice(CODES), "times": chance.randrange(1, 9)}
            parents.control("faults", {**fault, "match": prefix(PROJECT, DOMAIN, parent)})
        check(parents, parent, "SUCCEEDED", {f"parents.{entity}": 1 for entity in GIVERS})
        assert "|".join(parents.result(parent)) == VALUES

    rounds(parents, play, together=4)  # these compute rather than wait
