"""What `unittest.mock.patch` replaces, an attribute or the entries of a dict, and puts back when a block ends."""

import ast

from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import UNSET, constants, ordered
from analyzers.inference.domain.values import ClassRef, ModuleRef, Obj, Value, Values
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.statements.failures import Failures

_TARGET, _NAME, _NEW, _BEFORE, _CLEARED = "target", "name", "new", "before", "cleared"


class Patches(Failures):
    """The beginning and the end of a patch."""

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
