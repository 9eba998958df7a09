"""Assignment: binding targets of any shape, patterns of `match` among them."""

import ast

from analyzers.inference.expressions import Expressions
from analyzers.inference.modules import standing_for
from analyzers.inference.records import CallPoint
from analyzers.inference.values import PLAIN, Arguments, Const, Method, ModuleRef, Obj, Values, constants, joined, only


class Targets(Expressions):
    """Binding values to names, attributes, elements and patterns."""

    def assign(self, target: ast.expr, values: Values) -> None:
        """Bind a target of any shape."""
        match target:
            case ast.Name(id=name):
                self.bind(name, values)
            case ast.Attribute(value=value, attr=attr):
                self.assign_attribute(self.evaluate(value), attr, values, target)
            case ast.Subscript(value=value, slice=ast.Slice()):
                self._assign_slice(self.evaluate(value), values, target)
            case ast.Subscript(value=value, slice=key):
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

    def _assign_item(self, targets: Values, keys: Values, values: Values, node: ast.expr) -> None:
        for value in targets:
            match value:
                case Obj(kind="instance"):
                    point = CallPoint(node, node, direct=False)
                    self.call_method(value, "__setitem__", Arguments((keys, values)), point)
                case Obj():
                    self.store_item(value, keys, values)
                case Method(receiver=ModuleRef(name=module), name="__dict__"):
                    for name in constants(keys) or ():
                        self.extra_names.setdefault(module, set()).add(str(name))
                        self.assign_attribute(only(ModuleRef(module)), str(name), values, node)
                case _:
                    self.forced(only(value), node)

    def _unpack(self, targets: list[ast.expr], values: Values, node: ast.expr) -> None:
        parts: list[list[Values]] = [[] for _ in targets]
        for value in sorted(values, key=lambda v: v.tag):
            for slot, part in zip(parts, self._parts(value, targets, node), strict=True):
                slot.append(part)
        for target, slot in zip(targets, parts, strict=True):
            self.assign(target, joined(slot))

    def _parts(self, value: object, targets: list[ast.expr], node: ast.expr) -> list[Values]:
        starred = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        items = self._record_items(value, node) if isinstance(value, Obj) else None
        if items is not None and starred is None and len(items) == len(targets):
            return items
        if items is not None and starred is not None and len(items) >= len(targets) - 1:
            after = len(targets) - starred - 1
            middle = items[starred : len(items) - after]
            rest = self.sequence("list", targets[starred], middle)
            return [*items[:starred], rest, *items[len(items) - after :]]
        element = self.iterated(only(value), node)  # type: ignore[arg-type]  # a Value
        return [self.many("list", t, element) if isinstance(t, ast.Starred) else element for t in targets]

    def _record_items(self, obj: Obj, node: ast.expr) -> list[Values] | None:
        if obj.kind != "instance":
            return self.items(obj)
        if obj.cls is None or not self.is_record(obj.cls):
            return None
        names = [
            s.target.id for s in obj.cls.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
        ]
        return [self.attribute(only(obj), name, node) for name in names]

    def _matches(self, pattern: ast.pattern, subject: Values) -> bool | None:
        """Whether a pattern certainly matches or certainly does not."""
        match pattern:
            case ast.MatchAs(pattern=None):
                return True
            case ast.MatchAs(pattern=inner) if inner is not None:
                return self._matches(inner, subject)
            case ast.MatchOr(patterns=patterns):
                found = [self._matches(inner, subject) for inner in patterns]
                return True if True in found else None if None in found else False
            case ast.MatchValue(value=ast.Constant(value=constant)):
                known = [value for value in subject if isinstance(value, Const)]
                if len(known) < len(subject) or not known:
                    return None
                equal = {value.value == constant for value in known}
                return equal.pop() if len(equal) == 1 else None
            case _:
                return None

    def _bind_pattern(self, pattern: ast.pattern, subject: Values) -> None:
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    self._bind_pattern(inner, subject)
                if name is not None:
                    self.bind(name, subject)
            case ast.MatchStar(name=name):
                if name is not None:
                    self.bind(name, self.many("list", pattern, subject))
            case ast.MatchOr(patterns=patterns):
                for inner in patterns:
                    self._bind_pattern(inner, subject)
            case _:
                self._bind_structure(pattern, subject)

    def _bind_structure(self, pattern: ast.pattern, subject: Values) -> None:
        match pattern:
            case ast.MatchSequence(patterns=patterns):
                self._bind_sequence(patterns, subject)
            case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
                for key, inner in zip(keys, patterns, strict=True):
                    values = self.evaluate(key)
                    self._bind_pattern(inner, joined(self.subscripted(v, values, key) for v in subject))
                if rest is not None:
                    self.bind(rest, subject)
            case ast.MatchClass(patterns=patterns, kwd_attrs=names, kwd_patterns=inner_patterns):
                for inner in patterns:
                    self._bind_pattern(inner, joined(self._attributes_of(v, inner) for v in subject))
                for name, inner in zip(names, inner_patterns, strict=True):
                    self._bind_pattern(inner, self.attribute(subject, name, standing_for(inner)))
            case _:
                pass

    def _bind_sequence(self, patterns: list[ast.pattern], subject: Values) -> None:
        for index, inner in enumerate(patterns):
            parts = []
            for value in subject:
                items = self._record_items(value, standing_for(inner)) if isinstance(value, Obj) else None
                exact = items is not None and len(items) == len(patterns)
                parts.append(
                    items[index] if items is not None and exact else self.iterated(only(value), standing_for(inner))
                )
            self._bind_pattern(inner, joined(parts))

    def _attributes_of(self, value: object, pattern: ast.pattern) -> Values:
        items = self._record_items(value, standing_for(pattern)) if isinstance(value, Obj) else None
        return joined(items) if items is not None else PLAIN
