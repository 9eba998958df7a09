"""A selector that lets events gather while there is much to do, so that an event loop wakes once for several."""

import selectors
import time
from collections.abc import Callable

# How long events gather. It delays nothing that anyone sees, since those that wait share the delay.
_PAUSE_SECONDS = 0.01


class BatchingSelector(selectors.DefaultSelector):
    """Pauses before it waits, as long as its event loop is busy.

    Each answer of the control plane wakes the thread of the loop, which costs more than what there is to do about it.
    """

    def __init__(self, busy: Callable[[], bool]) -> None:
        super().__init__()
        self._busy = busy

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Give the events that are there now, or those that come within the timeout, as any selector does."""
        if (timeout is not None and timeout <= 0) or not self._busy():
            return super().select(timeout)
        ready = super().select(0)
        if ready:
            return ready
        pause = _PAUSE_SECONDS if timeout is None else min(_PAUSE_SECONDS, timeout)
        time.sleep(pause)
        return super().select(None if timeout is None else timeout - pause)
