"""Registers a closure: all of it is serialized, and its images are built, before the first entity is sent."""

import dataclasses
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from flytekit.configuration import SerializationSettings
from flytekit.constants import CopyFileDetection
from flytekit.exceptions.user import FlyteInvalidInputException
from flytekit.image_spec import ImageSpec
from flytekit.image_spec.image_spec import ImageBuildEngine
from flytekit.remote import FlyteRemote
from flytekit.tools.fast_registration import FastPackageOptions
from flytekit.tools.ignore import StandardIgnore
from rich.console import Console
from rich.progress import Progress

from ..tree import TREE
from .answers import refusal
from .choices import Choices
from .closure import Item
from .endings import INTERRUPTED, WRONG_USAGE, EndError
from .serialization import Model, serialized

# How many tasks are being registered at a time.
CONCURRENT = 16


def registered(
    remote: FlyteRemote, items: Iterable[Item], settings: SerializationSettings, chosen: Choices
) -> list[Model]:
    """Register entities, with a bar of progress where somebody looks on, and give all that is registered now."""
    serialized(items, settings, chosen.options)  # what fails, fails before anything is built or sent
    _build_images(items)
    settings = _uploaded(remote, settings)
    models = serialized(items, settings, chosen.options)
    done = 0
    try:
        with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
            sent = _register(remote, models, settings, chosen.activate_launchplans)
            for _ in bar.track(sent, len(models), description="Registering"):
                done += 1
    except KeyboardInterrupt:
        message = f"interrupted with {done} of {len(models)} entities registered; the same command goes on from there"
        raise EndError(INTERRUPTED, message) from None
    return models


def _build_images(items: Iterable[Item]) -> None:
    """Build the images of tasks that are specified and not there yet."""
    for item in items:
        for entity in item.entities:
            image = getattr(entity, "container_image", None)
            if isinstance(image, ImageSpec):
                try:
                    ImageBuildEngine.build(image)
                except Exception as error:
                    message = f"{item.place}: the image of {item.name} cannot be built: {error}"
                    raise EndError(WRONG_USAGE, message) from error


def _uploaded(remote: FlyteRemote, settings: SerializationSettings) -> SerializationSettings:
    """Upload the tree, and give the settings that tell where it is.

    What a version control system ignores is not left out, as flytekit would: trees are often among it.
    """
    with tempfile.TemporaryDirectory() as folder:
        options = FastPackageOptions([StandardIgnore], keep_default_ignores=False, copy_style=CopyFileDetection.ALL)
        _, address = remote.fast_package(TREE, deref_symlinks=False, output=folder, options=options)
    fast = dataclasses.replace(settings.fast_serialization_settings, distribution_location=address)
    return dataclasses.replace(settings, fast_serialization_settings=fast)


def _register(
    remote: FlyteRemote, models: list[Model], settings: SerializationSettings, activate: bool
) -> Iterator[Model]:
    """Register tasks concurrently and then the others in their order; gives each one that is registered.

    What was registered before with the same content is registered.
    """

    def send(model: Model) -> Model:
        try:
            identifier = remote.raw_register(model.spec, settings, settings.version, create_default_launchplan=False)
        except FlyteInvalidInputException as error:
            raise refusal(f"the {model.kind} {model.name}", error) from error
        if activate and model.kind == "launch plan":
            remote.activate_launchplan(identifier)
        return model

    yield from _concurrently(send, [model for model in models if model.kind == "task"])
    yield from map(send, [model for model in models if model.kind != "task"])


def _concurrently(send: Callable[[Model], Model], models: list[Model]) -> Iterator[Model]:
    pool = ThreadPoolExecutor(CONCURRENT)
    try:
        for sent in as_completed([pool.submit(send, model) for model in models]):
            yield sent.result()
    finally:
        pool.shutdown(cancel_futures=True)
