"""Registers the eager functions of the tree with everything that they may invoke."""

import contextlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flytekit.clis.sdk_in_container.run import click
from flytekit.configuration import SerializationSettings
from flytekit.core.context_manager import FlyteContextManager
from flytekit.remote import FlyteRemote
from rich.console import Console
from rich.progress import Progress

from .answers import answering
from .choices import Choices, choices
from .closure import Closure, Manifest
from .endings import INTERRUPTED, EndError, ending
from .registration import Model, build_images, register, serialized, upload


def main(arguments: Sequence[str]) -> int:
    """Register the tree as the one argument says, and give the exit code."""
    return ending(lambda: _register(choices(arguments[0])))


def _register(chosen: Choices) -> None:
    manifest = Manifest()
    settings = chosen.settings(manifest.version)
    if chosen.dry_run:
        closure = manifest.closure()
        _list(serialized(closure.items, settings, chosen.options))
        _report(manifest, closure)
        return
    remote = chosen.remote()
    with answering(remote), FlyteContextManager.with_context(remote.context.new_builder()):
        closure = manifest.closure()
        models = registered(remote, closure, settings, chosen)
    counts = Counter(model.kind for model in models)
    counted = ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in counts.items())
    click.echo(f"Registered {counted} in {chosen.project}, {chosen.domain}, version {settings.version}.")
    _report(manifest, closure)


def registered(
    remote: FlyteRemote, closure: Closure, settings: SerializationSettings, chosen: Choices
) -> list[Model]:
    """Register a closure, with a bar of progress where somebody looks on, and give what is registered now."""
    serialized(closure.items, settings, chosen.options)  # what fails, fails before anything is built or sent
    build_images(closure.items)
    settings = upload(remote, settings)
    models = serialized(closure.items, settings, chosen.options)
    done = 0
    try:
        for _ in _shown(register(remote, models, settings, chosen.activate_launchplans), len(models)):
            done += 1
    except KeyboardInterrupt:
        message = f"interrupted with {done} of {len(models)} entities registered; the same command goes on from there"
        raise EndError(INTERRUPTED, message) from None
    return models


def _shown(models: Iterator[Model], total: int) -> Iterator[Model]:
    with contextlib.closing(models), Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:  # type: ignore[type-var]
        yield from bar.track(models, total, description="Registering")


def _list(models: Iterable[Model]) -> None:
    for model in models:
        click.echo(f"{model.kind:<12} {model.name}")


def _report(manifest: Manifest, closure: Closure) -> None:
    """Tell what is invoked besides."""
    for item in closure.foreign:
        click.echo(f"Not registered here: {item.name}, {_article(item.kind)} ({item.place})")
    if manifest.unresolved:
        click.echo("What unresolved calls reach is registered when it is invoked; `eagerc deps` lists them.")


def _article(kind: Any) -> str:
    return {"reference": "a reference", "remote": "an entity of the cluster"}[kind]
