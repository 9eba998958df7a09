"""Namespaces as values: `vars`, `__dict__`, `inspect.getmembers`, and objects that are nothing but a namespace."""

import ast

from analyzers.inference.builtin_methods import BuiltinMethods
from analyzers.inference.objects import VIEWED, attribute_cell
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.values import (
    Arguments,
    ClassRef,
    ModuleRef,
    Obj,
    Value,
    Values,
    const,
    joined,
    only,
    ordered,
)


class Namespaces(BuiltinMethods):
    """What has attributes, seen as a dict of them."""

    def namespace_of(self, value: Value, node: ast.expr) -> Values:
        """The attributes of a module, a class or an instance by name, as they are now."""
        match value:
            case ModuleRef(name=name):
                return only(self.module_dict(name, node))
            case ClassRef(env=env):
                made = self.new_dict(node)
                for name in sorted(env.names):
                    self.store_item(made, const(name), self.attribute(only(value), name, node))
                return only(made)
            case Obj(kind="instance", cls=ClassRef() as cls):
                made = self.new_dict(node)
                for name in sorted(self.attribute_names.get(cls, ())):
                    if attribute_cell(value, name) in self.store:
                        self.store_item(made, const(name), self.read(attribute_cell(value, name)))
                self.write((made, VIEWED), only(value))
                return only(made)
            case _:
                return self.opaque("the namespace of code outside the project")

    def _call_vars(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if not arguments.all:
            return self.opaque(f"`{name}`")
        return joined(self.namespace_of(value, point.node) for value in ordered(joined(arguments.all)))

    def _call_members(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`inspect.getmembers`: names and attributes, those that an instance has from its class too."""
        pairs: list[Values] = []
        for value in ordered(joined(arguments.all[:1])):
            for each in self._members(value, point.node):
                pairs.append(self.tuple_at(point.node, len(pairs), [const(each), self._member(value, each, point)]))
        return self.sequence("list", point.node, pairs) if pairs else self.opaque(f"`{name}`")

    def _members(self, value: Value, node: ast.expr) -> list[str]:
        match value:
            case ModuleRef(name=name):
                module = self.load(name)
                return sorted(self.global_names(module)) if module else []
            case ClassRef():
                classes = self.linearized(value)
            case Obj(kind="instance", cls=ClassRef() as cls):
                classes = self.linearized(cls)
            case _:
                return []
        names = {name for each in classes for name in each.env.names}
        own = self.attribute_names.get(value.cls, ()) if isinstance(value, Obj) and value.cls else ()
        return sorted({*names, *own})

    def _member(self, value: Value, name: str, point: CallPoint) -> Values:
        return self.attribute(only(value), name, point.node)

    def _call_namespace(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`SimpleNamespace(**attributes)`."""
        cls = self.record_class(name.rpartition(".")[2], [], point.node)
        self.bases[cls] = []
        made = self.new_instance(cls, point.node)
        for key, values in arguments.keywords:
            self.assign_attribute(made, key, values, point.node)
        if arguments.double_star is not None or arguments.positional:
            self.handed_over(arguments._replace(keywords=()), point, name)
        return made

    def _call_threads_own(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`threading.local()`: here, the attributes that any thread gave it."""
        return self._call_namespace(name, Arguments(), point)


NAMESPACE_HANDLERS: dict[str, Handler] = {
    "builtins.vars": Namespaces._call_vars,
    "inspect.getmembers": Namespaces._call_members,
    "inspect.getmembers_static": Namespaces._call_members,
    "types.SimpleNamespace": Namespaces._call_namespace,
    "argparse.Namespace": Namespaces._call_namespace,
    "threading.local": Namespaces._call_threads_own,
}
