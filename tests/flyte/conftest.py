"""Loopback Flytes, each a process of its own that ends with the tests at the latest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flyte.cluster import MADE_UP, Cluster
from tests.flyte.image import make_image
from tests.flyte.loopback.client import Server

_TTL_SECONDS = 900
PARENTS = Path(__file__).parent / "data" / "parents.py"


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of the containers."""
    given = request.config.getoption("--container-python")
    return Path(given) if given else make_image(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def registered(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server in which the eager functions of `data/parents.py` are registered, built."""
    with Server(ttl=_TTL_SECONDS, runner="zygote", python=str(image)) as server:
        cluster = Cluster(server, image, tmp_path_factory.mktemp("parents"))
        cluster.register(*cluster.build({"parents.py": PARENTS.read_text()}))
        yield cluster


@pytest.fixture(scope="module")
def empty(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server in which nothing is registered."""
    with Server(ttl=_TTL_SECONDS, runner="zygote", python=str(image)) as server:
        yield Cluster(server, image, tmp_path_factory.mktemp("sources"))


@pytest.fixture
def cluster(empty: Cluster) -> Cluster:
    """That server, without what a test before left behind but for what is registered."""
    empty.control("faults", {})
    empty.control("rules", {"rules": []})
    empty.control("reset", {"executions": True})
    return empty


@pytest.fixture
def parents(registered: Cluster) -> Cluster:
    """That server as it was then; `slow` is made up and takes a fifth of a second."""
    registered.control("faults", {})
    registered.control("rules", {"rules": [MADE_UP | {"duration": 0.2}]})
    registered.control("latency", {"ms": 0})
    registered.control("reset", {"executions": True})
    return registered
