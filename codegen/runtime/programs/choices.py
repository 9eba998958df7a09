"""What a command line says about the cluster, in flytekit's terms."""

import contextlib
import json
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from flytekit.clis.sdk_in_container.helpers import patch_image_config
from flytekit.clis.sdk_in_container.run import key_value_callback, resource_callback
from flytekit.clis.sdk_in_container.utils import domain_option, project_option
from flytekit.configuration import FastSerializationSettings, ImageConfig, SerializationSettings
from flytekit.configuration.file import FLYTECTL_CONFIG_ENV_VAR_OVERRIDE
from flytekit.configuration.plugin import get_plugin
from flytekit.core.options import Options
from flytekit.core.resources import Resources, ResourceSpec
from flytekit.loggers import get_level_from_cli_verbosity, logger
from flytekit.remote import FlyteRemote
from flytekit.remote.remote_fs import REMOTE_PLACEHOLDER

from .endings import WRONG_USAGE, EndError


class Choices(NamedTuple):
    """The options that registration and remote runs share; the defaults are those of `pyflyte register`."""

    config: str | None = None
    project: str = project_option.default
    domain: str = domain_option.default
    version: str | None = None
    image: tuple[str, ...] = ()
    destination_dir: str = "/root"
    service_account: str = ""
    raw_data_prefix: str = ""
    env: tuple[str, ...] = ()
    resource_requests: str | None = None
    resource_limits: str | None = None
    activate_launchplans: bool = False
    dry_run: bool = False
    wait: bool = False
    recover: str | None = None

    @property
    def options(self) -> Options:
        """What launch plans are registered with."""
        return Options.default_from(self.service_account, self.raw_data_prefix)

    def remote(self) -> FlyteRemote:
        """The cluster that the configuration names."""
        if self.config is not None:  # also for `Config.auto()` in the user's code
            os.environ[FLYTECTL_CONFIG_ENV_VAR_OVERRIDE] = self.config
        logger.setLevel(get_level_from_cli_verbosity(0))  # as pyflyte does: or else the configuration is printed
        with self._configured():
            return get_plugin().get_remote(self.config, self.project, self.domain, REMOTE_PLACEHOLDER)

    def settings(self, version: str) -> SerializationSettings:
        """How entities are serialized, before it is known where their code is uploaded to."""
        try:
            named = ImageConfig.validate_image(None, "image", self.image)
        except (AssertionError, ValueError) as error:
            raise EndError(WRONG_USAGE, f"--image: {error}") from error
        with self._configured():
            images = patch_image_config(self.config, named)
        return SerializationSettings(
            project=self.project,
            domain=self.domain,
            version=self.version or version,
            image_config=images,
            env=key_value_callback(None, "env", list(self.env)),
            default_resources=ResourceSpec(
                requests=resource_callback(None, "resource-requests", self.resource_requests) or Resources(),
                limits=resource_callback(None, "resource-limits", self.resource_limits) or Resources(),
            ),
            fast_serialization_settings=FastSerializationSettings(enabled=True, destination_dir=self.destination_dir),
        )

    @contextlib.contextmanager
    def _configured(self) -> Iterator[None]:
        """Name the configuration file that cannot be read; flytekit does not tell which it is."""
        try:
            yield
        except Exception as error:
            if self.config is None:
                raise
            raise EndError(WRONG_USAGE, f"--config {self.config}: {type(error).__name__}: {error}") from error


def choices(text: str) -> Choices:
    """The choices that `eagerc` hands over; what was not chosen is not among them."""
    found: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()
    }
    return Choices(**found)
