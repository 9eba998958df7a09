"""Dicts made of dicts: what `update` takes over, and `ChainMap`, which looks through to several."""

import ast

from analyzers.inference.containers.counters import Counters
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, join, joined, only, ordered
from analyzers.inference.domain.values import Arguments, Obj, Value, Values

OF_FIRST = frozenset({"clear", "pop", "popitem"})
"""The methods of a `ChainMap` that are those of its first dict."""


class ChainedDicts(Counters):
    """One that looks through to several is put together anew whenever somebody looks into it."""

    def update_from(self, obj: Obj, values: Values, node: ast.expr) -> None:
        """`obj.update(values)` for a dict."""

        def take_over(value: Value) -> Values:
            source = self.dict_of(value, node)
            if isinstance(source, Obj) and source.kind == "dict":
                self._update_from_dict(obj, source)
            else:
                self._update_from_pairs(obj, source, node)
            return NONE

        self.each(values, take_over)

    def _update_from_pairs(self, obj: Obj, source: Value, node: ast.expr) -> None:
        """Take over pairs of key and element, in their order; where one may be missing, what was there may stay."""
        pairs = self.exact_items(only(source))
        for pair in [self.iterated(only(source), node)] if pairs is None else pairs:
            certain = pairs is not None and len(pair) == 1
            for value in ordered(pair):
                parts = self.exact_items(only(value)) or ()
                key, element = parts if len(parts) == 2 else (PLAIN, self.iterated(only(value), node))
                self.store_item(obj, key, element if certain else join(self.load_item(obj, key), element))

    def _update_from_dict(self, obj: Obj, source: Obj) -> None:
        """Take over the entries of a dict; where it may lack a key, the entry that was there may stay."""
        known = self.exact_keys(source)
        for key in ordered(self.keys(source)) if known is None else known:
            new = self.load_item(source, only(key))
            old = EMPTY if self.holds(source, only(key)) else self.load_item(obj, only(key))
            self.store_item(obj, only(key), join(old, new))

    def current(self, obj: Obj, node: ast.expr | None = None) -> Obj:
        """The dict itself; the one view of several (`ChainMap`), or of attributes, is brought up to date first."""
        maps = self.chained(obj)
        if maps:
            self.put_together.add(obj)
            self.clear(obj)
            for values in reversed(maps):
                self.update_from(obj, values, node or _site_of(obj))
            self.put_together.remove(obj)
        self.refresh(obj)
        return obj

    def new_child(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        """`chain.new_child(first)`: another dict before those of a chain."""
        first = arguments.argument(0, "m") or only(self.new_dict(self.stand_in(node, "first")))
        return only(self.new_chain([first, *self.chained(obj)], node))

    def new_chain(self, maps: list[Values], node: ast.expr) -> Obj:
        """A dict that looks through to several, the first of which wins and takes what is written."""
        obj = self.new_dict(node)
        if not maps or any(not _is_dict(value) for value in maps[0]):
            maps = [only(self.new_dict(self.stand_in(node, "first"))), *maps]
        self.chain(obj, maps)
        return obj

    def copied_chain(self, obj: Obj, node: ast.expr) -> Values:
        """`chain.copy()`: a copy of the first dict before the others."""
        first, *others = self.chained(obj)
        at = self.stand_in(node, "first")
        copies = joined(self.copied(value, at) for value in ordered(first) if isinstance(value, Obj))
        return only(self.new_chain([copies, *others], node))

    def copied(self, obj: Obj, node: ast.expr) -> Values:
        """A shallow copy of a container."""
        raise NotImplementedError

    def method_of_first(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method that looks at nothing but the first dict of a chain."""
        first = self.chained(obj)[0]
        return self.each(first, lambda value: self.call_builtin_method(value, name, arguments, point))


def _is_dict(value: Value) -> bool:
    return isinstance(value, Obj) and value.kind == "dict"


def _site_of(obj: Obj) -> ast.expr:
    assert isinstance(obj.site, ast.expr)  # a chain is made by a call
    return obj.site
