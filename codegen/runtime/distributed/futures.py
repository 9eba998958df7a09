"""The outcome of a future of asyncio."""

import asyncio
from typing import Any


def settle(future: "asyncio.Future[Any]", value: Any, error: BaseException | None) -> None:
    """Give a future its outcome, unless it has one, as it does when whoever awaited it was cancelled."""
    if future.done():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(error)
