"""Assignment: binding targets of any shape."""

import ast

from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.value_sets import EMPTY, PLAIN, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    Const,
    External,
    Generator,
    Method,
    ModuleRef,
    Obj,
    Value,
    Values,
)
from analyzers.inference.expressions.expressions import Expressions
from analyzers.inference.memory.objects import constant_items


class Targets(Expressions):
    """Binding values to names, attributes and elements."""

    def assign(self, target: ast.expr, values: Values) -> None:
        """Bind a target of any shape."""
        match target:
            case ast.Name(id=name):
                self.bind(name, values)
            case ast.Attribute(value=value, attr=attr):
                receivers, name = self.evaluate(value), self.env.mangled(attr)
                self.note_stored_attribute(receivers, name)
                self.assign_attribute(receivers, name, values, target)
            case ast.Subscript(value=value, slice=ast.Slice()):
                self.may_raise()
                self._assign_slice(self.evaluate(value), values, target)
            case ast.Subscript(value=value, slice=key):
                self.may_raise()
                self._assign_item(self.evaluate(value), self.evaluate(key), values, target)
            case ast.Starred(value=value):
                self.assign(value, values)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, values, target)
            case _:
                pass

    def _assign_slice(self, targets: Values, values: Values, node: ast.Subscript) -> None:
        """`target[a:b] = values`, exactly where all lengths and bounds are known."""
        bounds = self.slice_of(node)
        new = self.exact_items(values)
        for value in targets:
            if not (isinstance(value, Obj) and value.kind == "list"):
                continue
            items = self.items(value)
            if items is None or new is None or bounds is None or len(targets) > 1:
                self.smash(value, self.iterated(values, node))
            else:
                items[bounds] = new
                self.refill(value, items)

    def delete_slice(self, targets: Values, node: ast.Subscript) -> None:
        """`del target[a:b]`."""
        bounds = self.slice_of(node)
        for value in ordered(targets):
            items = self.items(value) if isinstance(value, Obj) and value.kind == "list" else None
            if isinstance(value, Obj) and value.kind == "instance":
                self.call_method(value, "__delitem__", Arguments((PLAIN,)), CallPoint(node, node, direct=False))
            elif isinstance(value, Obj) and items is not None and bounds is not None and len(targets) == 1:
                del items[bounds]
                self.refill(value, items)
            elif isinstance(value, Obj):
                self.smash(value)

    def _assign_item(self, targets: Values, keys: Values, values: Values, node: ast.expr) -> None:
        self.each(targets, lambda target: self._assign_one(target, keys, values, node))

    def _assign_one(self, target: Value, keys: Values, values: Values, node: ast.expr) -> Values:
        match target:
            case Obj(kind="instance"):
                point = CallPoint(node, node, direct=False)
                self.call_method(target, "__setitem__", Arguments((keys, values)), point)
            case Obj():
                self.store_item(target, keys, values)
            case Method(receiver=ModuleRef(), name="__dict__") | External(name="sys.modules"):
                point = CallPoint(node, node, direct=False)
                self.call_builtin_method(target, "__setitem__", Arguments((keys, values)), point)
            case _:
                self.forced(only(target), node)
                self.handed_over(Arguments((keys, values)), CallPoint(node, node, direct=False), "a subscript")
        return EMPTY

    def _unpack(self, targets: list[ast.expr], values: Values, node: ast.expr) -> None:
        self.here.site = node
        self.begin_whole(values)
        parts: list[list[Values]] = [[] for _ in targets]
        for value in sorted(values, key=lambda v: v.tag):
            for slot, part in zip(parts, self._parts(value, targets, node), strict=True):
                slot.append(part)
        for target, slot in zip(targets, parts, strict=True):
            self.assign(target, joined(slot))

    def _parts(self, value: object, targets: list[ast.expr], node: ast.expr) -> list[Values]:
        starred = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        items = self.parts_of(value) if isinstance(value, Obj | Const | Generator) else None
        if items is not None and starred is None and len(items) == len(targets):
            return items
        self.may_raise()
        if items is not None and starred is not None and len(items) >= len(targets) - 1:
            after = len(targets) - starred - 1
            middle = items[starred : len(items) - after]
            rest = self.sequence("list", targets[starred], middle)
            return [*items[:starred], rest, *items[len(items) - after :]]
        element = self.iterated(only(value), node)  # type: ignore[arg-type]  # a Value
        return [self.many("list", t, element) if isinstance(t, ast.Starred) else element for t in targets]

    def parts_of(self, obj: Obj | Const | Generator) -> list[Values] | None:
        """The elements of a sequence or record one by one, where their number is known."""
        if isinstance(obj, Const):
            return constant_items(obj)
        if isinstance(obj, Generator):
            return self.exact_items(only(obj))
        if obj.kind != "instance":
            return self.items(obj)
        items = self.record_items(obj)
        return self.exact_items(only(obj)) if items is None else items

    def counted(self, target: ast.expr, values: Values) -> Values:
        """A number that was computed; what others may read while this function waits has been every number before.

        A loop whose condition is decided counts one by one, as long as there are no others.
        """
        numbers = (isinstance(value, Const) and isinstance(value.value, int | float) for value in values)
        if not any(numbers) or self._is_own(target):
            return values
        loops = self.here.loops
        decided = bool(loops) and loops[-1].decided
        return values if (decided or self._happens_once()) and self.is_alone() else PLAIN

    def _happens_once(self) -> bool:
        """Whether a function that is called as a module is imported does this once for each call."""
        functions = [activation.function for activation in self.stack if activation.function is not None]
        loops = [loop for activation in self.stack for loop in activation.loops]
        return self.run.at_import and len(set(functions)) == len(functions) and all(loop.unrolled for loop in loops)

    def _is_own(self, target: ast.expr) -> bool:
        """Whether nobody else reads a target while the function that assigns to it has not ended."""
        function = self.here.function
        if function is None or scope_of(function.node).captured:
            return function is None
        return isinstance(target, ast.Name) and self.env.mangled(target.id) in self.env.names
