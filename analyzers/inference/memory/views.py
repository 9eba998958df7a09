"""Elements one by one, where their order is not known, or which of them are there."""

from analyzers.inference.domain.value_sets import only, single
from analyzers.inference.domain.values import Obj, Values
from analyzers.inference.memory.objects import KEYED, Objects

_LIMIT = 16


class Views(Objects):
    """What a loop over a set meets, or over a dict that has some of its keys in some runs only."""

    def parted(self, values: Values) -> list[Values] | None:
        """The elements of the only possible container, each of which comes once at most.

        None where they are not apart: any element may then be any of them, any number of times.
        """
        value = single(values)
        if not isinstance(value, Obj) or value in self.summaries:
            return None
        if value.kind == "iterator":
            found = self.shown_apart(value)
        else:
            found = self._keys_apart(value)
        return found if found is not None and len(found) <= _LIMIT else None

    def _keys_apart(self, obj: Obj) -> list[Values] | None:
        if obj.kind not in KEYED:
            return None
        keys = self.certain_keys(obj) if obj.kind == "set" else self.exact_keys(self.current(obj))
        return None if keys is None else [only(key) for key in keys]

    def keyed(self, values: Values) -> Obj | None:
        """The only possible set or dict, or the dict whose keys a view shows."""
        value = single(values)
        if isinstance(value, Obj) and value.kind == "iterator":
            return self.viewed_by(value, "dict.keys")
        return value if isinstance(value, Obj) and value.kind in KEYED else None
