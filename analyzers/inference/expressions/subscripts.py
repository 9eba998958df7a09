"""Subscripts: what `value[key]` and `value[a:b]` give for each kind of value."""

import ast
from functools import partial

from analyzers.inference.domain.folding import subscripted
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, const, constants, join, joined, only, single
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Const,
    Data,
    External,
    Method,
    ModuleRef,
    Obj,
    Unknown,
    Value,
    Values,
)
from analyzers.inference.expressions.operators import Operators
from analyzers.inference.memory.objects import constant_items
from analyzers.model.calls import Category


class Subscripts(Operators):
    """Looking into values."""

    def evaluate_subscript(self, node: ast.Subscript) -> Values:
        values = self.evaluate(node.value)
        if isinstance(node.slice, ast.Slice):
            self.may_raise()
            bounds = self.slice_of(node)
            return joined(self._sliced(value, bounds, node) for value in values)
        keys = self.evaluate(node.slice)
        self.note_subscript(values, keys)
        found = joined(self.subscripted(value, keys, node) for value in values)
        if not found and (self.fails_with(node.value, node) or all(self._lacks(value, keys) for value in values)):
            self.here.ended_by = node
        return found

    def _lacks(self, value: Value, keys: Values) -> bool:
        """Whether a container certainly has no element under a key."""
        if not isinstance(value, Obj) or value.kind == "instance":
            return False
        return self.holds(value, keys) is False if value.kind == "dict" else self.items(value) is not None

    def subscripted(self, value: object, keys: Values, node: ast.expr) -> Values:
        """`value[key]`."""
        match value:
            case Obj(kind="instance"):
                return self._subscripted_instance(value, keys, node)
            case Obj():
                return self.subscripted_container(value, self.forced(keys, node), node)
            case ClassRef():
                return self._subscripted_class(value, keys, node)
            case Unknown():
                return only(value)
            case Method(receiver=ModuleRef(name=module), name="__dict__"):
                return self._subscripted_module(module, keys, node)
            case External(name="sys.version_info"):
                return const(3) if keys == const(0) else PLAIN
            case External(name="sys.modules"):
                return self.named_modules(keys, node)
            case External():
                return only(value)
            case Data():
                return only(Data(value.origins | self.origins(keys), value.opaque))
            case Const():
                return self._subscripted_constant(value, keys, node)
            case Method():
                return self.opaque("a subscript of an attribute outside the project")
            case _:
                return self.mixed([self.forced(only(value), node), self.forced(keys, node)])  # type: ignore[arg-type]  # any other Value

    def _subscripted_constant(self, value: Const, keys: Values, node: ast.expr) -> Values:
        if isinstance(value.value, str | bytes):
            return self.folded(subscripted, [only(value), keys], node) or PLAIN
        items, key = constant_items(value), single(keys)
        if items is None or not (isinstance(key, Const) and isinstance(key.value, int)):
            return PLAIN
        return items[key.value] if -len(items) <= key.value < len(items) else EMPTY

    def _subscripted_class(self, cls: ClassRef, keys: Values, node: ast.expr) -> Values:
        if not self.is_enum(cls):
            return self.subscripted_class(cls, keys, CallPoint(node, node, direct=False))
        names = constants(keys)
        members = self.enum_members(cls, node)
        return members if names is None else joined(self.attribute(only(cls), str(name), node) for name in names)

    def _subscripted_module(self, module: str, keys: Values, node: ast.expr) -> Values:
        names = constants(keys)
        if names is None:
            reason = f"the name of the global in `{self.module.text(node)}` is computed"
            return only(Unknown(Category.DYNAMIC_KEY, reason, "look the entity up in a dict of entities instead"))
        return joined(self.module_attribute(module, str(name)) for name in names)

    def _subscripted_instance(self, obj: Obj, keys: Values, node: ast.expr) -> Values:
        point = CallPoint(node, node, direct=False)
        found = self.call_method(obj, "__getitem__", Arguments((keys,)), point)
        if found is not None:
            content = self.content(obj)
            held = self.holds(content, keys) if content is not None and content.kind == "dict" else True
            missing = None if held else self.call_method(obj, "__missing__", Arguments((keys,)), point)
            return found if missing is None else join(found, missing)
        found = self.item_of_instance(obj, keys)
        if found is not None:
            return found
        return self.iterated_instance(obj, node) if obj.cls and self.is_record(obj.cls) else PLAIN

    def slice_of(self, node: ast.Subscript) -> slice | None:
        """The slice that a subscript asks for, where its bounds are known."""
        assert isinstance(node.slice, ast.Slice)
        parts = (node.slice.lower, node.slice.upper, node.slice.step)
        bounds = [single(self.evaluate(part)) if part else Const(None, "NoneType") for part in parts]
        known = [bound.value for bound in bounds if isinstance(bound, Const)]
        numbers = [bound for bound in known if bound is None or isinstance(bound, int)]
        return slice(numbers[0], numbers[1], numbers[2] or None) if len(numbers) == len(parts) else None

    def _sliced(self, value: Value, bounds: slice | None, node: ast.Subscript) -> Values:
        if isinstance(value, Const):
            found = self.folded(partial(subscripted, key=bounds), [only(value)], node) if bounds else None
            return PLAIN if found is None else found
        if not (isinstance(value, Obj) and value.kind in ("list", "tuple")):
            return self.subscripted(value, PLAIN, node)
        items = self.items(value)
        if items is None or bounds is None:
            return self.many(value.kind, node, self.elements(value))
        return self.sequence(value.kind, node, items[bounds])
