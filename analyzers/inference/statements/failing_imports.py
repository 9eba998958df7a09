"""Which imports certainly work, which certainly fail, and with what."""

import ast

from analyzers.inference.domain.answers import all_of
from analyzers.inference.domain.modules import Module
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, DELETED, EMPTY, UNSET, joined, only
from analyzers.inference.domain.values import ClassRef, External, Value, Values
from analyzers.inference.statements.patterns import Patterns
from analyzers.knowledge.libraries import is_exception, is_standard
from analyzers.project import absolute_name

_NO_NAME = only(External("builtins.ImportError"))
_NO_MODULE = only(External("builtins.ModuleNotFoundError"))


class FailingImports(Patterns):
    """What stands in the way of an import."""

    def _source_module(self, node: ast.ImportFrom) -> str:
        return source_of(node, self.module)

    def import_failure(self, node: ast.Import | ast.ImportFrom) -> Values:
        """What an import certainly raises; nothing where it may work.

        A module of the project that is not there may still be made before the program runs, as that with its version.
        """
        if isinstance(node, ast.Import):
            return self._first_failure([alias.name for alias in node.names])
        source = self._source_module(node)
        failure = self._first_failure([source])
        if failure or not self.in_own_place(source):
            return failure
        module = self.load(source)
        for alias in node.names if module is not None else ():
            assert module is not None
            if alias.name == "*":
                continue
            bound = self._is_bound(module, alias.name)
            failure = EMPTY if bound else self._first_failure([f"{source}.{alias.name}"])
            if failure or self._offered(module, alias.name) is False:
                return failure or _NO_NAME
        return EMPTY

    def failed_import(self, node: ast.Import | ast.ImportFrom) -> Values:
        """What an import raises that cannot work."""
        return self.import_failure(node) or _NO_MODULE

    def _first_failure(self, names: list[str]) -> Values:
        """What importing the first module of some fails with that cannot be imported; its packages come first."""
        for name in names:
            for each in _with_packages(name):
                failure = self._module_failure(each)
                if failure:
                    return failure
        return EMPTY

    def _module_failure(self, name: str) -> Values:
        if self.is_blocked(name):
            return _NO_MODULE
        if not self.in_own_place(name):
            return EMPTY
        module = self.load(name)
        return EMPTY if module is None or not module.finished else module.failure

    def failure_at(self, statement: ast.stmt) -> Values:
        """What a statement of a module raises of which no run gets to the end."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            return self.import_failure(statement)
        raised = [node.exc for node in _only_raising(statement) or ()]
        kinds = [
            self.evaluate(node.func if isinstance(node, ast.Call) else node) for node in raised if node is not None
        ]
        known = joined(kinds)
        if kinds and len(kinds) == len(raised) and all(map(_is_exception_class, known)):
            return known
        return ANY_EXCEPTION

    def importable(self, node: ast.Import | ast.ImportFrom) -> bool | None:
        """Whether an import certainly works or certainly fails; None where code outside the project decides."""
        if self.import_failure(node):
            return False
        if isinstance(node, ast.Import):
            return all_of([self._available(alias.name) for alias in node.names])
        source = self._source_module(node)
        there = self._available(source)
        module = self.load(source) if there is not False and self.in_own_place(source) else None
        if module is None:
            return there
        offered = [self._offered(module, alias.name) for alias in node.names if alias.name != "*"]
        return all_of([there, *offered])

    def _available(self, name: str) -> bool | None:
        """Whether there is a module of this name, and everything that it imports."""
        if not self.in_own_place(name):
            return None
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
        seen = {each for each in _with_packages(name) if self.project.find(each) is not None}
        waiting = sorted(seen)
        while waiting:
            module = self.parsed(waiting.pop())
            named = [each for node in module.imports for each in _needed(node, module)] if module else ["?"]
            needed = {each for name in named for each in _with_packages(name)}
            own = {each for each in needed if self.project.find(each) is not None}
            if not all(self.project.is_namespace(each) or _is_provided(each) for each in needed - own):
                return False
            waiting += sorted(own - seen)
            seen |= own
        return True

    # What modules offer.

    def offers(self, module: str, name: str) -> bool | None:
        """Whether a module certainly has an attribute, or certainly has not; a submodule may not be imported yet."""
        loaded = self.load(module)
        if loaded is None or (name.startswith("__") and (loaded.env.owner, name) not in self.store):
            return None
        offered = self._offered(loaded, name)
        return offered if offered is not True or self._is_bound(loaded, name) else None

    def is_open(self, module: str) -> bool:
        loaded = self.load(module)
        return loaded is None or not loaded.finished or loaded.open or bool(loaded.stars)

    def _is_bound(self, module: Module, name: str) -> bool:
        return bool(self.read((module.env.owner, name)) - DELETED - UNSET)

    def _offered(self, module: Module, name: str) -> bool | None:
        """Whether a module of the project has an attribute when it has been imported."""
        values = self.read((module.env.owner, name))
        if self._is_bound(module, name):
            return True if values.isdisjoint(DELETED | UNSET) else None
        inner = f"{module.name}.{name}"
        if module.file.package and (self.project.find(inner) is not None or self.project.is_namespace(inner)):
            return self._available(inner)
        if self.store.get((module.env.owner, "__getattr__")):
            return None
        if values and values <= DELETED:
            return False
        unclear = not values and (module.env.owner, name) in self.store
        return None if unclear or self.is_open(module.name) else False


def source_of(node: ast.ImportFrom, module: Module) -> str:
    """The dotted name of the module that a `from` import in `module` takes names from."""
    return absolute_name("." * node.level + (node.module or ""), module.package)


def _needed(node: ast.Import | ast.ImportFrom, module: Module) -> list[str]:
    """The modules without which an import fails."""
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [source_of(node, module)]


def _with_packages(name: str) -> list[str]:
    """A dotted name behind those of the packages that are imported before it."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _is_provided(name: str) -> bool:
    return is_standard(name) or name.partition(".")[0] == "flytekit"


def _only_raising(statement: ast.stmt) -> list[ast.Raise] | None:
    """The `raise` statements of one that can end in no other way."""
    found: list[ast.Raise] = []
    waiting: list[ast.stmt] = [statement]
    while waiting:
        match waiting.pop():
            case ast.Raise() as node:
                found.append(node)
            case ast.If(body=body, orelse=orelse):
                waiting += [*body, *orelse]
            case ast.Assign() | ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case _:
                return None
    return found


def _is_exception_class(value: Value) -> bool:
    return isinstance(value, ClassRef) or (isinstance(value, External) and is_exception(value.name))
