"""The manifest of a build tree: what was built from what, what each eager function needs, and the tree's version."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from analyzers.analysis import Analysis
from analyzers.model.calls import Invocation, UnresolvedCall
from analyzers.model.entities import Entity, EntityKind
from analyzers.model.facts import EntityFunction
from analyzers.model.places import Place
from codegen.graph.document import document
from codegen.rewrite import Declined
from codegen.rewrite.names import RUNTIME

MANIFEST = f"{RUNTIME}/manifest.json"
SCHEMA = "eagerc.manifest/1"

Json = dict[str, Any]


class BuiltSource(NamedTuple):
    """One module: its dotted name, its path in the tree, the path that places show, and its bytes before and after."""

    module: str
    path: str
    shown: str
    source: bytes
    built: bytes


class Manifest(NamedTuple):
    """The manifest's bytes, and the version that it gives to the tree."""

    content: bytes
    version: str


def manifest(
    analysis: Analysis, sources: Sequence[BuiltSource], files: Mapping[str, bytes], declined: Iterable[Declined]
) -> Manifest:
    """The manifest of a tree that holds `files`; nothing in it depends on where or when the tree is built.

    The version is a digest of everything else, and so of every byte of the tree.
    """
    places = _Places({source.shown: source.path for source in sources})
    content: Json = {
        "schema": SCHEMA,
        "files": {path: _digest(data) for path, data in files.items()},
        "sources": [
            {
                "module": source.module,
                "path": source.path,
                "digest": _digest(source.source),
                "rewritten": source.source != source.built,
            }
            for source in sources
        ],
        "functions": [_function(analysis, function, places) for function in _eager_functions(analysis)],
        "entities": _entities(analysis, places),
        "declined": [{"site": one.site, "reason": one.reason, **places.of(one.place)} for one in declined],
    }
    version = _digest(_json(content))[:32]
    return Manifest(_json({**content, "version": version}), version)


class _Places:
    """Places as the manifest shows them: by the path in the tree."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._paths = paths

    def of(self, place: Place) -> Json:
        return {"path": self._path(place.path), "line": place.line, "column": place.column}

    def within(self, value: Any) -> Any:
        """JSON values with every `path` in them turned into the one in the tree."""
        if isinstance(value, dict):
            return {key: self._path(item) if key == "path" else self.within(item) for key, item in value.items()}
        return [self.within(item) for item in value] if isinstance(value, list) else value

    def _path(self, shown: str) -> str | None:
        return self._paths.get(shown)


def _eager_functions(analysis: Analysis) -> Iterator[EntityFunction]:
    """The eager functions of the tree by name: those asked for, and those that they invoke."""
    functions = {function.entity.name: function for function in analysis.functions}
    for function in analysis.functions:
        for entity in analysis.closure(function.entity.name):
            body = analysis.body(entity.name) if entity.kind is EntityKind.EAGER else None
            if body is not None:
                functions.setdefault(entity.name, body)
    yield from (functions[name] for name in sorted(functions))


def _entities(analysis: Analysis, places: _Places) -> list[Json]:
    """The eager functions of the tree and all that they may invoke, by name."""
    found = {function.entity.name: function.entity for function in analysis.functions}
    for name in tuple(found):
        found.update((entity.name, entity) for entity in analysis.closure(name))
    return [
        {
            "name": name,
            "kind": str(found[name].kind),
            "targets": list(found[name].targets),
            **places.of(found[name].place),
        }
        for name in sorted(found)
    ]


def _function(analysis: Analysis, function: EntityFunction, places: _Places) -> Json:
    name = function.entity.name
    return {
        "name": name,
        "module": function.module,
        "dialect": str(function.dialect),
        **places.of(function.entity.place),
        "dependencies": [_dependency(entity, function.invocations, places) for entity in analysis.dependencies(name)],
        "closure": [entity.name for entity in analysis.closure(name)],
        "unresolved": [_unresolved(call, places) for call in function.unresolved],
        "graph": places.within(document([function])["functions"][0]),
    }


def _dependency(entity: Entity, invocations: Iterable[Invocation], places: _Places) -> Json:
    own = [invocation for invocation in invocations if invocation.entity.name == entity.name]
    return {
        "name": entity.name,
        "kind": str(entity.kind),
        "certain": any(invocation.certain for invocation in own),
        "sites": [
            {"id": invocation.site, "consumed": str(invocation.consumed), **places.of(invocation.place)}
            for invocation in own
        ],
    }


def _unresolved(call: UnresolvedCall, places: _Places) -> Json:
    return {
        "id": call.site,
        "call": call.text,
        "category": str(call.category),
        "reason": call.reason,
        **places.of(call.place),
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json(content: Json) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
