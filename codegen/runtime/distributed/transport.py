"""Calls to Flyte's control plane: concurrent, tried again while that can help, with flytekit's own credentials."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from flytekit.clients.auth.exceptions import AuthenticationError
from flytekit.clients.auth_helper import (
    RemoteClientConfigStore,
    bootstrap_creds_from_server,
    get_authenticator,
    get_channel,
    get_proxy_authenticator,
    upgrade_channel_to_proxy_authenticated,
)
from flytekit.configuration import AuthType, PlatformConfig

# A call that takes longer was lost on its way.
CALL_SECONDS = 30.0
# How long a control plane that cannot be reached is waited for.
PATIENCE_SECONDS = 900.0
# How often a call is tried that the control plane answers with an error of its own.
TRIES = 10
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0

# The control plane cannot be reached, and may come back.
AWAY = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
_TROUBLE = frozenset(
    {
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNKNOWN,
    }
)
_OPTIONS = (
    ("grpc.max_metadata_size", 32 * 1024),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
# These ask a person to log in with a browser, and in a container there is nobody.
_INTERACTIVE = ("STANDARD", "PKCE", "DEVICEFLOW")

Method = Callable[..., Awaitable[Any]]


class RefusedError(Exception):
    """The control plane did not do what it was asked to, and asking again would not help."""

    def __init__(self, code: grpc.StatusCode, details: str) -> None:
        super().__init__(f"{code.name}: {details}")
        self.code, self.details = code, details


class Transport:
    """The methods of the admin service; use it from one event loop."""

    def __init__(self, platform: PlatformConfig) -> None:
        self._channel = _channel(platform)
        self.admin = AdminServiceStub(self._channel)
        self._credentials = _Credentials(platform)

    async def close(self) -> None:
        await self._channel.close()

    async def call(self, method: Method, request: Any) -> Any:
        """The answer; `RefusedError` where there is none to be had."""
        answer, _ = await self.call_again(method, request)
        return answer

    async def call_again(self, method: Method, request: Any, *, known: frozenset[grpc.StatusCode] = frozenset()) -> Any:
        """The answer, or the code among those `known`, and whether it was the first try that got it."""
        began, tries, pause, refreshed = time.monotonic(), 0, FIRST_PAUSE, False
        while True:
            tries += 1
            generation = self._credentials.generation
            try:
                metadata = self._credentials.metadata
                return await method(request, timeout=CALL_SECONDS, metadata=metadata), tries == 1
            except grpc.aio.AioRpcError as error:
                code, details = error.code(), error.details() or ""
            if code in known:
                return code, tries == 1
            if code is grpc.StatusCode.UNAUTHENTICATED and not refreshed:
                try:
                    await self._credentials.refresh(generation)
                    refreshed = True  # what is refused with fresh credentials stays refused
                    continue
                except _NoCredentialsError as error:
                    code, details = error.code, str(error)
            refreshed = False
            if not _may_help(code, tries, time.monotonic() - began):
                raise RefusedError(code, details)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE)


def _may_help(code: grpc.StatusCode, tries: int, seconds: float) -> bool:
    """Whether to try once more after an error."""
    return (code in AWAY and seconds < PATIENCE_SECONDS) or (code in _TROUBLE and tries < TRIES)


class _Credentials:
    """What flytekit's authenticators put into the metadata of a call, asked for when the control plane wants it."""

    def __init__(self, platform: PlatformConfig) -> None:
        self._platform = platform
        self._authenticator: Any = None
        self._proxy: Any = get_proxy_authenticator(platform) if platform.proxy_command else None
        self._lock = asyncio.Lock()
        self.generation = 0
        self._failures = 0
        self._failure: _NoCredentialsError
        if self._proxy is not None:
            self._proxy.refresh_credentials()

    @property
    def metadata(self) -> grpc.aio.Metadata:
        # A tuple, which gRPC takes too, it would look into for each call.
        given = [source.fetch_grpc_call_auth_metadata() for source in (self._authenticator, self._proxy) if source]
        return grpc.aio.Metadata(("accept", "application/grpc"), *filter(None, given))

    async def refresh(self, used: int) -> None:
        """Get other credentials than those of a generation; callers that ask at the same time share them."""
        failures = self._failures
        async with self._lock:
            if self._failures != failures:
                raise self._failure
            if self.generation != used:
                return
            try:
                await asyncio.get_running_loop().run_in_executor(None, self._refresh)
            except RefusedError:
                raise
            except Exception as error:  # the authenticators are flytekit's and its plug-ins', and raise anything
                self._failure, self._failures = _NoCredentialsError(error), failures + 1
                raise self._failure from error
            self.generation += 1

    def _refresh(self) -> None:
        mode = self._platform.auth_mode
        name = mode.name if isinstance(mode, AuthType) else str(mode).upper()
        if name in _INTERACTIVE:
            message = f"Flyte asks for credentials, and {name} needs a person: configure client credentials"
            raise RefusedError(grpc.StatusCode.UNAUTHENTICATED, message)
        if self._authenticator is None:
            channel = upgrade_channel_to_proxy_authenticated(self._platform, get_channel(self._platform))
            self._authenticator = get_authenticator(self._platform, RemoteClientConfigStore(channel))
        self._authenticator.refresh_credentials()
        if self._proxy is not None:
            self._proxy.refresh_credentials()


class _NoCredentialsError(Exception):
    """There are no credentials to be had now; `code` says, as the code of a call does, whether to try again."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"Flyte asks for credentials, and there are none: {type(error).__name__}: {error}")
        if isinstance(error, grpc.RpcError):
            self.code: grpc.StatusCode = error.code()
        elif isinstance(error, OSError):  # all exceptions of requests are
            self.code = grpc.StatusCode.UNAVAILABLE
        elif isinstance(error, AuthenticationError):  # whatever the server of tokens answers but a token
            self.code = grpc.StatusCode.UNKNOWN
        else:
            self.code = grpc.StatusCode.UNAUTHENTICATED


def _channel(platform: PlatformConfig) -> Any:
    """The channel that flytekit would open, for calls that are awaited."""
    if platform.insecure:
        return grpc.aio.insecure_channel(platform.endpoint, options=_OPTIONS)
    if platform.insecure_skip_verify:
        credentials = bootstrap_creds_from_server(platform.endpoint)
    elif platform.ca_cert_file_path:
        with open(platform.ca_cert_file_path, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
    else:
        credentials = grpc.ssl_channel_credentials()
    return grpc.aio.secure_channel(platform.endpoint, credentials, options=_OPTIONS)
