"""The table of imported modules, `sys.modules`: what an import finds in it, and what a program puts there."""

import ast

from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import NONE, UNSET, constants, join, joined, only
from analyzers.inference.domain.values import External, ModuleRef, Owner, Unknown, Values
from analyzers.inference.expressions.type_questions import TypeQuestions
from analyzers.inference.memory.entries import ANY
from analyzers.model.calls import Category
from analyzers.project import absolute_name

TABLE = External("sys.modules")
_ENTRIES: Owner = ("imports", "")
"""What the cells of the entries that a program has set belong to."""


class ModuleTable(TypeQuestions):
    """Modules by their names."""

    def imported_module(self, name: str) -> Values:
        """What an import of a dotted name finds: a module of the project or outside it, or what was put in its place.

        The file of that name is looked at first, unless it is certain that nobody will import it: it may put something
        in its own place.
        """
        if self._entry(name).isdisjoint(UNSET):
            return self._entry(name) - NONE
        own = ModuleRef(name) if self.load(name) is not None or self.project.is_namespace(name) else External(name)
        entry = self._entry(name)
        return entry if entry.isdisjoint(UNSET) else join(entry - UNSET, only(own))

    def _entry(self, name: str) -> Values:
        """What a program has put into the table under a name; unset where the file of that name may still be there."""
        location: Location = (_ENTRIES, name)
        named = self.read(location)
        return join(named if location in self.store else UNSET, self.read((_ENTRIES, ANY)))

    def in_own_place(self, name: str) -> bool:
        """Whether an import of a name finds the file of that name."""
        return self._entry(name) == UNSET

    def is_blocked(self, name: str) -> bool:
        """Whether the table has `None` under a name, with which an import fails."""
        return self._entry(name) == NONE

    def put_into_table(self, names: Values, values: Values) -> None:
        """`sys.modules[name] = values`."""
        known = constants(names)
        if known is None:
            self.weaken((_ENTRIES, ANY), join(values, UNSET))
            return
        for name in known:
            location: Location = (_ENTRIES, str(name))
            self.store.presume(location, UNSET)
            (self.write if len(known) == 1 else self.weaken)(location, values)

    def named_modules(self, names: Values, node: ast.expr, package: str = "") -> Values:
        """The modules of some names, where these are known; names that begin with a dot are relative to `package`."""
        known = constants(names)
        if known is None:
            reason = f"the name of the module in `{self.module.text(node)}` is computed"
            return only(Unknown(Category.DYNAMIC_IMPORT, reason, "import the module by its name"))
        return joined(self.imported_module(absolute_name(str(each), package)) for each in known)
