"""The samples on the loopback Flyte give what they give locally."""

import dataclasses
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.flyte.cluster import Cluster
from tests.flyte.loopback.client import Server
from tests.samples.table import Case, cases

pytestmark = pytest.mark.slow

TOGETHER = 4
CASES = cases()


def _run(cluster: Cluster, case: Case) -> tuple[dict[str, Any], Any]:
    execution = cluster.launch(case.function, **case.defaults, **case.inputs)
    ended = cluster.ended(execution, 120)
    result: Any = cluster.result(execution) if ended["phase"] == "SUCCEEDED" else None
    return ended, dataclasses.asdict(result) if hasattr(result, "__dataclass_fields__") else result


@pytest.fixture(scope="module")
def runs(image: Path, samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list["Future[Any]"]]:
    """Each case of the table of the samples, some of them side by side."""
    modules = [path for path in samples.rglob("*.py") if "mistakes" not in path.parts]
    with Server(ttl=600, runner="zygote", python=image) as server, ThreadPoolExecutor(TOGETHER) as threads:
        cluster = Cluster(server, image, tmp_path_factory.mktemp("samples"))
        cluster.register(*cluster.build({str(path.relative_to(samples)): path.read_text() for path in modules}))
        yield [threads.submit(_run, cluster, case) for case in CASES]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case.function}-{case.inputs}" for case in CASES])
def test_a_sample_gives_what_it_gives_locally(number: int, runs: list["Future[Any]"]) -> None:
    case, (ended, result) = CASES[number], runs[number].result()
    if case.raises:
        assert ended["phase"] == "FAILED"
        assert f"{case.raises}: " in ended["error"]
    else:
        assert ended["phase"] == "SUCCEEDED", ended["error"]
        assert result == case.result
