"""The table of imported modules, `sys.modules`: what an import finds in it, and what a program puts there."""

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import EMPTY, NONE, UNSET, const, constants, join, joined
from analyzers.inference.domain.values import Arguments, External, Owner, Values
from analyzers.inference.interpreter import Interpreter

TABLE = External("sys.modules")
_ENTRIES: Owner = ("imports", "")
"""What the cells of the entries that a program has set belong to."""


def _import_module(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    package = constants(arguments.argument(1, "package")) or ("",)
    return interpreter.named_modules(arguments.argument(0, "name"), point.node, str(package[0]))


def _import(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`__import__("a.b")` gives `a`, unless names are taken from it."""
    known = constants(arguments.argument(0, "name"))
    if known is None or arguments.argument(3, "fromlist"):
        return interpreter.named_modules(arguments.argument(0, "name"), point.node)
    return joined(interpreter.imported_module(str(each).partition(".")[0]) for each in known)


def _table_method(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """A method of `sys.modules`; whether a module was imported before is not followed."""
    keys, default = joined(arguments.positional[:1]), joined(arguments.positional[1:2])
    match name.rpartition(".")[2]:
        case "__setitem__":
            interpreter.put_into_table(keys, default)
        case "update":
            given = [pair for values in arguments.positional for pair in interpreter.known_items(values) or ()]
            for key, values in (*given, *arguments.keywords):
                interpreter.put_into_table(const(key), values)
        case "pop" | "__delitem__":
            found = interpreter.named_modules(keys, point.node)
            interpreter.put_into_table(keys, UNSET)
            return join(found, default)
        case "setdefault":
            found = join(interpreter.named_modules(keys, point.node), default)
            interpreter.put_into_table(keys, found)
            return found
        case _:
            return join(interpreter.named_modules(keys, point.node), default or NONE)
    return EMPTY


HANDLERS: dict[str, Handler] = {
    "importlib.import_module": _import_module,
    "builtins.__import__": _import,
    **{
        f"sys.modules.{method}": _table_method
        for method in ("__delitem__", "__setitem__", "get", "pop", "setdefault", "update")
    },
}
