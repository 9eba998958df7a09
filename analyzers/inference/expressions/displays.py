"""What is put together of parts: lists, tuples, sets and dicts that are written out, and formatted texts."""

import ast
from functools import partial

from analyzers.inference.domain.folding import formatted, put_together
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import EMPTY, const, join, joined, only, ordered
from analyzers.inference.domain.values import Obj, Values
from analyzers.inference.expressions.comprehensions import Comprehensions


class Displays(Comprehensions):
    """Each part is evaluated in the order of the source."""

    def evaluate_sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Values:
        kind = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}[type(node)]
        items: list[Values] = []
        rest: Values | None = None
        for element in node.elts:
            if not isinstance(element, ast.Starred):
                items.append(self.evaluate(element))
                continue
            values = self.evaluate(element.value)
            self.here.site = element.value
            self.begin_whole(values)
            spread = self.exact_items(values)
            self.note_iterated(spread)
            if spread is None:
                rest = join(rest or EMPTY, self.iterated(values, element.value))
            else:
                items.extend(spread)
        return self.sequence(kind, node, items) if rest is None else self.many(kind, node, joined([rest, *items]))

    def evaluate_dict(self, node: ast.Dict) -> Values:
        obj = self.new_dict(node)
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self.may_raise()
                self.update_from(obj, self.evaluate(value), value)
            else:
                keys = self.evaluate(key)
                self.note_text(keys)
                self.store_item(obj, keys, self.evaluate(value))
        return only(obj)

    def evaluate_text(self, node: ast.JoinedStr) -> Values:
        parts = [self.evaluate(part) for part in node.values]
        text = self.folded(put_together, parts, node)
        return self.operated(node, *parts) if text is None else text

    def evaluate_formatted(self, node: ast.FormattedValue) -> Values:
        values = self.forced(self.evaluate(node.value), node.value)
        self.note_text(values)
        own = frozenset(value for value in values if isinstance(value, Obj) and value.kind == "instance")
        told = joined(self._told_by(value, node) for value in ordered(own) if isinstance(value, Obj))
        if node.conversion < 0 and node.format_spec is None:
            return join(values - own, told)
        if node.format_spec is not None:
            self.may_raise()
        spec = const("") if node.format_spec is None else self.evaluate(node.format_spec)
        parts = [(values - own, node.conversion, spec), (told, -1, spec if node.conversion > 0 else const(""))]
        texts = [self.folded(partial(formatted, how), [part, look], node) for part, how, look in parts if part]
        known = [text for text in texts if text is not None]
        return joined(known) if len(known) == len(texts) else self.mixed([values])

    def _told_by(self, obj: Obj, node: ast.FormattedValue) -> Values:
        """What an instance of the project's classes shows in a text, the object itself where that is not known."""
        asking = {ord("r"): "repr", ord("a"): "repr", ord("s"): "str"}.get(node.conversion, "format")
        answer = self.asked_builtin(asking, obj, CallPoint(node.value, node.value, direct=False))
        return only(obj) if answer is None else self.forced(answer, node.value)
