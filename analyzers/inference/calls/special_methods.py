"""Special methods: how instances of the project's classes answer operators, conditions and builtins."""

import ast

from analyzers.inference.calls.calls import Calls
from analyzers.inference.domain.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.domain.value_sets import PLAIN, const, join, joined, only, ordered
from analyzers.inference.domain.values import Arguments, ClassRef, External, Obj, Value, Values
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.class_orders import PLAIN_BASES
from analyzers.knowledge.libraries import is_exception

_ALWAYS_TRUE = PLAIN_BASES | {"enum.Enum"}
"""Bases that give their instances neither `__bool__` nor `__len__`."""
_DECLINED = External("builtins.NotImplemented")
_SHOWING = {
    "str": ("__str__", "__repr__"),
    "repr": ("__repr__",),
    "format": ("__format__", "__str__", "__repr__"),
    "int": ("__int__", "__index__"),
    "float": ("__float__", "__index__"),
}
"""The methods that a builtin asks for, where it is not just the one of its name."""


class SpecialMethods(Calls):
    """What such a method gives counts, where it is known."""

    def by_method(self, names: tuple[str, ...], left: Values, right: Values | None, node: ast.expr) -> Values | None:
        """What the project's classes make of an operator; None where they define none of `names` (left, then right)."""
        sides = [(names[0], left, right)]
        if len(names) > 1 and names[1] and right is not None:
            sides.append((names[1], right, left))
        results: list[Values] = []
        for name, receivers, argument in sides:
            given = NO_ARGUMENTS if argument is None else Arguments((argument,))
            found = [self._answer_of(value, name, given, node) for value in ordered(receivers)]
            results += [answer for answer in found if answer is not None]
            if None not in found and _DECLINED not in joined(results):
                return joined(results)
        return join(joined(results) - {_DECLINED}, PLAIN) if results else None

    def _answer_of(self, value: Value, name: str, arguments: Arguments, node: ast.expr) -> Values | None:
        if not (isinstance(value, Obj) and value.kind == "instance"):
            return None
        return self.call_method(value, name, arguments, CallPoint(node, node, direct=False))

    def asked_builtin(self, name: str, value: Obj, point: CallPoint) -> Values | None:
        """What `len(value)`, `str(value)` and the like give; None where no class of the project answers."""
        order = self.linearized(value.cls) if value.cls is not None else []
        names = _SHOWING.get(name, (f"__{name}__",))
        method = next((method for method in names if self.class_attribute(order, method)), None)
        if method is None:
            return None
        given = Arguments((const(""),)) if method == "__format__" else NO_ARGUMENTS
        return self.call_method(value, method, given, CallPoint(point.node, point.at, direct=False))

    def tested(self, values: Values, node: ast.expr, force: bool = True) -> Values:
        """`values` as a condition: what `__bool__` or `__len__` of the project's classes says stands for instances."""
        point = CallPoint(node, node, direct=False)
        asked = {value: self._truth_by_method(value, point) for value in ordered(values)}
        known = {value: answer for value, answer in asked.items() if answer is not None}
        self.note_truth(values)
        rest = values.difference(known) if known else values
        return joined([self.forced(rest, node) if force else rest, *known.values()])

    def _truth_by_method(self, value: Value, point: CallPoint) -> Values | None:
        """What a condition asks of an instance or a class; None where the value itself tells."""
        if isinstance(value, ClassRef):
            for name in () if self.is_enum(value) else ("__bool__", "__len__"):
                answer = self.call_by_metaclass(value, name, NO_ARGUMENTS, point)
                if answer is not None:
                    return answer or PLAIN
            return None
        if not (isinstance(value, Obj) and value.kind == "instance" and value.cls is not None):
            return None
        order = self.linearized(value.cls)
        for name in ("__bool__", "__len__"):
            if self.class_attribute(order, name):
                return self.call_method(value, name, NO_ARGUMENTS, point) or PLAIN
        return self._inherited_truth(value, value.cls)

    def _inherited_truth(self, value: Obj, cls: ClassRef) -> Values | None:
        content = self.content(value)
        if content is not None:
            return only(content)
        bases = self.external_bases(cls)
        if self.is_enum(cls) and "enum.Enum" not in bases:
            return self.read(attribute_cell(value, "value")) or None
        if "typing.NamedTuple" in bases:
            return const(bool(self.record_fields(cls)))
        return const(True) if all(base in _ALWAYS_TRUE or is_exception(base) for base in bases) else None
