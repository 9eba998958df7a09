"""Views of dicts: `keys()`, `values()` and `items()` show what the dict holds when somebody runs through them."""

import ast

from analyzers.inference.namespaces import Namespaces
from analyzers.inference.records import CallPoint
from analyzers.inference.values import Arguments, Elements, Obj, Values, only, single

VIEWS = frozenset({"keys", "values", "items"})


class DictViews(Namespaces):
    """Making views, and running through them."""

    def view(self, obj: Obj, name: str, node: ast.expr) -> Values:
        """What `obj.keys()` and its like give."""
        return self.lazy(f"dict.{name}", Arguments((only(obj),)), CallPoint(node, node))

    def draw_keys(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        obj = self._viewed_by(arguments, point)
        keys = self.certain_keys(obj)
        return self.keys(obj) if keys is None else [only(key) for key in keys]

    def draw_values(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        obj = self._viewed_by(arguments, point)
        keys = self.exact_keys(obj)
        return self.elements(obj) if keys is None else [self.load_item(obj, only(key)) for key in keys]

    def draw_entries(self, name: str, arguments: Arguments, point: CallPoint) -> Elements:
        obj, node = self._viewed_by(arguments, point), point.node
        keys = self.exact_keys(obj)
        if keys is None:
            return self.sequence("tuple", node, [self.keys(obj), self.elements(obj)])
        return [
            self.tuple_at(node, index, [only(key), self.load_item(obj, only(key))]) for index, key in enumerate(keys)
        ]

    def _viewed_by(self, arguments: Arguments, point: CallPoint) -> Obj:
        obj = single(arguments.positional[0])
        assert isinstance(obj, Obj)
        return self.current(obj, point.node)
