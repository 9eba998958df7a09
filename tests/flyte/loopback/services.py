"""The smaller gRPC services: data proxy, authentication metadata, identity, signals."""

import base64
import time
import uuid
from typing import Any

import grpc
from flyteidl.admin import signal_pb2
from flyteidl.service import (
    admin_pb2_grpc,
    auth_pb2,
    auth_pb2_grpc,
    dataproxy_pb2,
    dataproxy_pb2_grpc,
    identity_pb2,
    identity_pb2_grpc,
    signal_pb2_grpc,
)

from .admin import INVALID, Admin, rpc
from .records import RpcError, xkey
from .workflows import Plane


class DataProxy(dataproxy_pb2_grpc.DataProxyServiceServicer):  # type: ignore[misc]  # generated without types
    """DataProxyService: addresses to upload to and to download from."""

    def __init__(self, plane: Plane) -> None:
        self.p = plane

    @rpc
    def CreateUploadLocation(self, r: Any, c: Any) -> Any:
        if not r.project or not r.domain:
            raise RpcError(INVALID, "project and domain are required parameters")
        if not r.content_md5 and not r.filename_root:
            raise RpcError(INVALID, "content_md5 or filename_root is a required parameter")
        root = r.filename_root or base64.b32encode(r.content_md5).decode()
        name = r.filename or uuid.uuid4().hex[:20]
        uri = self.p.store.native(f"{r.project}/{r.domain}/{root}/{name}")
        out = dataproxy_pb2.CreateUploadLocationResponse(signed_url=self.p.store.signed(uri), native_url=uri)
        out.expires_at.FromSeconds(int(time.time()) + 3600)
        return out

    @rpc
    def CreateDownloadLocation(self, r: Any, c: Any) -> Any:
        out = dataproxy_pb2.CreateDownloadLocationResponse(signed_url=self.p.store.signed(r.native_url))
        out.expires_at.FromSeconds(int(time.time()) + 3600)
        return out

    @rpc
    def CreateDownloadLink(self, r: Any, c: Any) -> Any:
        ex = self.p.executions.get(xkey(r.node_execution_id.execution_id))
        rec = ex.nodes.get(r.node_execution_id.node_id) if ex else None
        if rec is None or not rec.proto.closure.deck_uri:
            raise RpcError(grpc.StatusCode.NOT_FOUND, "no deckUrl found for request")
        u = self.p.store.signed(rec.proto.closure.deck_uri)
        out = dataproxy_pb2.CreateDownloadLinkResponse(signed_url=[u])
        out.pre_signed_urls.signed_url.append(u)
        return out

    @rpc
    def GetData(self, r: Any, c: Any) -> Any:
        raise RpcError(grpc.StatusCode.UNIMPLEMENTED, "flyte:// tiny urls are not served by loopback_flyte")


class AuthMetadata(auth_pb2_grpc.AuthMetadataServiceServicer):  # type: ignore[misc]  # generated without types
    """No authentication is asked for; these answers have the shape of a default deployment's."""

    def __init__(self, plane: Plane) -> None:
        self.p = plane

    def GetOAuth2Metadata(self, r: Any, c: Any) -> Any:
        base = self.p.store.http_base
        return auth_pb2.OAuth2MetadataResponse(
            issuer=base, authorization_endpoint=base + "/oauth2/authorize", token_endpoint=base + "/oauth2/token"
        )

    def GetPublicClientConfig(self, r: Any, c: Any) -> Any:
        return auth_pb2.PublicClientAuthConfigResponse(
            client_id="flytectl",
            redirect_uri="http://localhost:53593/callback",
            scopes=["all"],
            authorization_metadata_key="flyte-authorization",
        )


class Identity(identity_pb2_grpc.IdentityServiceServicer):  # type: ignore[misc]  # generated without types
    """IdentityService."""

    def UserInfo(self, r: Any, c: Any) -> Any:
        return identity_pb2.UserInfoResponse(subject="loopback", name="loopback")


class Signals(signal_pb2_grpc.SignalServiceServicer):  # type: ignore[misc]  # generated without types
    """SignalService: there are none."""

    def ListSignals(self, r: Any, c: Any) -> Any:
        return signal_pb2.SignalList()


def add_all(server: grpc.Server, plane: Plane) -> None:
    """Make a server answer for a control plane."""
    admin_pb2_grpc.add_AdminServiceServicer_to_server(Admin(plane), server)
    dataproxy_pb2_grpc.add_DataProxyServiceServicer_to_server(DataProxy(plane), server)
    auth_pb2_grpc.add_AuthMetadataServiceServicer_to_server(AuthMetadata(plane), server)
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(Identity(), server)
    signal_pb2_grpc.add_SignalServiceServicer_to_server(Signals(), server)
