"""The options by which eager functions once reached the cluster, with the meaning that they had."""

import dataclasses
import datetime
import os
from typing import Any, NamedTuple

from flytekit import Secret
from flytekit.configuration import DataConfig, PlatformConfig, S3Config
from flytekit.configuration.plugin import get_plugin
from flytekit.core.context_manager import ExecutionParameters
from flytekit.remote import FlyteRemote

# Where the sandbox is for its own pods, to which `localhost` is somewhere else.
_SANDBOX = "flyte-sandbox-grpc.flyte:8089"
_SANDBOX_STORE = "http://flyte-sandbox-minio.flyte:9000"


class Classic(NamedTuple):
    """How to reach the cluster, how long each child may take, and how rarely to look (in seconds)."""

    remote: FlyteRemote | None = None
    client_secret_group: str | None = None
    client_secret_key: str | None = None
    client_secret_env_var: str | None = None
    local_entrypoint: bool = False
    timeout: datetime.timedelta | float | None = None
    poll_interval: datetime.timedelta | float | None = None

    @property
    def secrets(self) -> list[Secret]:
        """What has to be mounted into the container."""
        if self.client_secret_group is None and self.client_secret_key is None:
            return []
        return [Secret(group=self.client_secret_group, key=self.client_secret_key)]


def seconds(duration: datetime.timedelta | float | None) -> float | None:
    """A duration as a number."""
    return duration.total_seconds() if isinstance(duration, datetime.timedelta) else duration


def remote_for(classic: Classic, parameters: ExecutionParameters) -> FlyteRemote:
    """The remote that the options name, or the one that the container's own environment does."""
    execution, own = parameters.execution_id, classic.remote
    place = {"default_project": execution.project, "default_domain": execution.domain}
    if own is None:
        return get_plugin().get_remote(
            config=None,
            project=execution.project,
            domain=execution.domain,
            data_upload_location=parameters.raw_output_prefix,
        )
    secret = _secret(classic, parameters)
    if secret is not None and classic.client_secret_env_var is not None:
        os.environ[classic.client_secret_env_var] = secret
        return type(own)(**place)
    config = own.config.with_params(platform=_platform(own.config.platform, secret))
    if own.config.platform.endpoint.startswith("localhost"):
        keys = {name: getattr(own.config.data_config.s3, name) for name in ("access_key_id", "secret_access_key")}
        config = config.with_params(data_config=DataConfig(s3=S3Config(endpoint=_SANDBOX_STORE, **keys)))
    return FlyteRemote(config=config, data_upload_location=parameters.raw_output_prefix, **place)


def _secret(classic: Classic, parameters: ExecutionParameters) -> str | None:
    if not classic.secrets:
        return None
    found: Any = parameters.secrets.get(classic.client_secret_group, classic.client_secret_key)
    return str(found)


def _platform(platform: PlatformConfig, secret: str | None) -> PlatformConfig:
    if platform.endpoint.startswith("localhost"):
        return PlatformConfig(endpoint=_SANDBOX, insecure=True)
    if secret is None:
        return platform
    known = platform.client_credentials_secret or secret
    return dataclasses.replace(platform, auth_mode="client_credentials", client_credentials_secret=known)
