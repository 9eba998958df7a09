"""Inputs that lie in a store, by what is in them: a parent that starts again writes them to another place."""

import hashlib
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgpack
from flyteidl.core import literals_pb2
from flytekit.core.data_persistence import FileAccessProvider
from google.protobuf import json_format

_BLOCK = 1 << 20
# What flytekit makes up for files and folders.
_RANDOM = re.compile(r"[0-9a-f]{32}")

Replace = Callable[[str], str]


def by_content(inputs: literals_pb2.LiteralMap, files: FileAccessProvider) -> literals_pb2.LiteralMap:
    """The literals with a digest in the place of each address below the folder to which a task writes its data."""
    known: dict[str, str] = {}

    def replace(text: str) -> str:
        if not text.startswith(files.raw_output_prefix):
            return text
        if text not in known:
            known[text] = _digest(files, text)
        return known[text]

    return _map(inputs, replace)


def _digest(files: FileAccessProvider, address: str) -> str:
    """What tells the data at an address from others: their content, and their names as far as these are not random."""
    system = files.get_filesystem_for_path(address)
    root = str(system._strip_protocol(address)).rstrip("/")
    found = hashlib.sha256()
    for path in sorted(map(str, system.find(address))):
        name = _RANDOM.sub("", path[len(root) :])
        found.update(f"{name}\0{system.size(path)}\0".encode())
        with system.open(path, "rb") as file:
            for block in iter(partial(file.read, _BLOCK), b""):
                found.update(block)
    return f"{_RANDOM.sub('', address[len(files.raw_output_prefix) :])}#{found.hexdigest()}"


def _map(inputs: literals_pb2.LiteralMap, replace: Replace) -> literals_pb2.LiteralMap:
    return literals_pb2.LiteralMap(literals={name: _literal(value, replace) for name, value in inputs.literals.items()})


def _literal(literal: Any, replace: Replace) -> Any:
    changed = type(literal)()
    changed.CopyFrom(literal)
    kind = literal.WhichOneof("value")
    if kind == "collection":
        items = [_literal(item, replace) for item in literal.collection.literals]
        changed.collection.CopyFrom(literals_pb2.LiteralCollection(literals=items))
    elif kind == "map":
        changed.map.CopyFrom(_map(literal.map, replace))
    elif kind == "scalar":
        _scalar(changed.scalar, replace)
    return changed


def _scalar(scalar: Any, replace: Replace) -> None:
    """Change a scalar in place."""
    kind = scalar.WhichOneof("value")
    if kind in ("blob", "structured_dataset", "schema"):
        data = getattr(scalar, kind)
        data.uri = replace(data.uri)
    elif kind == "union":
        scalar.union.value.CopyFrom(_literal(scalar.union.value, replace))
    elif kind == "generic":
        content = json_format.MessageToDict(scalar.generic)
        scalar.generic.Clear()
        scalar.generic.update(_texts(content, replace))
    elif kind == "binary" and scalar.binary.tag == "msgpack":
        content = msgpack.unpackb(scalar.binary.value, strict_map_key=False)
        scalar.binary.value = msgpack.packb(_texts(content, replace))


def _texts(content: Any, replace: Replace) -> Any:
    match content:
        case str():
            return replace(content)
        case dict():
            return {key: _texts(value, replace) for key, value in content.items()}
        case list():
            return [_texts(value, replace) for value in content]
        case _:
            return content
