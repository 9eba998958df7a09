"""Imports: every form of them, and the attributes of modules."""

import ast

from analyzers.inference.modules import Module, standing_for
from analyzers.inference.patterns import Patterns
from analyzers.inference.records import CallPoint
from analyzers.inference.store import Location
from analyzers.inference.values import (
    EMPTY,
    Arguments,
    Const,
    External,
    Function,
    Imported,
    Obj,
    Value,
    Values,
    const,
    joined,
    only,
    ordered,
)
from analyzers.knowledge.libraries import is_standard
from analyzers.project import absolute_name


class Imports(Patterns):
    """Import statements, and what a module offers."""

    def _exec_import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.imported_module(alias.name)
            if alias.asname:
                self.bind(alias.asname, self._innermost(alias.name))
            else:
                top = alias.name.partition(".")[0]
                self.bind(top, self.imported_module(top))

    def _innermost(self, name: str) -> Values:
        """What `import a.b.c as d` binds: the attribute `c` of `a.b`, which need not be the module."""
        found = self.imported_module(name)
        if any(isinstance(value, External) for value in found):
            return only(External(self.canonical(name)))
        parent, _, last = name.rpartition(".")
        return self.module_attribute(parent, last) if parent else found

    def _exec_import_from(self, node: ast.ImportFrom) -> None:
        source = self._source_module(node)
        for alias in node.names:
            if alias.name == "*":
                self._import_star(source)
            else:
                self.bind(alias.asname or alias.name, self.module_attribute(source, alias.name))

    def _source_module(self, node: ast.ImportFrom) -> str:
        return source_of(node, self.module)

    def _import_star(self, source: str) -> None:
        module = self.load(source)
        if module is None:
            self.module.stars.append(source)
            return
        for name in self.public_names(source):
            if self.env.parent is None:
                self.extra_names.setdefault(self.env.module, set()).add(name)
                self.store.set((self.env.owner, name), self.module_attribute(source, name))
            else:
                self.bind(name, self.module_attribute(source, name))
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
        return sorted(name for name in self.global_names(module) if not name.startswith("_"))

    def module_attribute(self, module: str, name: str) -> Values:
        loaded = self.load(module)
        if loaded is None:
            return self._outside(module, name)
        location: Location = (loaded.env.owner, name)
        if location in self.store:
            values = self.read(location)
            return self.settled(values) if loaded.finished else values
        inner = f"{module}.{name}"
        if loaded.file.package and (self.project.find(inner) or self.project.is_namespace(inner)):
            return self.imported_module(inner)
        if not loaded.finished:
            return only(Imported(module, name))
        if loaded.stars:
            return only(External(self.canonical(f"{loaded.stars[-1]}.{name}")))
        hook = self.store.get((loaded.env.owner, "__getattr__"))
        if hook:
            return joined(self._asked(value, name, module) for value in ordered(hook))
        return EMPTY

    def _asked(self, hook: Value, name: str, module: str) -> Values:
        """What a module's own `__getattr__` gives for a name."""
        if not isinstance(hook, Function):
            return self.opaque(f"`__getattr__` of `{module}`")
        node = standing_for(hook.node)
        return self.call(only(hook), Arguments((const(name),)), CallPoint(node, node, direct=False, module=module))

    def importable(self, node: ast.Import | ast.ImportFrom) -> bool | None:
        """Whether an import certainly works or certainly fails; None where code outside the project decides."""
        if isinstance(node, ast.Import):
            return _all_of([self._available(alias.name) for alias in node.names])
        source = self._source_module(node)
        there = self._available(source)
        module = self.load(source) if there is not False else None
        if module is None:
            return there
        offered = [self._offered(module, alias.name) for alias in node.names if alias.name != "*"]
        return _all_of([there, *offered])

    def always_imports(self, body: list[ast.stmt]) -> bool:
        """Whether a block consists of imports that work, and of constants that say so."""
        imports = [statement for statement in body if isinstance(statement, ast.Import | ast.ImportFrom)]
        rest = [statement for statement in body if not isinstance(statement, ast.Import | ast.ImportFrom)]
        constant = all(isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant) for s in rest)
        return bool(imports) and constant and all(self.importable(statement) for statement in imports)

    def _available(self, name: str) -> bool | None:
        """Whether there is a module of this name, and everything that it imports."""
        if self.project.find(name) is not None:
            return True if self._self_contained(name) else None
        if self.project.is_namespace(name):
            return True
        top = name.partition(".")[0]
        if self.project.find(top) is not None or self.project.is_namespace(top):
            return False
        return True if is_standard(name) else None

    def _self_contained(self, name: str) -> bool:
        """Whether a module, and what it imports of the project, needs nothing but flytekit and the standard library."""
        seen = {name}
        waiting = [name]
        while waiting:
            module = self.parsed(waiting.pop())
            needed = {each for node in module.imports for each in _needed(node, module)} if module else {"?"}
            own = {each for each in needed if self.project.find(each) is not None}
            if not all(self.project.is_namespace(each) or _is_provided(each) for each in needed - own):
                return False
            waiting += sorted(own - seen)
            seen |= own
        return True

    def _offered(self, module: Module, name: str) -> bool | None:
        """Whether a module of the project has an attribute when it has been imported."""
        if self.store.get((module.env.owner, name)):
            return True
        inner = f"{module.name}.{name}"
        if module.file.package and (self.project.find(inner) is not None or self.project.is_namespace(inner)):
            return self._available(inner)
        bound = (module.env.owner, name) in self.store or (module.env.owner, "__getattr__") in self.store
        return None if bound or not module.finished or module.stars else False

    def _outside(self, module: str, name: str) -> Values:
        inner = f"{module}.{name}" if module else name
        if self.project.find(inner) is not None or self.project.is_namespace(inner):
            return self.imported_module(inner)
        return only(External(self.canonical(inner)))

    def _exec_global(self, node: ast.Global) -> None:
        """Names that a function declares global may be new to the module."""
        for name in node.names:
            self.extra_names.setdefault(self.env.module, set()).add(name)


def source_of(node: ast.ImportFrom, module: Module) -> str:
    """The dotted name of the module that a `from` import in `module` takes names from."""
    return absolute_name("." * node.level + (node.module or ""), module.package)


def _needed(node: ast.Import | ast.ImportFrom, module: Module) -> list[str]:
    """The modules without which an import fails."""
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [source_of(node, module)]


def _is_provided(name: str) -> bool:
    return is_standard(name) or name.partition(".")[0] == "flytekit"


def _all_of(outcomes: list[bool | None]) -> bool | None:
    return False if False in outcomes else None if None in outcomes else True
