"""The call sites of entities, and what is supplied at each."""

import ast
from collections.abc import Iterator

from analyzers.model.calls import Invocation
from analyzers.model.entities import Interface
from analyzers.model.places import Place
from analyzers.rules.rule import Subject


def call_sites(subject: Subject) -> Iterator[tuple[Place, tuple[tuple[Invocation, Interface], ...]]]:
    """Each place at which entities are invoked, with every invocation there, from whichever eager function it is seen.

    Places at which some entity accepts anything, or does not tell its inputs, are left out.
    """
    sites: dict[Place, list[Invocation]] = {}
    for function in subject.analysis.functions:
        for invocation in function.invocations:
            sites.setdefault(invocation.place, []).append(invocation)
    for place, invocations in sites.items():
        told = tuple(
            (invocation, invocation.entity.interface)
            for invocation in invocations
            if invocation.entity.interface is not None and not invocation.entity.interface.variadic
        )
        if len(told) == len(invocations):
            yield place, told


def argument_place(subject: Subject, site: Place, call: ast.expr, argument: str | int) -> Place:
    """Where a keyword, or the positional argument of that index, is written; the call where it comes from elsewhere."""
    source = subject.modules[site.path].source
    if isinstance(call, ast.Call):
        if isinstance(argument, int):
            written = call.args[argument : argument + 1]
            if written and not any(isinstance(before, ast.Starred) for before in call.args[: argument + 1]):
                return source.place(site.path, written[0])
        for keyword in call.keywords:
            if keyword.arg == argument:
                return source.place(site.path, keyword)
    return site
