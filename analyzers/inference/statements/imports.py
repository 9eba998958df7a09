"""Imports: every form of them, and the attributes of modules."""

import ast

from analyzers.inference.domain.modules import Module, standing_for
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.store import Location
from analyzers.inference.domain.value_sets import DELETED, EMPTY, UNSET, const, join, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    Const,
    External,
    Function,
    Imported,
    ModuleRef,
    Obj,
    Unknown,
    Value,
    Values,
)
from analyzers.inference.statements.failing_imports import FailingImports
from analyzers.model.calls import Category


class Imports(FailingImports):
    """Import statements, and what a module offers."""

    def _exec_import(self, node: ast.Import) -> bool:
        fails = self._fails(node)
        for alias in node.names:
            self.imported_module(alias.name)
            if alias.asname:
                self.bind(alias.asname, self._innermost(alias.name))
            else:
                top = alias.name.partition(".")[0]
                self.bind(top, self.imported_module(top))
        return not fails

    def _fails(self, node: ast.Import | ast.ImportFrom) -> bool:
        """Whether an import certainly fails; what it may raise is noted."""
        failure = self.import_failure(node)
        if failure:
            self.note_raised(failure)
        elif self.foreseen() and not self.importable(node):
            self.may_raise()
        return bool(failure)

    def _innermost(self, name: str) -> Values:
        """What `import a.b.c as d` binds: the attribute `c` of `a.b`, which need not be the module."""
        found = self.imported_module(name)
        if any(isinstance(value, External) for value in found):
            return only(External(self.canonical(name)))
        parent, _, last = name.rpartition(".")
        if not parent:
            return found
        own = self.module_attribute(parent, last)
        return own if self.in_own_place(name) else join(own, found)

    def _exec_import_from(self, node: ast.ImportFrom) -> bool:
        fails = self._fails(node)
        source = self._source_module(node)
        for alias in node.names:
            if alias.name == "*":
                self._import_star(source)
            else:
                self.bind(alias.asname or alias.name, self._taken_from(source, alias.name, standing_for(node)))
        return not fails

    def _taken_from(self, source: str, name: str, node: ast.expr) -> Values:
        """What `from source import name` binds."""
        parts = [
            self.module_attribute(source, name)
            if value in (ModuleRef(source), External(source))
            else self.attribute(only(value), name, node)
            for value in ordered(self.imported_module(source))
        ]
        inner = f"{source}.{name}"
        return joined(parts) if self.in_own_place(inner) else join(*parts, self.imported_module(inner))

    def _import_star(self, source: str) -> None:
        module = self.load(source)
        if module is None:
            self.module.stars.append(source)
            return
        for name in self.public_names(source):
            values = self.module_attribute(source, name)
            self.extra_names.setdefault(self.env.module, set()).add(name)
            location: Location = (self.env.owner, name)
            may_be_missing = not self.store.get((module.env.owner, name)).isdisjoint(UNSET | DELETED)
            self.store.set(location, join(values, self.store.unwritten(location)) if may_be_missing else values)
        self.module.stars.extend(module.stars)

    def public_names(self, source: str) -> list[str]:
        """What a star import takes from a module of the project."""
        module = self.load(source)
        assert module is not None
        listed = self.store.get((module.env.owner, "__all__"))
        for value in listed:
            items = self.items(value) if isinstance(value, Obj) else None
            if items is not None:
                return [str(v.value) for item in items for v in item if isinstance(v, Const)]
        names = (name for name in self.global_names(module) if not name.startswith("_"))
        return sorted(name for name in names if self.store.get((module.env.owner, name)) != DELETED)

    def module_attribute(self, module: str, name: str) -> Values:
        if f"{module}.{name}" in self.declared:
            return only(External(f"{module}.{name}"))
        loaded = self.load(module)
        if loaded is None:
            return self._outside(module, name)
        location: Location = (loaded.env.owner, name)
        if location in self.store:
            values = self.read(location)
            bound = values - DELETED - UNSET
            found = self.settled(bound) if loaded.finished else bound
            return found if bound or not values else self._unbound_attribute(loaded, name) or values & DELETED
        return self._unbound_attribute(loaded, name)

    def _unbound_attribute(self, loaded: Module, name: str) -> Values:
        """What a module gives for a name to which its code binds nothing."""
        module = loaded.name
        inner = f"{module}.{name}"
        if loaded.file.package and (self.project.find(inner) or self.project.is_namespace(inner)):
            return self.imported_module(inner)
        if not loaded.finished:
            return only(Imported(module, name))
        if loaded.stars:
            offered = [self.canonical(f"{star}.{name}") for star in loaded.stars]
            known = [each for each in offered if self.has_handler(each) or self.makes_entity(each)]
            return frozenset(map(External, known[-1:] or offered))
        hook = self.store.get((loaded.env.owner, "__getattr__"))
        if hook:
            return joined(self._asked(value, name, module) for value in ordered(hook))
        if loaded.open:
            reason = f"`{name}` may be among the names that `{module}` gets while it runs"
            return only(Unknown(Category.UNKNOWN_NAME, reason, "bind the name where eagerc can see it"))
        return EMPTY

    def _asked(self, hook: Value, name: str, module: str) -> Values:
        """What a module's own `__getattr__` gives for a name."""
        if not isinstance(hook, Function):
            return self.opaque(f"`__getattr__` of `{module}`")
        node = standing_for(hook.node)
        return self.call(only(hook), Arguments((const(name),)), CallPoint(node, node, direct=False, module=module))

    def _outside(self, module: str, name: str) -> Values:
        inner = f"{module}.{name}" if module else name
        if self.project.find(inner) is not None or self.project.is_namespace(inner):
            return self.imported_module(inner)
        return only(External(self.canonical(inner)))

    def _exec_global(self, node: ast.Global) -> None:
        """Names that a function declares global may be new to the module."""
        for name in node.names:
            self.extra_names.setdefault(self.env.module, set()).add(name)
