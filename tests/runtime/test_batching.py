"""The selector that lets events gather while its event loop is busy."""

import selectors
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from codegen.runtime.distributed.batching import BatchingSelector

Pair = tuple[socket.socket, socket.socket]
COUNT = 3


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    found = [socket.socketpair() for _ in range(COUNT)]
    yield found
    for pair in found:
        for end in pair:
            end.close()


def batch(pairs: list[Pair], *, busy: bool, timeout: float | None) -> int:
    """How many events the first answer holds when they come one shortly after the other."""

    def send() -> None:
        for _, there in pairs:
            time.sleep(0.001)
            there.send(b"x")

    selector = BatchingSelector(lambda: busy)
    for here, _ in pairs:
        selector.register(here, selectors.EVENT_READ)
    thread = threading.Thread(target=send)
    thread.start()
    found = selector.select(timeout)
    thread.join()
    selector.close()
    return len(found)


@pytest.mark.parametrize("timeout", [None, 10.0])
def test_events_gather_while_the_loop_is_busy(
    pairs: list[Pair], timeout: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codegen.runtime.distributed.batching._PAUSE_SECONDS", 1.0)
    assert batch(pairs, busy=True, timeout=timeout) == COUNT


def test_a_loop_that_is_not_busy_wakes_at_once(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codegen.runtime.distributed.batching._PAUSE_SECONDS", 1000.0)
    assert 1 <= batch(pairs, busy=False, timeout=None) <= COUNT


def test_what_is_there_does_not_wait(pairs: list[Pair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codegen.runtime.distributed.batching._PAUSE_SECONDS", 1000.0)
    with BatchingSelector(lambda: True) as selector:
        here, there = pairs[0]
        selector.register(here, selectors.EVENT_READ)
        there.send(b"x")
        assert len(selector.select(None)) == 1
        here.recv(1)
        assert selector.select(0) == []
        assert selector.select(0.001) == []
