"""Registers the eager functions of the tree with everything that they may invoke."""

from collections import Counter
from collections.abc import Sequence

import click
from flytekit.core.context_manager import FlyteContextManager

from .answers import answering
from .choices import Choices, choices
from .closure import Closure, Manifest
from .endings import ending
from .registration import registered
from .serialization import serialized


def main(arguments: Sequence[str]) -> int:
    """Register the tree as the one argument says, and give the exit code."""
    return ending(lambda: _run(choices(arguments[0])))


def _run(chosen: Choices) -> None:
    manifest = Manifest()
    closure = _listed(manifest, chosen) if chosen.dry_run else _registered(manifest, chosen)
    for item in closure.foreign:
        click.echo(f"Not registered, as it is elsewhere: {item.name} ({item.place})")
    if manifest.unresolved:
        click.echo("What unresolved calls reach is registered when it is invoked; `eagerc deps` lists them.")


def _listed(manifest: Manifest, chosen: Choices) -> Closure:
    closure = manifest.closure()
    for model in serialized(closure.items, chosen.settings(manifest.version), chosen.options):
        click.echo(f"{model.kind:<12} {model.name}")
    return closure


def _registered(manifest: Manifest, chosen: Choices) -> Closure:
    settings, remote = chosen.settings(manifest.version), chosen.remote()
    with answering(remote), FlyteContextManager.with_context(remote.context.new_builder()):
        closure = manifest.closure()
        models = registered(remote, closure.items, settings, chosen)
    counts = Counter(model.kind for model in models)
    counted = ", ".join(f"{count} {kind}{'s' * (count > 1)}" for kind, count in counts.items())
    click.echo(f"Registered {counted} in {chosen.project}, {chosen.domain}, version {settings.version}.")
    return closure
