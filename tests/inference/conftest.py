"""The oracle, started once for all cases that one worker runs."""

from collections.abc import Iterator

import pytest

from tests.inference.oracle import Oracle


@pytest.fixture(scope="session")
def oracle() -> Iterator[Oracle]:
    """A process that runs programs and records what they invoke."""
    started = Oracle()
    yield started
    started.close()
