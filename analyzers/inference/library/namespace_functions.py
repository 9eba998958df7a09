"""Namespaces as values: `vars`, `__dict__`, `inspect.getmembers`, and objects that are nothing but a namespace."""

from analyzers.inference.domain.records import CallPoint, Handler
from analyzers.inference.domain.value_sets import const, joined, only, ordered, single
from analyzers.inference.domain.values import Arguments, ClassRef, Const, ModuleRef, Obj, Value, Values
from analyzers.inference.interpreter import Interpreter
from analyzers.inference.objects.class_orders import PLAIN_BASES


def _vars(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`vars(thing)`, the globals where nothing is given."""
    targets = joined(arguments.all) if arguments.all else only(ModuleRef(interpreter.env.module))
    return joined(interpreter.namespace_of(value, point.node) for value in ordered(targets))


def _getmembers(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`inspect.getmembers`: names and attributes, those that an instance has from its class too."""
    pairs: list[Values] = []
    for value in ordered(joined(arguments.all[:1])):
        for each in _members(interpreter, value):
            found = interpreter.attribute(only(value), each, point.node)
            pairs.append(interpreter.tuple_at(point.node, len(pairs), [const(each), found]))
    return interpreter.sequence("list", point.node, pairs) if pairs else interpreter.opaque(f"`{name}`")


def _dir(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`dir(thing)`: the names of its attributes, in their order; those of code outside the project lead to nothing."""
    value = single(joined(arguments.all)) if arguments.all else ModuleRef(interpreter.env.module)
    if isinstance(value, ModuleRef):
        keys = interpreter.global_keys(value.name)
        known = [key.value for each in keys or () for key in each if isinstance(key, Const)]
        names = None if keys is None else sorted(map(str, known))
    else:
        names = _own_names(interpreter, value)
    if names is None:
        return interpreter.computed(name, arguments, point)
    return interpreter.sequence("list", point.node, [const(each) for each in names])


def _own_names(interpreter: Interpreter, value: Value | None) -> list[str] | None:
    """The names of what a class, or an instance of it, certainly has."""
    cls = value.cls if isinstance(value, Obj) else value
    if value is None or not isinstance(cls, ClassRef) or interpreter.external_bases(cls) - PLAIN_BASES:
        return None
    names = _members(interpreter, value)
    return names if all(interpreter.has_attribute(value, each) for each in names) else None


def _members(interpreter: Interpreter, value: Value) -> list[str]:
    match value:
        case ModuleRef(name=name):
            module = interpreter.load(name)
            return sorted(interpreter.global_names(module)) if module else []
        case ClassRef():
            classes = interpreter.linearized(value)
        case Obj(kind="instance", cls=ClassRef() as cls):
            classes = interpreter.linearized(cls)
        case _:
            return []
    names = {name for each in classes for name in each.env.names}
    own = interpreter.attribute_names.get(value.cls, ()) if isinstance(value, Obj) and value.cls else ()
    return sorted({*names, *own})


def _namespace(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`SimpleNamespace(fit=fit)`: an object with these attributes and nothing else."""
    cls = interpreter.record_class(name.rpartition(".")[2], [], point.node)
    interpreter.bases[cls] = []
    made = interpreter.new_instance(cls, point.node)
    known = [interpreter.known_items(values) for values in arguments.positional]
    given = [pair for pairs in known for pair in pairs or ()]
    for key, values in (*given, *arguments.keywords):
        interpreter.assign_attribute(made, key, values, point.node)
    if None in known or arguments.double_star is not None:
        interpreter.handed_over(arguments.replaced(keywords=()), point, name)
    return made


def _bare(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`threading.local()`, `ModuleType(name)`: it has the attributes that it is given later, in any thread."""
    return _namespace(interpreter, name, Arguments(), point)


def _object(interpreter: Interpreter, name: str, arguments: Arguments, point: CallPoint) -> Values:
    """`object()`, by which a program marks what nobody gave: it is the same as itself, and as nothing else."""
    return _bare(interpreter, name, arguments, point)


HANDLERS: dict[str, Handler] = {
    "builtins.dir": _dir,
    "builtins.vars": _vars,
    "builtins.object": _object,
    "inspect.getmembers": _getmembers,
    "inspect.getmembers_static": _getmembers,
    "types.SimpleNamespace": _namespace,
    "argparse.Namespace": _namespace,
    "threading.local": _bare,
    "types.ModuleType": _bare,
}
