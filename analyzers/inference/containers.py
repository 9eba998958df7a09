"""Methods of builtin containers and of other values that the project does not define."""

import ast
from collections.abc import Callable
from typing import Any

from analyzers.inference.calls import Calls
from analyzers.inference.records import CallPoint
from analyzers.inference.values import (
    NONE,
    PLAIN,
    Arguments,
    Const,
    Data,
    ExternalInstance,
    Future,
    Method,
    Obj,
    Value,
    Values,
    join,
    joined,
    only,
)


class Containers(Calls):
    """`receiver.name(...)` for receivers that are no instances of the project's classes."""

    def call_builtin_method(self, receiver: Value, name: str, arguments: Arguments, point: CallPoint) -> Values:
        match receiver:
            case Obj(kind="instance"):
                return self._object_method(receiver, name, arguments, point)
            case Obj():
                return self._container_method(receiver, name, arguments, point)
            case ExternalInstance(cls=cls):
                return self.call_external(f"{cls}.{name}", arguments, point)
            case Future(result=result):
                return self._future_method(result, name, arguments, point)
            case Const():
                return PLAIN
            case Data(opaque=opaque) if opaque:
                self.handed_over(arguments, point, opaque)
                return only(Data(receiver.origins | self.mixed_origins(arguments), opaque))
            case Method():
                self.handed_over(arguments, point, name)
                return self.opaque(f"`{name}`, a method outside the project")
            case _:
                self.handed_over(arguments, point, name)
                return self.mixed([only(receiver), *arguments.all])

    def mixed_origins(self, arguments: Arguments) -> frozenset[str]:
        return frozenset[str]().union(*(self.origins(values) for values in arguments.all))

    def _object_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method that `object` or an external base gives to an instance, reached through `super()`."""
        if name in ("__setattr__", "__init_subclass__", "__init__", "__post_init__"):
            return NONE
        self.handed_over(arguments, point, name)
        return self.opaque(f"`{name}` of a class outside the project")

    def _container_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        method = _METHODS.get((obj.kind, name)) or _METHODS.get(("", name))
        if method is None:
            return self.mixed([self.elements(obj), *arguments.all])
        result: Values = method(self, obj, arguments, point.node)
        return result

    def _future_method(self, result: Values, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if name == "result":
            return result
        if name == "add_done_callback":
            self.handed_over(arguments, point, name)
        return PLAIN

    def _method_append(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.append(obj, joined(arguments.all))
        return NONE

    def _method_add(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.smash(obj, joined(arguments.all))
        return NONE

    def _method_insert(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.smash(obj, arguments.argument(1, "object"))
        return NONE

    def _method_extend(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        for values in arguments.all:
            spread = [self.items(value) if isinstance(value, Obj) else None for value in values]
            known = spread[0] if len(spread) == 1 else None
            if known is None:
                self.smash(obj, self.iterated(values, node))
            else:
                for element in known:
                    self.append(obj, element)
        return NONE

    def _method_forget(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.smash(obj)
        return NONE

    def _method_pop(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        found = self.elements(obj)
        self.smash(obj)
        return found

    def _method_copy(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        items = self.items(obj)
        return self.many(obj.kind, node, self.elements(obj)) if items is None else self.sequence(obj.kind, node, items)

    def _method_union(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        others = [self.iterated(values, node) for values in arguments.all]
        return self.many("set", node, joined([self.elements(obj), *others]))

    def _method_lookup(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = arguments.argument(0, "key")
        found = self.load_item(obj, self.forced(keys, node))
        default = arguments.positional[1] if len(arguments.positional) > 1 else NONE
        certain = len(keys) == 1 and isinstance(next(iter(keys)), Const) and bool(found)
        return found if certain and keys <= self.keys(obj) else join(found, default)

    def _method_setdefault(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = arguments.argument(0, "key")
        default = arguments.positional[1] if len(arguments.positional) > 1 else NONE
        before = self.load_item(obj, keys)
        self.store_item(obj, keys, join(before, default))
        return join(before, default)

    def _method_take(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        found = self._method_lookup(obj, arguments, node)
        self.remove_item(obj, arguments.argument(0, "key"))
        return found

    def _method_update(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        for values in arguments.positional:
            self.update_from(obj, values, node)
        for name, values in arguments.keywords:
            self.store_item(obj, only(Const(name, "str")), values)
        return NONE

    def update_from(self, obj: Obj, values: Values, node: ast.expr) -> None:
        """`obj.update(values)` for a dict."""
        for value in values:
            if isinstance(value, Obj) and value.kind == "dict":
                for key in self.keys(value):
                    self.store_item(obj, only(key), self.load_item(value, only(key)))
            else:
                pairs = self.iterated(only(value), node)
                parts = [self.items(pair) if isinstance(pair, Obj) else None for pair in pairs]
                for part in parts:
                    if part is not None and len(part) == 2:
                        self.store_item(obj, part[0], part[1])
                    else:
                        self.store_item(obj, PLAIN, self.iterated(pairs, node))

    def _method_keys_view(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.many("iterator", node, self.keys(obj))

    def _method_values_view(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = self.exact_keys(obj)
        if keys is None:
            return self.many("iterator", node, self.elements(obj))
        return self.sequence("iterator", node, [self.load_item(obj, only(key)) for key in keys])

    def exact_keys(self, obj: Obj) -> list[Const] | None:
        """The keys of a dict in a stable order, where all are known."""
        keys = [key for key in self.keys(obj) if isinstance(key, Const)]
        if obj in self.summaries or len(keys) < len(self.keys(obj)) or self.read((obj, "*")):
            return None
        return sorted(keys, key=lambda key: (key.kind, str(key.value)))

    def _method_items_view(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = self.exact_keys(obj)
        if keys is None:
            pair = self.sequence("tuple", node, [self.keys(obj), self.elements(obj)])
            return self.many("iterator", node, pair)
        pairs = [
            self.tuple_at(node, index, [only(key), self.load_item(obj, only(key))]) for index, key in enumerate(keys)
        ]
        return self.sequence("iterator", node, pairs)

    def tuple_at(self, node: ast.AST, index: int, items: list[Values]) -> Values:
        """One of several tuples that the same expression makes; `index` tells them apart."""
        key = (node, index)
        if key not in self.positions:
            self.positions[key] = ast.Tuple([], ast.Load())
        return self.sequence("tuple", self.positions[key], items)

    def _method_step(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.elements(obj)

    def _method_async_step(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return only(Future(self.elements(obj)))


Handler = Callable[[Any, Obj, Arguments, ast.expr], Values]

_METHODS: dict[tuple[str, str], Handler] = {
    ("list", "append"): Containers._method_append,
    ("list", "insert"): Containers._method_insert,
    ("list", "extend"): Containers._method_extend,
    ("list", "pop"): Containers._method_pop,
    ("list", "remove"): Containers._method_forget,
    ("list", "sort"): Containers._method_forget,
    ("list", "reverse"): Containers._method_forget,
    ("list", "popleft"): Containers._method_pop,
    ("list", "appendleft"): Containers._method_add,
    ("list", "put_nowait"): Containers._method_append,
    ("set", "add"): Containers._method_add,
    ("set", "pop"): Containers._method_pop,
    ("set", "update"): Containers._method_extend,
    ("set", "union"): Containers._method_union,
    ("set", "discard"): Containers._method_forget,
    ("dict", "get"): Containers._method_lookup,
    ("dict", "setdefault"): Containers._method_setdefault,
    ("dict", "pop"): Containers._method_take,
    ("dict", "update"): Containers._method_update,
    ("dict", "keys"): Containers._method_keys_view,
    ("dict", "values"): Containers._method_values_view,
    ("dict", "items"): Containers._method_items_view,
    ("iterator", "__next__"): Containers._method_step,
    ("iterator", "send"): Containers._method_step,
    ("iterator", "__anext__"): Containers._method_async_step,
    ("", "copy"): Containers._method_copy,
    ("", "clear"): Containers._method_forget,
    ("", "__getitem__"): Containers._method_lookup,
}
