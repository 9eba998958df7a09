"""What shows the elements of something else: the views of dicts, and elements that come in no order that is known."""

import ast

from analyzers.inference.objects import Objects
from analyzers.inference.store import Location
from analyzers.inference.values import (
    EMPTY,
    Const,
    Method,
    Obj,
    Values,
    const,
    joined,
    only,
    single,
)

_SOURCE = "source"
_SEEN = "seen"
_APART = "apart"
_APART_LIMIT = 16


class Views(Objects):
    """Iterators that remember where their elements come from."""

    def apart(self, site: ast.AST, parts: list[Values]) -> Values:
        """An iterator over some of these elements, each of which comes once at most."""
        made = self.many("iterator", site, joined(parts))
        for obj in made:
            if isinstance(obj, Obj) and obj not in self.summaries:
                for index, part in enumerate(parts):
                    self.write((obj, (_APART, index)), part)
                self.write((obj, _APART), const(len(parts)))
        return made

    def parted(self, values: Values) -> list[Values] | None:
        """The elements of the only possible container one by one, where their order or presence is not known.

        None where they are not apart: any element may then be any of them, any number of times.
        """
        value = single(values)
        if not isinstance(value, Obj) or value in self.summaries:
            return None
        if value.kind in ("dict", "set"):
            keys = self.certain_keys(value) if value.kind == "set" else self.exact_keys(value)
            found = None if keys is None else [only(key) for key in keys]
        else:
            found = self._kept_apart(value) or None
        return found if found is not None and len(found) <= _APART_LIMIT else None

    def _kept_apart(self, obj: Obj) -> list[Values]:
        number = single(self.read((obj, _APART))) if obj.kind == "iterator" and not self._changed(obj) else None
        count = number.value if isinstance(number, Const) and isinstance(number.value, int) else 0
        return [self.read((obj, (_APART, index))) for index in range(count)]

    def note_source(self, view: Obj, obj: Obj, name: str) -> None:
        """The view shows the keys, values or items of a dict."""
        self.write((view, _SOURCE), only(Method(obj, name)))
        self.write((view, _SEEN), self._seen_of(obj))

    def items(self, obj: Obj) -> list[Values] | None:
        self._look_again(obj)
        return super().items(obj)

    def elements(self, obj: Obj) -> Values:
        self._look_again(obj)
        return super().elements(obj)

    def _look_again(self, obj: Obj) -> None:
        """A dict that has changed since shows its present entries."""
        if obj.kind == "iterator" and self._changed(obj):
            for source in self.read((obj, _SOURCE)):
                if isinstance(source, Method) and isinstance(source.receiver, Obj):
                    self.write((obj, _SEEN), self._seen_of(source.receiver))
                    self.smash(obj, self.entries_seen(source.receiver, source.name, obj.site))

    def _changed(self, view: Obj) -> bool:
        location: Location = (view, _SOURCE)
        sources = self.read(location) if location in self.store else EMPTY
        return any(
            isinstance(source, Method)
            and isinstance(source.receiver, Obj)
            and self._seen_of(source.receiver) != self.read((view, _SEEN))
            for source in sources
        )

    def _seen_of(self, obj: Obj) -> Values:
        """What a dict holds, as one constant."""
        return only(Const((self.keys(obj), self.elements(obj), self.sure_keys(obj)), _SEEN))

    def entries_seen(self, obj: Obj, name: str, site: ast.AST) -> Values:
        """What the keys, values or items of a dict may be."""
        raise AssertionError("the part that knows containers answers this")
