"""Calls to a control plane that asks for credentials, over TLS with a certificate made here."""

import asyncio
import base64
import datetime
import http.server
import ipaddress
import json
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from eagerc_runtime.distributed import transport
from eagerc_runtime.distributed.classic import Classic, remote_for
from eagerc_runtime.distributed.transport import RefusedError, Transport
from flyteidl.admin import common_pb2, execution_pb2
from flyteidl.service import admin_pb2_grpc, auth_pb2, auth_pb2_grpc
from flytekit.clients.auth.authenticator import Authenticator, Credentials
from flytekit.clients.auth_helper import register_authenticator_plugin
from flytekit.configuration import AuthType, Config, PlatformConfig
from flytekit.models.core.identifier import WorkflowExecutionIdentifier
from flytekit.remote import FlyteRemote

ID, SECRET = "the-client", "the secret+/"


class Plane(admin_pb2_grpc.AdminServiceServicer, auth_pb2_grpc.AuthMetadataServiceServicer):  # type: ignore[misc]  # flyteidl is not typed
    """A control plane that lists nothing, and that to those only who have the token of the day."""

    def __init__(self, tokens: "Tokens", proxy: str = "") -> None:
        self.tokens, self.proxy = tokens, proxy
        self.calls, self.refused = 0, 0
        self.delay = 0.0
        self.script: list[grpc.StatusCode] = []

    def ListExecutions(self, request: Any, context: Any) -> Any:  # noqa: N802 - flyteidl's name
        metadata = dict(context.invocation_metadata())
        valid = metadata.get("flyte-authorization") == f"Bearer {self.tokens.current}"
        time.sleep(self.delay)
        self.calls += 1
        if self.script:
            context.abort(self.script.pop(0), "as the script says")
        if not valid:
            self.refused += 1
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "token expired")
        return execution_pb2.ExecutionList()

    def GetOAuth2Metadata(self, request: Any, context: Any) -> Any:  # noqa: N802 - flyteidl's name
        self._check_proxy(context)
        return auth_pb2.OAuth2MetadataResponse(token_endpoint=self.tokens.url)

    def GetPublicClientConfig(self, request: Any, context: Any) -> Any:  # noqa: N802 - flyteidl's name
        self._check_proxy(context)
        return auth_pb2.PublicClientAuthConfigResponse(
            client_id="public", authorization_metadata_key="flyte-authorization", scopes=["all"]
        )

    def _check_proxy(self, context: Any) -> None:
        if self.proxy and dict(context.invocation_metadata()).get("proxy-authorization") != f"Bearer {self.proxy}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "no proxy")


class Tokens:
    """A server of tokens for client credentials."""

    def __init__(self) -> None:
        self.given, self.failing = 0, 0
        self.current = "none yet"
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/token"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def expire(self) -> None:
        self.current = "none any more"

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        tokens = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = tokens.answer(self.headers["Authorization"])
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                pass

        return Handler

    def answer(self, authorization: str) -> tuple[int, dict[str, Any]]:
        if self.failing:
            self.failing -= 1
            return 503, {"message": "tired"}
        if base64.b64decode(authorization.removeprefix("Basic ")) != f"{ID}:the+secret%2B%2F".encode():
            return 401, {"error": "invalid_client"}
        self.given += 1
        self.current = f"token-{self.given}"
        return 200, {"access_token": self.current, "expires_in": 3600}


class Peer:
    """The servers, and how a client finds them."""

    def __init__(self, folder: Path) -> None:
        self.tokens = Tokens()
        self.plane = Plane(self.tokens)
        self.certificate = folder / "ca.pem"
        key, certificate = _make_certificate()
        self.certificate.write_bytes(certificate)
        self._server = grpc.server(futures.ThreadPoolExecutor(32))
        admin_pb2_grpc.add_AdminServiceServicer_to_server(self.plane, self._server)
        auth_pb2_grpc.add_AuthMetadataServiceServicer_to_server(self.plane, self._server)
        port = self._server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(key, certificate)]))
        self._server.start()
        self.platform = PlatformConfig(
            endpoint=f"127.0.0.1:{port}",
            ca_cert_file_path=str(self.certificate),
            auth_mode=AuthType.CLIENTSECRET,
            client_id=ID,
            client_credentials_secret=SECRET,
        )

    def close(self) -> None:
        self._server.stop(None)
        self.tokens.close()


def _make_certificate() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    return (
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain),
        certificate.public_bytes(pem),
    )


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.005)
    monkeypatch.setattr(transport, "LONGEST_PAUSE", 0.01)
    peer = Peer(tmp_path)
    yield peer
    peer.close()


async def _list(one: Transport) -> Any:
    return await one.call(one.admin.ListExecutions, common_pb2.ResourceListRequest(limit=1))


def lists(platform: PlatformConfig, times: int = 1) -> None:
    async def main() -> None:
        one = Transport(platform)
        try:
            await asyncio.gather(*(_list(one) for _ in range(times)))
        finally:
            await one.close()

    asyncio.run(main())


def test_a_token_is_got_when_it_is_asked_for(peer: Peer) -> None:
    lists(peer.platform)
    assert (peer.tokens.given, peer.plane.calls) == (1, 2)


def test_calls_at_the_same_time_share_a_token(peer: Peer) -> None:
    peer.plane.delay = 0.05
    lists(peer.platform, 20)
    assert peer.tokens.given == 1
    assert peer.plane.calls == 40


def test_a_token_that_expires_is_renewed_however_often(peer: Peer) -> None:
    async def main() -> None:
        one = Transport(peer.platform)
        for _ in range(4):
            await asyncio.gather(*(_list(one) for _ in range(5)))
            peer.tokens.expire()
        await one.close()

    asyncio.run(main())
    assert peer.tokens.given == 4


def test_a_call_that_takes_long_may_need_more_than_one_token(peer: Peer) -> None:
    asked, away = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.UNAVAILABLE
    peer.plane.script = [asked, away, away, asked, away]
    lists(peer.platform)
    assert (peer.tokens.given, peer.plane.calls) == (2, 6)


def test_a_server_of_tokens_that_is_tired_is_asked_again(peer: Peer) -> None:
    peer.tokens.failing = 3
    lists(peer.platform, 5)
    assert peer.tokens.given == 1


def test_a_server_of_tokens_that_is_away_is_waited_for(peer: Peer) -> None:
    async def main() -> None:
        one = Transport(peer.platform)
        await _list(one)
        peer.tokens.expire()
        peer.tokens.close()
        waiting = asyncio.ensure_future(_list(one))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])
        await one.close()

    asyncio.run(main())


def test_a_wrong_secret_is_told_in_the_end(peer: Peer) -> None:
    platform = PlatformConfig(**{**vars(peer.platform), "client_credentials_secret": "wrong"})
    with pytest.raises(RefusedError, match=r"UNKNOWN: .*AuthenticationError: Status Code \(401\)"):
        lists(platform)


def test_missing_credentials_are_told_at_once(peer: Peer) -> None:
    platform = PlatformConfig(**{**vars(peer.platform), "client_credentials_secret": None})
    with pytest.raises(RefusedError, match=r"UNAUTHENTICATED: .*Client ID and Client SECRET both are required"):
        lists(platform)
    assert peer.plane.calls == 1


def test_what_is_refused_with_a_fresh_token_stays_refused(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer.tokens, "answer", lambda _: (200, {"access_token": "of no use", "expires_in": 1}))
    with pytest.raises(RefusedError, match="UNAUTHENTICATED: token expired"):
        lists(peer.platform)
    assert peer.plane.calls == 2


@pytest.mark.parametrize("mode", [AuthType.STANDARD, AuthType.PKCE, AuthType.DEVICEFLOW, "pkce"])
def test_nobody_is_asked_to_log_in(peer: Peer, mode: Any) -> None:
    platform = PlatformConfig(**{**vars(peer.platform), "auth_mode": mode})
    with pytest.raises(RefusedError, match="needs a person: configure client credentials"):
        lists(platform)


def test_a_certificate_need_not_be_verified(peer: Peer) -> None:
    given = {"ca_cert_file_path": None, "insecure_skip_verify": True}
    lists(PlatformConfig(**{**vars(peer.platform), **given}))
    assert peer.tokens.given == 1


def test_a_command_gives_the_token(peer: Peer) -> None:
    peer.tokens.current = "from outside"
    command = [sys.executable, "-c", "print('from outside')"]
    lists(PlatformConfig(**{**vars(peer.platform), "auth_mode": AuthType.EXTERNAL_PROCESS, "command": command}))
    assert peer.plane.refused == 1


def test_a_proxy_in_front_has_a_token_of_its_own(peer: Peer) -> None:
    peer.plane.proxy = "the proxy's"
    command = [sys.executable, "-c", 'print("the proxy\'s")']
    lists(PlatformConfig(**{**vars(peer.platform), "proxy_command": command}))
    assert peer.tokens.given == 1


def test_an_authenticator_that_is_plugged_in(peer: Peer) -> None:
    peer.tokens.current = "plugged"

    class Plugged(Authenticator):  # type: ignore[misc]  # flytekit is not typed
        def refresh_credentials(self) -> None:
            self._creds = Credentials("plugged")

    register_authenticator_plugin("plugged", lambda *_: Plugged("", "flyte-authorization"))
    lists(PlatformConfig(**{**vars(peer.platform), "auth_mode": "plugged"}))
    assert peer.plane.refused == 1


class Secrets:
    def get(self, group: str, key: str) -> str:
        assert (group, key) == ("the group", "the key")
        return SECRET


class Parameters:
    secrets = Secrets()
    execution_id = WorkflowExecutionIdentifier("project", "domain", "e1")
    raw_output_prefix = "/raw"


def test_the_secret_of_classic_options_gets_a_token(peer: Peer) -> None:
    bare = PlatformConfig(**{**vars(peer.platform), "client_credentials_secret": None, "auth_mode": AuthType.STANDARD})
    own = FlyteRemote(Config(bare), default_project="p", default_domain="d")
    classic = Classic(remote=own, client_secret_group="the group", client_secret_key="the key")
    lists(remote_for(classic, Parameters()).config.platform)
    assert peer.tokens.given == 1


def test_the_secret_of_classic_options_goes_into_the_variable_that_they_name(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLYTE_PLATFORM_URL", peer.platform.endpoint)
    monkeypatch.setenv("FLYTE_PLATFORM_CA_CERT_FILE_PATH", str(peer.certificate))
    monkeypatch.setenv("FLYTE_CREDENTIALS_AUTH_MODE", "client_credentials")
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_ID", ID)
    monkeypatch.setenv("FLYTE_CREDENTIALS_CLIENT_SECRET_ENV_VAR", "THE_SECRET")
    monkeypatch.setenv("THE_SECRET", "")

    class Own(FlyteRemote):  # type: ignore[misc]  # flytekit is not typed
        def __init__(self, config: Config | None = None, **options: Any) -> None:
            super().__init__(config or Config.auto(), **options)

    classic = Classic(
        remote=Own(default_project="p", default_domain="d"),
        client_secret_group="the group",
        client_secret_key="the key",
        client_secret_env_var="THE_SECRET",
    )
    lists(remote_for(classic, Parameters()).config.platform)
    assert peer.tokens.given == 1
