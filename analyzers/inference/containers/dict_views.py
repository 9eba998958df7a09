"""Views of dicts: `keys()`, `values()` and `items()` show what the dict holds when somebody runs through them."""

import ast

from analyzers.inference.containers.namespaces import Namespaces
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import joined, only, single
from analyzers.inference.domain.values import Arguments, Elements, Obj, Value, Values

VIEWS = frozenset({"keys", "values", "items"})


class DictViews(Namespaces):
    """Making views, and running through them."""

    def view(self, obj: Obj, name: str, node: ast.expr) -> Values:
        """What `obj.keys()` and its like give."""
        return self.lazy(f"dict.{name}", Arguments((only(obj),)), CallPoint(node, node))

    def draw_view(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        """All that a dict holds, in its order where that and all the keys are known."""
        obj = self._viewed_in(arguments, point.node)
        parts = self._shown(obj, name, point.node)
        if parts is not None:
            return parts if self.is_complete(obj) else joined(parts)
        keys, elements = self.keys(obj), self.elements(obj)
        if name == "dict.items":
            return self.sequence("tuple", point.node, [keys, elements])
        return keys if name == "dict.keys" else elements

    def _shown(self, obj: Obj, name: str, node: ast.expr) -> list[Values] | None:
        """What a dict shows for each key that it may have."""
        keys = self.exact_keys(obj)
        return None if keys is None else [self._shown_for(obj, key, name, node, n) for n, key in enumerate(keys)]

    def _shown_for(self, obj: Obj, key: Value, name: str, node: ast.expr, index: int) -> Values:
        match name:
            case "dict.keys":
                return only(key)
            case "dict.values":
                return self.load_item(obj, only(key))
            case _:
                return self.tuple_at(node, index, [only(key), self.load_item(obj, only(key))])

    def shown_apart(self, view: Obj) -> list[Values] | None:
        made = self.made_by(view)
        if made is None or made.name.removeprefix("dict.") not in VIEWS or not isinstance(made.call, ast.expr):
            return None
        return self._shown(self._viewed_in(made.arguments, made.call), made.name, made.call)

    def viewed_by(self, view: Obj, name: str) -> Obj | None:
        made = self.made_by(view)
        return self._viewed_in(made.arguments, made.call) if made is not None and made.name == name else None

    def _viewed_in(self, arguments: Arguments, node: ast.expr) -> Obj:
        obj = single(arguments.positional[0])
        assert isinstance(obj, Obj)
        return self.current(obj, node)
