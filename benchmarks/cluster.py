"""How long eager functions take on a loopback Flyte, built and as they are: `python benchmarks/cluster.py [--full]`.

20 ms are added to each call. Both controllers run in the same minutes on the same server, one after the other; the
children are made up, so that what is measured is the controller. `--full` gives flytekit's own controller the largest
fan-out too, which takes it a quarter of an hour. CPU time varies with what else the machine does: it is also given as
a multiple of what two bare calls of gRPC, the least that a child can cost, take in the same minutes.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.flyte.cluster import Cluster
from tests.flyte.image import make_image
from tests.flyte.loopback.client import Server

PROGRAM = """\
import asyncio, os, resource, time
import grpc.aio
from flyteidl.admin.execution_pb2 import WorkflowExecutionGetRequest
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from flytekit import current_context, eager, task

@task
async def child(x: int) -> int:
    return x

@task
def sync_child(x: int) -> int:
    return x

async def warm(n: int) -> None:
    if n >= 1000:  # what the first call imports is not the cost of each child
        assert await child(x=-1) == -1

def usage() -> list[float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as file:
        pages = float(file.read().split()[1])
    return [time.monotonic(), used.ru_utime + used.ru_stime, pages * resource.getpagesize(), time.time()]

@eager
async def chain(n: int) -> list[float]:
    before = usage()
    for i in range(n):
        assert await child(x=i) == i
    return [*before, *usage()]

@eager
async def gather(n: int) -> list[float]:
    await warm(n)
    before = usage()
    assert await asyncio.gather(*(child(x=i) for i in range(n))) == list(range(n))
    return [*before, *usage()]

@eager
async def sync_gather(n: int) -> list[float]:
    before = usage()
    await asyncio.gather(*(sync_child(x=i) for i in range(n)))
    return [*before, *usage()]

@eager
async def waves(n: int) -> list[float]:
    await warm(n)
    before = usage()
    for start in range(0, n, 100):
        await asyncio.gather(*(child(x=i) for i in range(start, start + 100)))
    return [*before, *usage()]

@eager
async def bare(n: int) -> list[float]:
    request = WorkflowExecutionGetRequest(id=current_context().execution_id.to_flyte_idl())
    slots = asyncio.Semaphore(100)
    async with grpc.aio.insecure_channel(os.environ["FLYTE_PLATFORM_URL"]) as channel:
        admin = AdminServiceStub(channel)

        async def call() -> None:
            async with slots:
                await admin.GetExecution(request)

        await call()
        before = usage()
        await asyncio.gather(*(call() for _ in range(2 * n)))
        return [*before, *usage()]
"""
# flytekit blocks where a sync task is called, and a gather of its values is an error.
BLOCKING = PROGRAM.replace(
    "await asyncio.gather(*(sync_child(x=i) for i in range(n)))", "[sync_child(x=i) for i in range(n)]"
)


class Scenario(NamedTuple):
    """A call of one of the functions, how long each child takes, the goal, and whether flytekit's takes minutes."""

    function: str
    n: int
    seconds: float
    goal: float | None
    long: bool = False


# Two calls for each of so many children, without a controller.
BARE = Scenario("bare", 1000, 0, None)
CPU = "ms CPU a child"

# How each controller asks whether a child has ended.
POLLS: dict[str, set[str]] = {"eagerc": {"ListExecutions"}, "flytekit": {"GetExecution"}, "gRPC": set()}

SCENARIOS = (
    Scenario("chain", 1, 0, 0.25),
    Scenario("chain", 5, 0, 1.0),
    Scenario("chain", 1, 1, 1.25),
    Scenario("chain", 1, 10, 10.7),
    Scenario("sync_gather", 5, 1, 1.5),
    Scenario("gather", 100, 1, 1.5),
    Scenario("gather", 200, 1, 1.8),
    Scenario("gather", 1000, 1, 4.5, long=True),
)


class Cost(NamedTuple):
    """What a run took, with the most that it may take; None where so few children say nothing about one."""

    what: str
    amount: float
    limit: float | None

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.what}" + (" (missed)" if self.missed else "")

    @property
    def missed(self) -> bool:
        return self.limit is not None and self.amount > self.limit


def measure(cluster: Cluster, scenario: Scenario, version: str) -> tuple[Cost, ...]:
    """Run a scenario, and print and give what it took."""
    rule = {"task": "program.*child", "runner": "synthetic", "duration": scenario.seconds}
    cluster.control("rules", {"rules": [rule]})
    cluster.control("reset", {"executions": True})
    execution = cluster.launch(f"program.{scenario.function}", version=version, n=scenario.n)
    after = cluster.ended(execution, 1800)["times"]["ended"]
    rpcs = cluster.control("rpcs")
    began, cpu, memory, start, ended, cpu_after, memory_after, end = cluster.result(execution)
    during = [rpc for rpc in rpcs if start <= rpc["t"] <= end]
    polls = [rpc["t"] for rpc in during if rpc["m"] in POLLS[version]]
    n, many = scenario.n, scenario.n >= 1000
    costs = (
        Cost("s", ended - began, scenario.goal),
        Cost("calls a child", (len(during) - len(polls)) / n, 2.2),
        Cost("polls in a second", most_in_a_second(polls), 10),
        Cost(CPU, 1000 * (cpu_after - cpu) / n, 0.8 if many else None),
        Cost("kB a child", (memory_after - memory) / 1000 / n, 15 if many else None),
        Cost("s until the parent ended", after - end, None if scenario is BARE else 0.5),
    )
    print(f"  {version:9}", *costs, sep="  ", flush=True)
    return costs


def cpu(costs: tuple[Cost, ...]) -> float:
    return next(cost.amount for cost in costs if cost.what == CPU)


def most_in_a_second(times: list[float]) -> int:
    return max((sum(start <= time < start + 1 for time in times) for start in times), default=0)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true", help="let flytekit's controller run the longest too")
    arguments.add_argument("--many", type=int, default=10_000, help="invocations in one parent, at the end")
    chosen = arguments.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="eagerc_benchmark_"))
    costs: list[Cost] = []
    try:
        image = make_image(folder / "image")
        with Server(ttl=7200, runner="zygote", python=str(image), latency_ms=20) as server:
            cluster = Cluster(server, image, folder)
            cluster.register(*cluster.build({"program.py": PROGRAM}), version="eagerc")
            (folder / "plain").mkdir()
            (folder / "plain" / "program.py").write_text(BLOCKING)
            for version in ("flytekit", "gRPC"):
                cluster.register(str(folder / "plain" / "program.py"), version=version)
            for scenario in SCENARIOS:
                print(f"{scenario.function} of {scenario.n} children of {scenario.seconds} s (goal {scenario.goal} s)")
                costs += (ours := measure(cluster, scenario, "eagerc"))
                if chosen.full or not scenario.long:
                    measure(cluster, scenario, "flytekit")
            print(f"two bare calls for each of {BARE.n} children")
            times = cpu(ours) / cpu(measure(cluster, BARE, "gRPC"))
            print(f"  the CPU time of one of {scenario.n} children is {times:.1f} times that of two bare calls")
            cluster.control("latency", {"ms": 0})
            for n in (chosen.many // 10, chosen.many):
                print(f"{n} invocations in one parent, 100 at a time")
                costs += measure(cluster, Scenario("waves", n, 0, None), "eagerc")
    finally:
        time.sleep(0.5)
        shutil.rmtree(folder, ignore_errors=True)
    missed = sum(cost.missed for cost in costs)
    print("all goals met" if not missed else f"{missed} limits missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
