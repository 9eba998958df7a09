"""`unittest.mock.patch`: what replaces an attribute, or the entries of a dict, until a block ends."""

import ast

from analyzers.inference.calls.calls import PATCH
from analyzers.inference.domain.records import CallPoint, Handler, ObjectMethod
from analyzers.inference.domain.value_sets import EMPTY, NONE, const, constants, only, single
from analyzers.inference.domain.values import Arguments, Obj, Values
from analyzers.inference.interpreter import Interpreter

_TARGET, _NAME, _NEW, _BEFORE, _CLEARED = "target", "name", "new", "before", "cleared"


def _patch_object(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    return _patch(interpreter, arguments.argument(0, "target"), arguments.argument(1, "attribute"), 2, arguments, point)


def _patch_named(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`patch("package.module.name", new)`."""
    dotted = constants(arguments.argument(0, "target")) or ("",)
    owner, _, attribute = str(dotted[0]).rpartition(".")
    alone = len(dotted) == 1 and owner
    target = _named_owner(interpreter, owner, point.node) if alone else EMPTY
    return _patch(interpreter, target, const(attribute), 1, arguments, point)


def _named_owner(interpreter: Interpreter, dotted: str, node: ast.expr) -> Values:
    """The module of a dotted name, or the attribute of one."""
    outer, _, last = dotted.rpartition(".")
    if not outer or interpreter.project.find(dotted) is not None or interpreter.project.is_namespace(dotted):
        return interpreter.imported_module(dotted)
    return interpreter.attribute(_named_owner(interpreter, outer, node), last, node)


def _patch(
    interpreter: Interpreter, target: Values, name: Values, at: int, arguments: Arguments, point: CallPoint
) -> Values:
    new = arguments.argument(at, "new")
    others = {key for key, _ in arguments.keywords} - {"target", "attribute", "new"}
    unseen = others or len(arguments.positional) > at + 1 or arguments.star or arguments.double_star
    if unseen or not (target and new) or constants(name) is None or single(name) is None:
        return _not_followed(interpreter, arguments, point)
    return _new_patch(interpreter, {_TARGET: target, _NAME: name, _NEW: new}, point)


def _patch_dict(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    target = arguments.argument(0, "in_dict")
    if not target or not all(isinstance(value, Obj) and value.kind == "dict" for value in target):
        return _not_followed(interpreter, arguments, point)
    new = interpreter.new_dict(interpreter.stand_in(point.node, "new"))
    interpreter.update_from(new, arguments.argument(1, "values"), point.node)
    for key, values in arguments.keywords:
        if key not in ("in_dict", "values", "clear"):
            interpreter.store_item(new, const(key), values)
    cleared = arguments.argument(2, "clear") or const(False)
    return _new_patch(interpreter, {_TARGET: target, _NEW: only(new), _CLEARED: cleared}, point)


def _new_patch(interpreter: Interpreter, cells: dict[str, Values], point: CallPoint) -> Values:
    patch = interpreter.allocate(PATCH, point.node)
    for what, values in cells.items():
        interpreter.weaken((patch, what), values)
    return only(patch)


def _not_followed(interpreter: Interpreter, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.handed_over(arguments, point, "patch")
    return interpreter.opaque("`patch`")


def _start(interpreter: Interpreter, patch: Obj, arguments: Arguments, point: CallPoint) -> Values:
    return interpreter.patch_begun(patch, point.node)


def _stop(interpreter: Interpreter, patch: Obj, arguments: Arguments, point: CallPoint) -> Values:
    interpreter.patch_ended(patch, point.node)
    return NONE


HANDLERS: dict[str, Handler] = {
    "unittest.mock.patch": _patch_named,
    "unittest.mock.patch.object": _patch_object,
    "unittest.mock.patch.dict": _patch_dict,
}

METHODS: dict[tuple[str, str], ObjectMethod] = {
    (PATCH, "start"): _start,
    (PATCH, "stop"): _stop,
}
