"""Constants among the abstract values: what is known of a value as Python has it, and values computed from that."""

import ast
import itertools
from collections.abc import Sequence

from analyzers.inference.domain.folding import UNDECIDED, Act, attempt
from analyzers.inference.domain.value_sets import const, joined, only, ordered, single
from analyzers.inference.domain.values import Const, Obj, Value, Values
from analyzers.inference.memory.sets import Sets
from analyzers.model.record import Record

_ALTERNATIVES = 16
"""How many combinations of possible constants are computed one by one."""
_STANDING_FOR_NOTHING = frozenset({"unset", "deleted"})


class Constants(Sets):
    """Folding: a computation whose operands are known is done."""

    def known(self, values: Values, depth: int = 1) -> object:
        """The only possible value as Python has it: a constant, or a list, tuple or dict of known values."""
        value = single(values)
        return UNDECIDED if value is None else self._known_value(value, depth)

    def _known_value(self, value: Value, depth: int) -> object:
        match value:
            case Const(value=constant, kind=kind):
                return UNDECIDED if kind in _STANDING_FOR_NOTHING or _holds_objects(constant) else constant
            case Obj(kind="list" | "tuple" as kind) if depth:
                items = self.items(value)
                found = None if items is None else [self.known(item, depth - 1) for item in items]
                if found is None or UNDECIDED in found:
                    return UNDECIDED
                return found if kind == "list" else tuple(found)
            case Obj(kind="dict") if depth and not (self.chained(value) or self.viewed(value)):
                return self._known_dict(value, depth)
            case _:
                return UNDECIDED

    def _known_dict(self, obj: Obj, depth: int) -> object:
        keys = self.certain_keys(obj)
        names = [key.value for key in keys or () if isinstance(key, Const)]
        if keys is None or len(names) < len(keys):
            return UNDECIDED
        found = {name: self.known(self.load_item(obj, const(name)), depth - 1) for name in names}
        return UNDECIDED if UNDECIDED in found.values() else found

    def folded(self, act: Act, parts: Sequence[Values], site: ast.AST, depth: int = 0) -> Values | None:
        """What `act` gives for each combination of the possible operands; None where that is not known.

        Operands are constants, and containers of constants up to a `depth`.
        """
        columns = [[self._known_value(value, depth) for value in ordered(part)] for part in parts]
        combinations = 1
        for column in columns:
            combinations *= len(column)
        if not 0 < combinations <= _ALTERNATIVES or any(UNDECIDED in column for column in columns):
            return None
        results = [attempt(act, *row) for row in itertools.product(*columns)]
        if UNDECIDED in results:
            return None
        if len(results) == 1:
            return self._constant_made(results[0], site, site, ())
        return joined(
            self._constant_made(result, self._constant_site(site, (n,)), site, (n,)) for n, result in enumerate(results)
        )

    def _constant_made(self, value: object, at: ast.AST, site: ast.AST, path: tuple[object, ...]) -> Values:
        """The abstract value of what Python computed."""
        match value:
            case list() | tuple():
                items = [self._constant_inside(each, site, (*path, index)) for index, each in enumerate(value)]
                return self.sequence(type(value).__name__, at, items)
            case dict():
                obj = self.new_dict(at)
                for key, each in value.items():
                    self.store_item(obj, const(key), self._constant_inside(each, site, (*path, key)))
                return only(obj)
            case _:
                return const(value)  # type: ignore[arg-type]  # folding gives nothing else

    def _constant_inside(self, value: object, site: ast.AST, path: tuple[object, ...]) -> Values:
        return self._constant_made(value, self._constant_site(site, path), site, path)

    def _constant_site(self, site: ast.AST, path: tuple[object, ...]) -> ast.expr:
        return self.stand_in(site, ("folded", *path))


def _holds_objects(constant: object) -> bool:
    """Whether a tuple that is a constant has parts that are none."""
    return isinstance(constant, tuple) and any(isinstance(part, Record) or _holds_objects(part) for part in constant)
