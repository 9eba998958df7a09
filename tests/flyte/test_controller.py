"""Eager functions that were built, registered with flytekit's own command, and run on the loopback Flyte."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.flyte.cluster import MADE_UP, Cluster

OFFLOADED = ["1000", "2000", "a", "b", "['a.txt', 'b.txt']", "50000", "49995000"]
FRESH = """\
from flytekit import eager, task

@task
def one(x: int) -> int:
    return x + 1

@eager
async def fresh(x: int) -> int:
    return await one(x=x)
"""

EARLY = """\
import os, signal
from flytekit import eager, task

@task
def plain(x: int) -> int:
    return x + (signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)

@eager
async def early(x: int) -> int:
    return await plain(x=x)

if os.environ.get("FLYTE_INTERNAL_TASK_NAME") == "early.early" and os.environ["FLYTE_ATTEMPT_NUMBER"] == "0":
    os.kill(os.getpid(), signal.SIGTERM)
"""


@pytest.mark.slow
def test_every_kind_of_entity_runs_as_itself(parents: Cluster) -> None:
    parent = parents.launch("parents.kinds")
    assert parents.result(parent, 120) == [2, 3, 5, 10, 5, 106, 7, 9, 11, 110, 12]
    plans = [one for one in parents.children(parent) if one["entity"] == "parents.plan"]
    assert [(one["labels"]["team"], one["service_account"]) for one in plans] == [("blue", "robot")] * 2


@pytest.mark.slow
def test_values_of_all_kinds_come_back(parents: Cluster) -> None:
    assert parents.result(parents.launch("parents.values"), 120) == [
        "3",
        "6",
        "4999950000",
        "None",
        "5 5",
        "Point(x=2, tags=['a', 'a'])",
        "None",
        "in a file",
        "in a directory",
        "False",
    ]


@pytest.mark.parametrize(
    ("x", "kind", "text"), [(0, "OwnError", "zero"), (1, "KeyError", "'one'"), (2, "KeyError", "2")]
)
def test_an_exception_is_of_its_own_class(parents: Cluster, x: int, kind: str, text: str) -> None:
    *kinds, message, remote, link, line = parents.run("parents.caught", x=x)
    assert (set(kinds), message) == ({"EagerException", kind}, text)
    assert "remote traceback" in remote
    assert "in raising" in remote
    assert "/executions/" in link
    assert line.startswith("invoked at parents.py:")
    assert line.endswith(": await raising(x=x)")


@pytest.mark.slow
def test_an_exception_keeps_its_class_through_nested_eager_functions(parents: Cluster) -> None:
    assert parents.run("parents.through_nested", x=0) == "True zero"


def test_an_exception_that_nobody_handles_is_told_as_it_was_raised(parents: Cluster) -> None:
    ended = parents.ended(parents.launch("parents.uncaught", x=0))
    assert "OwnError: zero" in ended["error"]
    assert "in uncaught" in ended["error"]


@pytest.mark.parametrize(
    ("failure", "kind", "says"),
    [
        ({"code": "OOMKilled", "message": "killed"}, "MemoryError", "parents.sick ran out of memory: killed"),
        ({"code": "x|TimeoutExpired", "message": "1h"}, "TimeoutError", "parents.sick took longer than it may: 1h"),
        (
            {"code": "ImagePullBackOff", "message": "no such image"},
            "EagerException",
            "the image of parents.sick cannot",
        ),
        ({"code": "Strange", "message": "odd"}, "EagerException", "parents.sick failed with Strange: odd"),
    ],
)
def test_failures_of_the_cluster_say_what_they_are(
    parents: Cluster, failure: dict[str, str], kind: str, says: str
) -> None:
    parents.control("rules", {"rules": [{"task": "parents.sick", "runner": "synthetic", "fail": failure}]})
    found, message = parents.run("parents.sick_child")
    assert found == kind
    assert message.startswith(says)


def test_an_abort_by_a_person_says_so(parents: Cluster) -> None:
    parents.control("rules", {"rules": [{"task": "parents.sick", "runner": "synthetic", "duration": 60}]})
    parent = parents.launch("parents.sick_child")
    child = parents.launched("parents.sick")[0]["name"]
    parents.remote.terminate(parents.remote.fetch_execution(name=child), "enough")
    assert parents.result(parent) == ["EagerException", "parents.sick was aborted by loopback: enough"]


def test_a_bad_input_fails_its_own_call_alone(parents: Cluster) -> None:
    assert parents.run("parents.bad_input")[0] == "2"


def test_a_launch_that_flyte_refuses_ends_the_call(parents: Cluster) -> None:
    parents.control("faults", {"method": "CreateExecution", "code": "INVALID_ARGUMENT", "match": "parents.inc"})
    assert parents.run("parents.refused").startswith("parents.inc could not be launched: INVALID_ARGUMENT: ")


def test_a_call_that_is_too_slow_is_stopped(parents: Cluster) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    assert parents.run("parents.waited_for") == "late"
    assert parents.until(lambda: [one["phase"] for one in parents.launched("parents.slow")] == ["ABORTED"])


def test_a_failing_task_group_stops_the_others_and_what_they_started(parents: Cluster) -> None:
    if subprocess.run([parents.python, "-c", "import asyncio; asyncio.TaskGroup"], check=False).returncode:
        pytest.skip("task groups are new in Python 3.11")
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    ended = parents.ended(parents.launch("parents.first_failure"))
    assert "OwnError" in ended["error"]
    assert parents.until(lambda: not parents.running())
    assert {one["phase"] for one in parents.launched("parents.slow", 2)} == {"ABORTED"}


def test_a_cancelled_gather_stops_its_calls_and_launches_no_more(parents: Cluster) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    assert parents.run("parents.cancelled_gather") == 2
    slow = parents.launched("parents.slow", 5)
    assert [one["phase"] for one in slow] == ["ABORTED"] * 5


def test_what_is_forgotten_does_not_outlive_the_parent(parents: Cluster) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    assert parents.run("parents.forgotten") == 1
    assert parents.running() == []


@pytest.mark.slow
def test_threads_of_the_event_loop_invoke_too(parents: Cluster) -> None:
    parent = parents.launch("parents.in_threads", n=3)
    assert parents.result(parent, 60) == 1 + 2 + 3 + 4
    assert [one["entity"] for one in parents.children(parent)] == ["parents.inc"] * 4


@pytest.mark.slow
@pytest.mark.parametrize("parent", ["waiting", "blocked", "nested"])
def test_an_aborted_parent_takes_its_children_along(parents: Cluster, parent: str) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    inputs: dict[str, Any] = {"n": 3} if parent == "waiting" else {"x": 3}
    execution = parents.launch(f"parents.{parent}", **inputs)
    parents.launched("parents.slow", inputs.get("n", 1))
    parents.remote.terminate(parents.remote.fetch_execution(name=execution), "enough")
    assert parents.ended(execution)["phase"] == "ABORTED"
    assert parents.until(lambda: not parents.running())


@pytest.mark.slow
def test_a_preempted_parent_is_started_again_and_finishes(parents: Cluster) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    execution = parents.launch("parents.waiting", n=3)
    parents.launched("parents.slow", 3)
    parents.control("rules", {"rules": [MADE_UP]})
    parents.control(f"signal/{execution}", {"signal": "SIGTERM"})
    assert parents.result(execution) == 3
    assert sorted(one["phase"] for one in parents.launched("parents.slow", 6)) == ["ABORTED"] * 3 + ["SUCCEEDED"] * 3


@pytest.mark.slow
def test_a_killed_parent_finds_its_children(parents: Cluster) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 1.5}]})
    assert parents.result(parents.launch("parents.killed", n=7, after=0.6)) == 7
    assert len(parents.launched("parents.slow")) == 7


@pytest.mark.slow
def test_calls_at_any_time_all_end(parents: Cluster) -> None:
    parents.control("rules", {"rules": [{"task": "parents.inc", "runner": "synthetic"}]})
    parents.control("latency", {"ms": 20})
    assert parents.result(parents.launch("parents.scattered", n=60, seconds=4.0)) == sum(range(60))


@pytest.mark.slow
def test_an_exit_of_the_program_ends_the_parent(parents: Cluster) -> None:
    assert parents.ended(parents.launch("parents.crashing"))["phase"] == "FAILED"


@pytest.mark.slow
@pytest.mark.parametrize("code", ["UNAVAILABLE", "INTERNAL", "UNKNOWN", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"])
def test_transient_errors_and_lost_answers_cost_nothing(parents: Cluster, code: str) -> None:
    parents.control("rules", {"rules": [{"task": "parents.inc", "runner": "synthetic"}]})
    parent = parents.launch("parents.fan_out", n=20)
    parents.control("faults", {"method": "CreateExecution", "code": code, "times": 5, "after": True})
    for method in ("CreateExecution", "ListExecutions", "GetExecutionData"):
        parents.control("faults", {"method": method, "code": code, "times": 4, "p": 0.5})
    assert parents.result(parent) == sum(range(20))
    assert len(parents.children(parent)) == 20


@pytest.mark.slow
def test_unmodified_run_registers_what_is_missing(parents: Cluster, tmp_path: Path) -> None:
    other = Cluster(parents.server, parents.python, tmp_path)
    tree = other.build({"fresh.py": FRESH})
    module = next(path for path in tree if path.endswith("fresh.py"))
    other.pyflyte("run", "--remote", "--copy", "all", module, "fresh", "--x", "3")
    assert parents.until(lambda: [one["phase"] for one in parents.control("executions")] == ["SUCCEEDED"] * 2)


@pytest.mark.slow
def test_what_a_parent_leaves_behind_when_it_is_gone_for_good_is_cleaned_up(parents: Cluster) -> None:
    parents.control("rules", {"rules": [MADE_UP | {"duration": 60}]})
    execution = parents.launch("parents.outer", kind="workflow", n=3)
    parents.launched("parents.slow", 3)

    def gone() -> bool:
        if any(event["kind"] == "failure-node" for event in parents.control("events")):
            return True
        parents.control(f"signal/{execution}", {"signal": "SIGKILL", "group": True})
        return False

    parents.until(gone, 60)
    assert parents.ended(execution, 60)["phase"] == "FAILED"
    assert parents.until(lambda: not parents.running())
    assert {one["phase"] for one in parents.launched("parents.slow", 3)} == {"ABORTED"}


def test_one_call_has_options_of_its_own(parents: Cluster) -> None:
    fail = {"message": "odd", "code": "Strange", "times": 2}
    sick = {"task": "parents.sick", "runner": "synthetic", "fail": fail}
    parents.control("rules", {"rules": [MADE_UP, sick]})
    assert parents.run("parents.with_options", x=5) == 11
    first = parents.launched("parents.slow", 3)[0]
    assert first["labels"].items() >= {"team": "blue"}.items()
    assert (first["interruptible"], first["service_account"]) == (True, "robot")
    assert [one["phase"] for one in parents.launched("parents.sick", 3)] == ["FAILED", "FAILED", "SUCCEEDED"]


def test_options_that_an_execution_cannot_carry_are_refused(parents: Cluster) -> None:
    says = parents.run("parents.with_wrong_options", x=5)
    assert says.startswith("parents:with_wrong_options#slow#1: with_overrides takes no container_image: one execution")
    assert parents.control("executions")[-1]["entity"] == "parents.with_wrong_options"


@pytest.mark.slow
def test_inputs_in_files_are_known_again(parents: Cluster) -> None:
    parent = parents.launch("parents.offloaded", after=1.0)
    assert parents.result(parent, 120) == OFFLOADED
    assert len(parents.children(parent)) == 7


@pytest.mark.slow
def test_a_signal_before_the_body_costs_no_retry_and_concerns_no_other_task(parents: Cluster, tmp_path: Path) -> None:
    other = Cluster(parents.server, parents.python, tmp_path)
    other.register(*other.build({"early.py": EARLY}))
    parent = parents.launch("early.early", x=3)
    assert parents.result(parent) == 4
    assert max(node["attempts"] for node in parents.control(f"execution/{parent}")["nodes"].values()) == 2
    assert len(parents.launched("early.plain")) == 1


@pytest.mark.slow
def test_a_program_sees_the_same_without_a_cluster(parents: Cluster) -> None:
    on_cluster = parents.result(parents.launch("parents.behaviour"), 180)
    program = "import asyncio, json, parents; print(json.dumps(asyncio.run(parents.behaviour())))"
    done = subprocess.run(
        [parents.python, "-c", program],
        cwd=parents.folder / "build",
        env={"PATH": os.environ["PATH"], "HOME": str(parents.folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert on_cluster == json.loads(done.stdout.splitlines()[-1])
