"""`unittest.mock.patch`: what replaces an attribute, or the entries of a dict, until a block ends."""

import ast

from analyzers.inference.calls import PATCH
from analyzers.inference.module_table import ModuleTable
from analyzers.inference.objects import attribute_cell
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.store import Location
from analyzers.inference.values import (
    EMPTY,
    NONE,
    UNSET,
    Arguments,
    ClassRef,
    ModuleRef,
    Obj,
    Value,
    Values,
    const,
    constants,
    only,
    ordered,
    single,
)

_TARGET, _NAME, _NEW, _BEFORE, _CLEARED = "target", "name", "new", "before", "cleared"


class Patches(ModuleTable):
    """Handlers make a patch, which is a context; it begins and ends where that is entered and left."""

    def container_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if obj.kind != PATCH or name not in ("start", "stop"):
            return super().container_method(obj, name, arguments, point)
        if name == "start":
            return self.patch_begun(obj, point.node)
        self.patch_ended(obj, point.node)
        return NONE

    def _call_patch_object(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return self._patch(arguments.argument(0, "target"), arguments.argument(1, "attribute"), 2, arguments, point)

    def _call_patch(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`patch("package.module.name", new)`."""
        dotted = constants(arguments.argument(0, "target")) or ("",)
        owner, _, attribute = str(dotted[0]).rpartition(".")
        alone = len(dotted) == 1 and owner
        target = self._named_owner(owner, point.node) if alone else EMPTY
        return self._patch(target, const(attribute), 1, arguments, point)

    def _named_owner(self, dotted: str, node: ast.expr) -> Values:
        """The module of a dotted name, or the attribute of one."""
        outer, _, last = dotted.rpartition(".")
        if not outer or self.project.find(dotted) is not None or self.project.is_namespace(dotted):
            return self.imported_module(dotted)
        return self.attribute(self._named_owner(outer, node), last, node)

    def _patch(self, target: Values, name: Values, at: int, arguments: Arguments, point: CallPoint) -> Values:
        new = arguments.argument(at, "new")
        others = {key for key, _ in arguments.keywords} - {"target", "attribute", "new"}
        unseen = others or len(arguments.positional) > at + 1 or arguments.star or arguments.double_star
        if unseen or not (target and new) or constants(name) is None or single(name) is None:
            return self._not_followed(arguments, point)
        return self._new_patch({_TARGET: target, _NAME: name, _NEW: new}, point)

    def _call_patch_dict(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        target = arguments.argument(0, "in_dict")
        if not target or not all(isinstance(value, Obj) and value.kind == "dict" for value in target):
            return self._not_followed(arguments, point)
        new = self.new_dict(self.stand_in(point.node, "new"))
        self.update_from(new, arguments.argument(1, "values"), point.node)
        for key, values in arguments.keywords:
            if key not in ("in_dict", "values", "clear"):
                self.store_item(new, const(key), values)
        cleared = arguments.argument(2, "clear") or const(False)
        return self._new_patch({_TARGET: target, _NEW: only(new), _CLEARED: cleared}, point)

    def _new_patch(self, cells: dict[str, Values], point: CallPoint) -> Values:
        patch = self.allocate(PATCH, point.node)
        for what, values in cells.items():
            self.weaken((patch, what), values)
        return only(patch)

    def _not_followed(self, arguments: Arguments, point: CallPoint) -> Values:
        self.handed_over(arguments, point, "patch")
        return self.opaque("`patch`")

    def patch_begun(self, patch: Obj, node: ast.expr) -> Values:
        """Replace what is patched; entering gives the replacement."""
        targets, new = self.read((patch, _TARGET)), self.read((patch, _NEW))
        names = constants(self.read((patch, _NAME))) or ()
        for target in ordered(targets):
            if not names and isinstance(target, Obj):
                self.write((patch, (_BEFORE, target)), self.copied(target, self.stand_in(node, target)))
                if self.truth_of(self.read((patch, _CLEARED))):
                    self.clear(target)
                self.update_from(target, new, node)
            for name in names:
                self.write((patch, (_BEFORE, target)), self._as_it_was(target, str(name)))
        for name in names:
            self.assign_attribute(targets, str(name), new, node)
        return new

    def patch_ended(self, patch: Obj, node: ast.expr, certain: bool = True) -> None:
        """Put back what was there; where it is not certain that the patch has ended, both may be there."""
        targets = ordered(self.read((patch, _TARGET)))
        names = constants(self.read((patch, _NAME))) or ()
        alone = certain and len(targets) == 1 and patch not in self.summaries
        for target in targets:
            before = self.read((patch, (_BEFORE, target)))
            if not before:
                continue
            if not names and isinstance(target, Obj):
                if alone:
                    self.clear(target)
                self.update_from(target, before, node)
            for name in names:
                (self.write if alone else self.weaken)(self._patched_cell(target, str(name)), before)

    def _as_it_was(self, target: Value, name: str) -> Values:
        own = self.read(self._patched_cell(target, name))
        if own or not isinstance(target, ClassRef):
            return own or UNSET
        return self.class_attribute(self.linearized(target)[1:], name) or UNSET

    def _patched_cell(self, target: Value, name: str) -> Location:
        match target:
            case ModuleRef(name=module):
                location: Location = (("module", module), name)
                self.note_changing(location)
                return location
            case ClassRef(env=env):
                return (env.owner, name)
            case _:
                return attribute_cell(target, name)


PATCH_HANDLERS: dict[str, Handler] = {
    "unittest.mock.patch": Patches._call_patch,
    "unittest.mock.patch.object": Patches._call_patch_object,
    "unittest.mock.patch.dict": Patches._call_patch_dict,
}
