"""`keys()`, `values()` and `items()` of a dict."""

import ast

from analyzers.inference.namespaces import Namespaces
from analyzers.inference.values import EMPTY, Arguments, Obj, Value, Values, only


class DictViews(Namespaces):
    """What a dict shows, entry by entry where its keys are known."""

    def keys_view(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self._view(obj, "keys", node)

    def values_view(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self._view(obj, "values", node)

    def items_view(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self._view(obj, "items", node)

    def _view(self, obj: Obj, name: str, node: ast.expr) -> Values:
        """What a dict shows; a later look at it may find other entries."""
        keys = self.exact_keys(obj)
        if keys is None:
            pair = self.sequence("tuple", node, [self.keys(obj), self.elements(obj)]) if name == "items" else EMPTY
            made = self.many("iterator", node, pair or (self.keys(obj) if name == "keys" else self.elements(obj)))
        else:
            parts = [self._shown_entry(obj, key, name, node, index) for index, key in enumerate(keys)]
            made = self.sequence("iterator", node, parts) if self.is_complete(obj) else self.apart(node, parts)
        for view in made:
            if isinstance(view, Obj):
                self.note_source(view, obj, name)
        return made

    def _shown_entry(self, obj: Obj, key: Value, name: str, node: ast.expr, index: int) -> Values:
        match name:
            case "keys":
                return only(key)
            case "values":
                return self.load_item(obj, only(key))
            case _:
                return self.tuple_at(node, index, [only(key), self.load_item(obj, only(key))])

    def entries_seen(self, obj: Obj, name: str, site: ast.AST) -> Values:
        match name:
            case "keys":
                return self.keys(obj)
            case "values":
                return self.elements(obj)
            case _:
                return self.tuple_at(site, -1, [self.keys(obj), self.elements(obj)])
