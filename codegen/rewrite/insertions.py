"""Which spot of a module takes the import of the runtime, and which takes a hoisted entity."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence

from codegen.rewrite.changes import Unwritable
from codegen.rewrite.placement import Spot, SpotKind, main_guard, prologue

_Import = ast.Import | ast.ImportFrom
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Scope = _Function | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def spot_for_runtime(tree: ast.Module, spots: Sequence[Spot], uses: Iterable[ast.expr]) -> Spot:
    """Where to import the runtime: with the imports of flytekit if possible, and before the first use.

    A module may prepare flytekit's import, by setting an environment variable for instance; hence not before the first
    import of flytekit, if it has one at the top level. Raises `Unwritable` if every spot is too late.
    """
    used = set(uses)
    limit = _first_with(tree, used)
    early = [spot for spot in spots if spot.before <= limit]
    if not early and not _used_at_import(tree, used):
        early = _before(spots, main_guard(tree)) or list(spots)
    flytekit = {index + 1 for index, statement in enumerate(tree.body) if _imports_flytekit(statement)}
    imports = {index + 1 for index, statement in enumerate(tree.body) if isinstance(statement, _Import)}
    preferences = (
        (spot for spot in early if spot.kind is SpotKind.BEHIND and spot.before in flytekit),
        (spot for spot in early if spot.kind is SpotKind.BEHIND and spot.before in imports - {prologue(tree)}),
        _earliest(early),
    )
    for preferred in preferences:
        for spot in preferred:
            return spot
    raise Unwritable("there is no line above its first use that could take the import of the runtime")


def spot_for_hoist(tree: ast.Module, spots: Sequence[Spot], node: ast.expr) -> Spot:
    """Where the module can make the entity that `node` makes: after all that it names, and before the main guard.

    Raises `Unwritable` for a name that a function around it or no top-level statement binds.
    """
    names = _names(node)
    _refuse_local(names, tree, node)
    after = _bound_after(tree, names)
    for spot in _earliest([spot for spot in _before(spots, main_guard(tree)) if spot.before >= after]):
        return spot
    raise Unwritable("there is no line for it between what it needs and the main guard")


def _earliest(spots: Sequence[Spot]) -> Iterator[Spot]:
    yield from (spot for spot in spots if spot.kind in (SpotKind.BLANK, SpotKind.BEHIND))
    yield from (spot for spot in spots if spot.kind is SpotKind.COMMENT)
    yield from (spot for spot in spots if spot.kind is SpotKind.END)


def _before(spots: Sequence[Spot], index: int) -> list[Spot]:
    """The spots in front of statement number `index`."""
    return [spot for spot in spots if spot.before <= index]


def _first_with(tree: ast.Module, used: set[ast.expr]) -> int:
    for index, statement in enumerate(tree.body):
        if any(node in used for node in ast.walk(statement)):
            return index
    return len(tree.body)


def _used_at_import(tree: ast.Module, used: set[ast.expr]) -> bool:
    return any(node in used for node in _run_at_import(tree))


def _run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree outside the bodies of functions."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        for field, value in ast.iter_fields(node):
            children = value if isinstance(value, list) else [value]
            if not (field == "body" and isinstance(node, _Function)):
                stack.extend(child for child in children if isinstance(child, ast.AST))


def _imports_flytekit(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import(names=names):
            modules = [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            modules = [module]
        case _:
            return False
    return any(module.partition(".")[0] == "flytekit" for module in modules)


def _names(node: ast.expr) -> set[str]:
    loaded = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return loaded - _bound(node) - {arg.arg for arg in ast.walk(node) if isinstance(arg, ast.arg)}


def _refuse_local(names: set[str], tree: ast.Module, node: ast.expr) -> None:
    for scope in ast.walk(tree):
        local = names & _bound_inside(scope) if isinstance(scope, _Scope) and node in ast.walk(scope) else None
        if local:
            raise Unwritable(f"{', '.join(sorted(local))} is local there")


def _bound_inside(scope: _Scope) -> set[str]:
    """The names that a scope binds, its parameters and those of comprehensions in it included."""
    if not isinstance(scope, _Function):
        return _bound(scope)
    body = [scope.body] if isinstance(scope, ast.Lambda) else scope.body
    parameters = {arg.arg for arg in ast.walk(scope.args) if isinstance(arg, ast.arg)}
    return parameters.union(*map(_bound, body))


def _bound_after(tree: ast.Module, names: set[str]) -> int:
    """The number of the first top-level statement at which all `names` have got their last value."""
    after = 0
    missing = {name for name in names if not hasattr(builtins, name)}
    for index, statement in enumerate(tree.body):
        bound = _bound(statement)
        if bound & names or "*" in bound:
            after = index + 1
        missing = set() if "*" in bound else missing - bound
    if missing:
        raise Unwritable(f"no statement at the top level of the module binds {', '.join(sorted(missing))}")
    return after


def _bound(tree: ast.AST) -> set[str]:
    """The names that a statement binds in its own scope; `*` for a star import."""
    names: set[str] = set()
    for node in _run_at_import(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.alias(name=name, asname=asname):
                names.add(asname or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
            case _:
                pass
    return names
