"""The loopback Flyte itself, as flytekit's unmodified commands and remote see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flyte.cluster import Cluster
from tests.flyte.image import make_image
from tests.flyte.loopback.client import Server

pytestmark = pytest.mark.slow

PROGRAM = """\
import os
import tempfile
import time
from importlib.util import find_spec

from flytekit import LaunchPlan, conditional, dynamic, eager, map_task, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException
from flytekit.types.error import FlyteError
from flytekit.types.file import FlyteFile

@task
def inc(x: int) -> int:
    return x + 1

@task(cache=True, cache_version="1")
def cached(x: int) -> int:
    return x * 10

@task
def bad(x: int) -> int:
    if x >= 0:
        raise ValueError(f"bad {x}")
    return x

@task(retries=2)
def flaky() -> int:
    if int(os.environ["FLYTE_ATTEMPT_NUMBER"]) < 2:
        raise FlyteRecoverableException("again")
    return int(os.environ["FLYTE_ATTEMPT_NUMBER"])

@task
def nap(x: int) -> int:
    time.sleep(1)
    return x + 1

@task
def total(xs: list[int]) -> int:
    return sum(xs)

@task
def write(x: int) -> FlyteFile:
    with open("f.txt", "w") as f:
        f.write("z" * x)
    return FlyteFile("f.txt")

@task
def size(f: FlyteFile) -> int:
    with open(f) as g:
        return len(g.read())

@task
def note(x: int, err: FlyteError | None = None):
    print("noted", x, err)

@task
def importable() -> list[str]:
    return [name for name in ("eagerc", "analyzers", "codegen", "samples", "tests") if find_spec(name)]

@task
def temporary() -> str:
    return tempfile.gettempdir()

@workflow
def sub(x: int) -> int:
    return inc(x=inc(x=x))

plan = LaunchPlan.get_or_create(sub, "program.plan", default_inputs={"x": 40})

@workflow
def main(x: int = 1) -> tuple[int, int]:
    a = sub(x=x)
    return inc(x=plan(x=a)), size(f=write(x=a))

@workflow
def branch(x: int) -> int:
    return conditional("c").if_(x > 5).then(inc(x=x)).elif_(x == 5).then(cached(x=x)).else_().then(sub(x=x))

@dynamic
def many(n: int) -> int:
    return total(xs=[inc(x=i) for i in range(n)])

@workflow
def naps(x: int) -> tuple[int, int]:
    return nap(x=nap(x=x)), total(xs=map_task(nap)(x=[1, 2, 3]))

@dynamic
def dozes(n: int) -> int:
    return total(xs=[nap(x=i) for i in range(n)])

@workflow
def mapped() -> int:
    return total(xs=map_task(inc)(x=[1, 2, 3]))

@workflow(on_failure=note)
def failing(x: int) -> int:
    return bad(x=x)

@eager
async def own(x: int) -> int:
    return inc(x=x) + 100
"""


@pytest.fixture(scope="module", params=["file", pytest.param("s3", marks=pytest.mark.slow)])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server with the program registered in it; one with plain paths and one with an object store."""
    image = make_image(tmp_path_factory.mktemp("image"))
    folder = tmp_path_factory.mktemp("program")
    (folder / "program.py").write_text(PROGRAM)
    with (
        Server(ttl=600, runner="zygote", store=request.param, python=str(image)) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in server.client_env().items():
            patch.setenv(name, value)
        cluster = Cluster(server, image, folder)
        cluster.register("program.py")
        yield cluster


def test_registering_twice_changes_nothing(cluster: Cluster) -> None:
    before = cluster.control("entities")
    cluster.register("program.py")
    assert cluster.control("entities") == before


def test_tasks_run(cluster: Cluster) -> None:
    assert cluster.run("program.inc", x=1) == 2
    assert cluster.run("program.many", n=4) == 10
    assert cluster.run("program.flaky") == 2
    assert cluster.run("program.own", x=1) == 102


def test_a_task_sees_nothing_of_the_project(cluster: Cluster) -> None:
    assert cluster.run("program.importable") == []


def test_a_task_leaves_nothing_on_the_machine(cluster: Cluster) -> None:
    folder = Path(cluster.run("program.temporary"))
    assert folder.is_relative_to(cluster.control("info")["state_dir"])


def test_workflows_run(cluster: Cluster) -> None:
    outputs = {}
    for name in ("main", "plan", "mapped"):
        execution = cluster.launch(f"program.{name}", kind="workflow")
        cluster.result(execution)
        outputs[name] = cluster.remote.sync(cluster.remote.fetch_execution(name=execution)).outputs
    assert (outputs["main"]["o0"], outputs["main"]["o1"]) == (6, 3)
    assert (outputs["plan"]["o0"], outputs["mapped"]["o0"]) == (42, 9)


@pytest.mark.parametrize(("x", "expected"), [(6, 7), (5, 50), (1, 3)])
def test_branches_are_taken(cluster: Cluster, x: int, expected: int) -> None:
    assert cluster.result(cluster.launch("program.branch", kind="workflow", x=x)) == expected


def test_the_cache_answers(cluster: Cluster) -> None:
    assert [cluster.run("program.cached", x=77) for _ in range(2)] == [770, 770]
    assert [event["task"] for event in cluster.control("events") if event["kind"] == "cache-hit"] == ["program.cached"]


def test_a_failure_has_its_message_and_runs_the_failure_node(cluster: Cluster) -> None:
    ended = cluster.ended(cluster.launch("program.failing", kind="workflow", x=3))
    assert ended["phase"] == "FAILED"
    assert "ValueError: bad 3" in ended["error"]
    assert any(event["kind"] == "failure-node" for event in cluster.control("events"))


def test_the_command_line_runs_remotely(cluster: Cluster) -> None:
    cluster.pyflyte("run", "--remote", "program.py", "sub", "--x", "3")


def test_terminating_aborts(cluster: Cluster) -> None:
    cluster.control("rules", {"rules": [{"task": "program.bad", "runner": "synthetic", "duration": 60}]})
    execution = cluster.launch("program.bad", x=1)
    cluster.remote.terminate(cluster.remote.fetch_execution(name=execution), "enough")
    ended = cluster.ended(execution, 10)
    assert (ended["phase"], ended["abort_cause"]) == ("ABORTED", "enough")
    cluster.control("rules", {"rules": []})


@pytest.mark.parametrize("fault", ["outage", "restart"])
def test_it_goes_away_and_comes_back_with_what_it_knew(cluster: Cluster, fault: str) -> None:
    before = cluster.control("entities"), [found["name"] for found in cluster.control("executions")]
    cluster.interrupt(fault, 0.5)
    assert (cluster.control("entities"), [found["name"] for found in cluster.control("executions")]) == before
    assert cluster.run("program.inc", x=1) == 2


def processes_before(cluster: Cluster) -> int:
    """How many processes this one is the heir of."""
    return Path(f"/proc/{cluster.control('info')['pid']}/cmdline").read_text().count("--take-over")


def test_after_a_restart_another_process_goes_on(cluster: Cluster) -> None:
    cluster.control("rules", {"rules": [{"task": "program.bad", "runner": "synthetic", "duration": 4}]})
    running = [cluster.launch("program.naps", kind="workflow", x=1), cluster.launch("program.dozes", n=3)]
    running += [cluster.launch("program.nap", x=1), cluster.launch("program.bad", x=7)]
    before = processes_before(cluster)
    for _ in range(3):
        cluster.interrupt("restart", 0)
    assert processes_before(cluster) == before + 3
    assert [cluster.result(execution) for execution in running] == [3, 6, 2, 7]
    for execution in running:
        nodes = cluster.control(f"execution/{execution}")["nodes"]
        assert {node["attempts"] for node in nodes.values()} <= {0, 1}, nodes
    cluster.control("rules", {"rules": []})


def test_it_ends_when_it_is_told_to(image: Path) -> None:
    with Server(ttl=60, python=str(image)) as server:
        server.control("shutdown", {})
        assert server.proc.wait(20) == 0
