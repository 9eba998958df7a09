"""Sets: what two of them have in common, differ in, or hold together."""

import ast

from analyzers.inference.objects import DOUBTED, Objects
from analyzers.inference.values import Arguments, Obj, Value, Values, joined, only, ordered, single


class Sets(Objects):
    """A set made of others knows which of its elements it certainly has."""

    def set_difference(self, obj: Obj, others: Arguments, site: ast.AST) -> Values:
        """The elements of a set that no one of the others certainly has."""
        known = [[self._has(values, element) for values in others.all] for element in self._elements_apart(obj)]
        return self._chosen(obj, [False if True in row else None if None in row else True for row in known], site)

    def set_intersection(self, obj: Obj, others: Arguments, site: ast.AST) -> Values:
        """The elements of a set that all the others may have."""
        known = [[self._has(values, element) for values in others.all] for element in self._elements_apart(obj)]
        return self._chosen(obj, [False if False in row else None if None in row else True for row in known], site)

    def _elements_apart(self, obj: Obj) -> list[Value]:
        return ordered(self.elements(obj))

    def _has(self, values: Values, element: Value) -> bool | None:
        other = single(values)
        return self.has_member(other, only(element)) if isinstance(other, Obj) and other.kind == "set" else None

    def _chosen(self, obj: Obj, stays: list[bool | None], site: ast.AST) -> Values:
        """A set with those elements of another that stay, as far as that is known."""
        elements, members = self._elements_apart(obj), self.certain_members(obj)
        made = self.many(
            "set", site, frozenset(v for v, kept in zip(elements, stays, strict=True) if kept is not False)
        )
        for chosen in made:
            if isinstance(chosen, Obj) and chosen not in self.summaries:
                certain = frozenset(v for v, kept in zip(elements, stays, strict=True) if kept)
                self.write((chosen, DOUBTED), self.elements(chosen) - (certain & members))
                if all(kept is False for kept in stays):
                    self.clear(chosen)
        return made

    def copied_set(self, obj: Obj, site: ast.AST) -> Values:
        """A set with the same elements."""
        made = self.many("set", site, self.elements(obj))
        for copy in made:
            if isinstance(copy, Obj) and copy not in self.summaries:
                self.write((copy, DOUBTED), self.elements(copy) - self.certain_members(obj))
        return made

    def set_union(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        """The elements of a set and of all the others."""
        sets = [obj, *(value for value in map(single, others.all) if isinstance(value, Obj) and value.kind == "set")]
        certain = joined(self.certain_members(each) for each in sets)
        made = self.many(
            "set", site, joined([self.elements(obj), *(self.iterated(values, site) for values in others.all)])
        )
        for union in made:
            if isinstance(union, Obj) and union not in self.summaries:
                self.write((union, DOUBTED), self.elements(union) - certain)
        return made

    def iterated(self, values: Values, site: ast.expr) -> Values:
        """What a loop over `values` binds in any of its turns."""
        raise AssertionError("the part that knows what is inside of values answers this")
