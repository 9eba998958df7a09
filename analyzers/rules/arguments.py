"""The call sites of entities, and what is supplied at each."""

import ast
from collections.abc import Iterator

from analyzers.model.calls import Invocation
from analyzers.model.entities import Interface
from analyzers.model.places import Place
from analyzers.rules.rule import Subject
from analyzers.spelling import nearest

Candidates = tuple[tuple[Invocation, Interface], ...]


def call_sites(subject: Subject) -> Iterator[tuple[Place, Candidates]]:
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


def unknown_keywords(candidates: Candidates) -> dict[str, str | None]:
    """The keywords that no candidate has as an input, each with the input of the first that was probably meant."""
    supplied = dict.fromkeys(name for invocation, _ in candidates for name in invocation.supplied.keywords)
    free = [parameter.name for parameter in candidates[0][1].parameters if parameter.name not in supplied]
    return {
        name: nearest(name, free)
        for name in supplied
        if all(_is_unknown(name, invocation, interface) for invocation, interface in candidates)
    }


def _is_unknown(name: str, invocation: Invocation, interface: Interface) -> bool:
    return name in invocation.supplied.keywords and interface.parameter(name) is None


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
