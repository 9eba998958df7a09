"""`unittest.mock.patch`: attributes of modules and classes that are replaced for a while."""

import ast

from analyzers.inference.module_table import ModuleTable
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.store import Location
from analyzers.inference.values import (
    DELETED,
    EMPTY,
    PLAIN,
    Arguments,
    Bound,
    ClassRef,
    Const,
    EntityRef,
    Function,
    ModuleRef,
    Obj,
    Value,
    Values,
    constants,
    join,
    joined,
    only,
    ordered,
    single,
)

PATCH = "patch"
_TARGET, _NAME, _NEW = "target", "name", "new"
_LOOKING_LIKE = frozenset({"autospec", "create", "spec", "spec_set", "target", "attribute", "new", "unsafe"})
"""Options that do not change what calling the mock does."""
_CALLABLE = EntityRef | Function | Bound


class Patching(ModuleTable):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_patch(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`patch("steps.fit", new)`."""
        path = single(arguments.argument(0, "target"))
        if not (isinstance(path, Const) and isinstance(path.value, str)):
            return self.unknown_library(name, arguments, point)
        owner, _, attribute = path.value.rpartition(".")
        return self._patch(name, self._found(owner, point.node), attribute, 1, arguments, point)

    def _call_patch_object(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`patch.object(steps, "fit", new)`."""
        attribute = single(arguments.argument(1, "attribute"))
        if not (isinstance(attribute, Const) and isinstance(attribute.value, str)):
            return self.unknown_library(name, arguments, point)
        return self._patch(name, arguments.argument(0, "target"), attribute.value, 2, arguments, point)

    def _found(self, path: str, node: ast.expr) -> Values:
        """What a dotted name means: a module, or an attribute of what stands before the last dot."""
        if self.project.find(path) is not None or "." not in path:
            return self.imported_module(path)
        owner, _, name = path.rpartition(".")
        return self.attribute(self._found(owner, node), name, node)

    def _patch(
        self, name: str, targets: Values, attribute: str, position: int, arguments: Arguments, point: CallPoint
    ) -> Values:
        new = self._replacement(arguments, position)
        if new is None or not targets or not all(isinstance(target, ModuleRef | ClassRef) for target in targets):
            return self.unknown_library(name, arguments, point)
        made = self.allocate(PATCH, point.node)
        self.write((made, _TARGET), targets)
        self.write((made, _NAME), frozenset({Const(attribute, "str")}))
        self.write((made, _NEW), new)
        return only(made)

    def _replacement(self, arguments: Arguments, position: int) -> Values | None:
        """What stands in for the attribute: what is given, or a mock; None where it is not known what that does."""
        given = arguments.argument(position, "new")
        options = dict(arguments.keywords)
        effects = options.pop("side_effect", EMPTY)
        result = options.pop("return_value", EMPTY)
        if options.keys() - _LOOKING_LIKE or arguments.star is not None or arguments.double_star is not None:
            return None
        if given or not (effects or result):
            return given or PLAIN
        if self.holds_callables([result]) or not all(isinstance(effect, _CALLABLE) for effect in effects):
            return None
        return effects or PLAIN

    def replacement_of(self, patch: Obj) -> Values:
        """What a patch puts in the place of the attribute."""
        return self.read((patch, _NEW))

    def replaced(self, patch: Obj) -> list[tuple[Location, Values]]:
        """The cells that a patch changes, with what they hold."""
        found: list[tuple[Location, Values]] = []
        for target in ordered(self.read((patch, _TARGET))):
            for name in constants(self.read((patch, _NAME))) or ():
                location = self._cell(target, str(name))
                found.append((location, self.store.get(location) or self._inherited_by(target, str(name)) or DELETED))
        return found

    def _cell(self, target: Value, name: str) -> Location:
        if isinstance(target, ClassRef):
            return (target.env.owner, name)
        assert isinstance(target, ModuleRef)
        location: Location = (("module", target.name), name)
        self.note_changing(location)
        return location

    def _inherited_by(self, target: Value, name: str) -> Values:
        """What a class inherits under a name that it does not bind itself."""
        return self.class_attribute(self.linearized(target), name) or EMPTY if isinstance(target, ClassRef) else EMPTY

    def apply_patch(self, patch: Obj, certain: bool) -> None:
        """Put the replacement in its place, in every run or in some."""
        cells = self.replaced(patch)
        for location, before in cells:
            new = self.replacement_of(patch)
            self.write(location, new if certain and len(cells) == 1 else join(before, new))

    def called_patch(self, patch: Obj, arguments: Arguments) -> Values:
        """A patch as a decorator: from when on its functions are called is not followed."""
        self.apply_patch(patch, certain=False)
        return joined(arguments.positional[:1])

    def unknown_library(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A call of a library of which nothing particular is known."""
        raise AssertionError("the part that knows libraries answers this")


PATCH_HANDLERS: dict[str, Handler] = {
    "unittest.mock.patch": Patching._call_patch,
    "unittest.mock.patch.object": Patching._call_patch_object,
}
