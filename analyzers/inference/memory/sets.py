"""Sets: what is in them for certain, what they have in common, and how they change."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.answers import all_of, any_of, opposite
from analyzers.inference.domain.value_sets import EMPTY, NONE, joined, only, ordered, single
from analyzers.inference.domain.values import Arguments, Obj, Value, Values
from analyzers.inference.memory.contents import Contents

_Elements = tuple[Values, Values]
"""What may be in a set, and what certainly is."""


class Sets(Contents):
    """A set is exact where all its elements are values that equal nothing else, and each is certainly there."""

    def certain_members(self, values: Values) -> list[Value] | None:
        """The elements of the only possible set, where all of them are known; no run is said to find this order."""
        value = single(values)
        return self.certain_keys(value) if isinstance(value, Obj) and value.kind == "set" else None

    def copied_set(self, obj: Obj, site: ast.expr) -> Values:
        """A set with the same elements."""
        return self._made(site, self.keys(obj), self._sure(only(obj)))

    def set_difference(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._made(site, *self._difference(obj, others))

    def set_intersection(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._made(site, *self._intersection(obj, others))

    def set_union(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._made(site, *self._union(obj, others, site))

    def set_symmetric_difference(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._made(site, *self._symmetric_difference(obj, others, site))

    def become_difference(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._refilled(obj, *self._difference(obj, others))

    def become_intersection(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._refilled(obj, *self._intersection(obj, others))

    def become_union(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._refilled(obj, *self._union(obj, others, site))

    def become_symmetric_difference(self, obj: Obj, others: Arguments, site: ast.expr) -> Values:
        return self._refilled(obj, *self._symmetric_difference(obj, others, site))

    def _difference(self, obj: Obj, others: Arguments) -> _Elements:
        """The elements that no one of the others certainly has."""
        known = [[self._has(values, element) for values in others.all] for element in ordered(self.keys(obj))]
        return self._chosen(obj, [opposite(any_of(row)) for row in known])

    def _intersection(self, obj: Obj, others: Arguments) -> _Elements:
        """The elements that all the others may have."""
        known = [[self._has(values, element) for values in others.all] for element in ordered(self.keys(obj))]
        return self._chosen(obj, list(map(all_of, known)))

    def _union(self, obj: Obj, others: Arguments, site: ast.expr) -> _Elements:
        """The elements of all."""
        added = [self.iterated(values, site) for values in others.all]
        sure = frozenset[Value]().union(*map(self._sure, (only(obj), *others.all)))
        return joined([self.keys(obj), *added]), sure

    def _symmetric_difference(self, obj: Obj, others: Arguments, site: ast.expr) -> _Elements:
        """The elements that one of two has, and the other has not."""
        values = joined(others.all)
        known, own = self._known(values), self.certain_keys(obj)
        if known is None or own is None:
            return joined([self.keys(obj), self.iterated(values, site)]), EMPTY
        shared = set(map(self.compared_as, own)) & set(map(self.compared_as, known))
        apart = frozenset(key for key in (*own, *known) if self.compared_as(key) not in shared)
        return apart, apart

    def become(self, obj: Obj, made: Values) -> Values:
        """From now on a set or list has the elements of another one, which was just made."""
        other = single(made)
        items = self.items(other) if isinstance(other, Obj) and obj.kind == "list" else None
        if items is not None and obj not in self.summaries:
            self.refill(obj, items)
            return NONE
        if obj.kind == "list" or not isinstance(other, Obj) or {obj, other} & self.summaries:
            self.smash(obj)
            self.smash(obj, joined(self.elements(each) for each in made if isinstance(each, Obj)))
            return NONE
        return self._refilled(obj, self.elements(other), self.sure_keys(other))

    def _refilled(self, obj: Obj, elements: Values, sure: Values) -> Values:
        self.clear(obj)
        if obj in self.summaries:
            self.doubt_entries(obj)
        self._enter_all(obj, self.hashed(elements), sure)
        return NONE

    def compared_by_name(self, obj: Obj, name: str, others: Arguments) -> bool | None:
        """What `issubset`, `issuperset` and `isdisjoint` say, where both sets are known."""
        own, known = self.certain_keys(obj), self._known(joined(others.all))
        if own is None or known is None:
            return None
        act = {"issubset": set.issubset, "issuperset": set.issuperset, "isdisjoint": set.isdisjoint}[name]
        return act(set(map(self.compared_as, own)), map(self.compared_as, known))

    def compared_sets(self, first: Obj, second: Obj) -> tuple[bool, bool] | None:
        """Whether the first of two sets is part of the second, and the other way round, where both are known."""
        one, other = self.certain_keys(first), self.certain_keys(second)
        if one is None or other is None:
            return None
        first_slots, second_slots = set(map(self.compared_as, one)), set(map(self.compared_as, other))
        return first_slots <= second_slots, second_slots <= first_slots

    def _known(self, values: Values) -> list[Value] | None:
        """The elements of anything, whichever order they are in, where each is one value."""
        value, keyed = single(values), self.keyed(values)
        if keyed is not None:
            return self.certain_keys(keyed)
        items = self.items(value) if isinstance(value, Obj) and value not in self.summaries else None
        elements = [single(self.hashed(item)) for item in items or ()]
        known = [element for element in elements if element is not None and self.distinct(element)]
        return known if items is not None and len(known) == len(items) else None

    def _has(self, values: Values, element: Value) -> bool | None:
        """Whether a set, or another container, certainly has an element, or certainly has not."""
        if not self.distinct(element):
            return None
        keyed = self.keyed(values)
        if keyed is not None:
            return self.holds(keyed, only(element))
        known = self._known(values)
        return None if known is None else self.compared_as(element) in map(self.compared_as, known)

    def _chosen(self, obj: Obj, stays: Iterable[bool | None]) -> _Elements:
        """Those elements that stay, as far as that is known."""
        pairs = list(zip(ordered(self.keys(obj)), stays, strict=True))
        sure = frozenset(value for value, stay in pairs if stay) & self._sure(only(obj))
        return frozenset(value for value, stay in pairs if stay is not False), sure

    def _sure(self, values: Values) -> Values:
        """The elements that are certainly in a container."""
        keyed = self.keyed(values)
        if keyed is not None:
            return EMPTY if keyed in self.summaries else self.sure_keys(keyed)
        return frozenset(self._known(values) or ())

    def _made(self, site: ast.expr, elements: Values, sure: Values) -> Values:
        made = self.sequence("set", site, [])
        for obj in made:
            if isinstance(obj, Obj):
                self._enter_all(obj, self.hashed(elements), sure)
        return made

    def _enter_all(self, obj: Obj, elements: Values, sure: Values) -> None:
        for element in ordered(elements):
            self.keep_entry(obj, only(element), EMPTY, certain=element in sure)
