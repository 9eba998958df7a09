"""What the bindings and conditions of a workflow mean, given its inputs and the outputs of its nodes."""

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import msgpack
from flyteidl.core import condition_pb2, literals_pb2, workflow_pb2
from google.protobuf import json_format

from .synthetic import literal_of

_COMPARE = {
    condition_pb2.ComparisonExpression.EQ: operator.eq,
    condition_pb2.ComparisonExpression.NEQ: operator.ne,
    condition_pb2.ComparisonExpression.GT: operator.gt,
    condition_pb2.ComparisonExpression.GTE: operator.ge,
    condition_pb2.ComparisonExpression.LT: operator.lt,
    condition_pb2.ComparisonExpression.LTE: operator.le,
}

Outputs = Mapping[str, literals_pb2.LiteralMap]


def upstream(node: workflow_pb2.Node) -> set[str]:
    """The nodes that a node waits for."""
    found = set(node.upstream_node_ids)

    def walk(binding: Any) -> None:
        match binding.WhichOneof("value"):
            case "promise":
                found.add(binding.promise.node_id)
            case "collection":
                for item in binding.collection.bindings:
                    walk(item)
            case "map":
                for item in binding.map.bindings.values():
                    walk(item)
            case _:
                pass

    for item in node.inputs:
        walk(item.binding)
    return found


def resolve_all(bindings: Iterable[Any], inputs: Any, outputs: Outputs) -> literals_pb2.LiteralMap:
    """The literals that bindings stand for, by name."""
    found = literals_pb2.LiteralMap()
    for binding in bindings:
        found.literals[binding.var].CopyFrom(_resolve(binding.binding, inputs, outputs))
    return found


def _resolve(binding: Any, inputs: Any, outputs: Outputs) -> literals_pb2.Literal:
    literal = literals_pb2.Literal
    match binding.WhichOneof("value"):
        case "scalar":
            return literal(scalar=binding.scalar)
        case "collection":
            items = [_resolve(item, inputs, outputs) for item in binding.collection.bindings]
            return literal(collection=literals_pb2.LiteralCollection(literals=items))
        case "map":
            named = {name: _resolve(item, inputs, outputs) for name, item in binding.map.bindings.items()}
            return literal(map=literals_pb2.LiteralMap(literals=named))
        case "promise":
            source = inputs if binding.promise.node_id in ("", "start-node") else outputs[binding.promise.node_id]
            value = source.literals[binding.promise.var]
            for attribute in binding.promise.attr_path:
                value = _attribute(value, attribute)
            return value
        case _:
            return literal(scalar=literals_pb2.Scalar(none_type=literals_pb2.Void()))


def _attribute(value: Any, attribute: Any) -> Any:
    index = attribute.int_value if attribute.WhichOneof("value") == "int_value" else attribute.string_value
    if value.HasField("collection"):
        return value.collection.literals[index]
    if value.HasField("map"):
        return value.map.literals[index]
    if value.scalar.HasField("binary"):
        found = msgpack.unpackb(value.scalar.binary.value)[index]
        if isinstance(found, dict | list):
            packed = literals_pb2.Binary(value=msgpack.packb(found), tag="msgpack")
            return literals_pb2.Literal(scalar=literals_pb2.Scalar(binary=packed))
        return literal_of(found)
    if value.scalar.HasField("generic"):
        return literal_of(json_format.MessageToDict(value.scalar.generic)[index])
    raise ValueError(f"attribute {index!r} of {value}")


def holds(expression: Any, arguments: Any) -> bool:
    """Whether a condition of a branch is true."""
    if expression.HasField("conjunction"):
        both = expression.conjunction
        left, right = holds(both.left_expression, arguments), holds(both.right_expression, arguments)
        return (left and right) if both.operator == condition_pb2.ConjunctionExpression.AND else (left or right)
    comparison = expression.comparison
    left, right = _operand(comparison.left_value, arguments), _operand(comparison.right_value, arguments)
    return bool(_COMPARE[comparison.operator](left, right))


def _operand(value: Any, arguments: Any) -> Any:
    match value.WhichOneof("val"):
        case "var":
            scalar = arguments.literals[value.var].scalar
        case "scalar":
            scalar = value.scalar
        case _:
            scalar = literals_pb2.Scalar(primitive=value.primitive)
    if scalar.HasField("none_type"):
        return None
    if scalar.HasField("union"):
        scalar = scalar.union.value.scalar
    kind = scalar.primitive.WhichOneof("value")
    return getattr(scalar.primitive, kind) if kind else None
