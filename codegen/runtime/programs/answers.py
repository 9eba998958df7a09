"""Errors of the control plane, as a person who called a command needs to read them."""

import contextlib
from collections.abc import Iterator

import grpc
from flytekit.exceptions.base import FlyteException
from flytekit.remote import FlyteRemote

from ..distributed.transport import AWAY
from .endings import FAILED, WRONG_USAGE, EndError

_SENTENCES = {
    grpc.StatusCode.UNAVAILABLE: "cannot be reached",
    grpc.StatusCode.DEADLINE_EXCEEDED: "does not answer",
    grpc.StatusCode.UNAUTHENTICATED: "wants other credentials",
}


@contextlib.contextmanager
def answering(remote: FlyteRemote) -> Iterator[None]:
    """Turn what goes wrong between here and the control plane into one line."""
    endpoint = remote.config.platform.endpoint
    try:
        yield
    except EndError:
        raise
    except Exception as error:
        answer = _answer(error)
        if answer is not None:
            code, details = answer
            message = f"Flyte at {endpoint} {_SENTENCES.get(code, 'refuses')}: {details}"
        elif isinstance(error, FlyteException | OSError):  # those of the object store, which is reached over HTTP
            message = f"Flyte at {endpoint} cannot be used: {error}"
        else:
            raise
        raise EndError(WRONG_USAGE, message) from error


def refusal(what: str, error: Exception) -> EndError:
    """The end of a registration that Flyte does not accept."""
    _, details = _answer(error) or (None, str(error))
    if "different structure" in details:
        remedy = "it was registered with other options or another flytekit; give this one a --version of its own"
        return EndError(FAILED, f"{what}: {details}; {remedy}")
    return EndError(WRONG_USAGE, f"{what}: {details}")


def is_passing(error: Exception) -> bool:
    """Whether the control plane is away, and may come back."""
    code, _ = _answer(error) or (None, "")
    return code in AWAY


def _answer(error: BaseException | None) -> tuple[grpc.StatusCode, str] | None:
    """What gRPC said, below the exceptions that flytekit puts around it."""
    while error is not None:
        if isinstance(error, grpc.RpcError) and isinstance(error, grpc.Call):
            return error.code(), error.details() or ""
        error = error.__cause__
    return None
