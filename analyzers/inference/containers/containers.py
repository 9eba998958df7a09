"""Methods of builtin containers."""

import ast
from collections.abc import Callable
from typing import Any

from analyzers.inference.containers.chained_dicts import OF_FIRST, ChainedDicts
from analyzers.inference.containers.dict_views import VIEWS
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, const, join, joined, only, single
from analyzers.inference.domain.values import Arguments, Const, Future, Obj, Values
from analyzers.inference.memory.entries import slot
from analyzers.inference.memory.objects import FACTORY


class Containers(ChainedDicts):
    """`container.name(...)`, and what other parts do with containers."""

    def container_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """What a method gives; what a method that is not known gives may be any of the elements."""
        if name == "update" and self.counts(obj):
            return self.count(obj, arguments, point.node)
        if name.startswith("extend") or (obj.kind == "set" and name not in ("add", "discard", "remove")):
            self.begin_each(arguments)
        if obj.kind == "dict" and name in VIEWS:
            return self.view(obj, name, point.node)
        if name in OF_FIRST and self.chained(obj):
            return self.method_of_first(obj, name, arguments, point)
        method = _METHODS.get((obj.kind, name)) or _METHODS.get(("", name))
        if method is None:
            known = self.compared_by_name(obj, name, arguments) if obj.kind == "set" and name in _COMPARING else None
            if known is not None:
                return const(known)
            if name in _GIVING_DATA or not self.holds_callables([only(obj)]):
                return self.mixed([self.elements(obj), *arguments.all])
            return self.opaque(f"`{name}` of a {obj.kind}")
        result: Values = method(self, self.current(obj, point.node), arguments, point.node)
        return result

    def _method_append(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.append(obj, joined(arguments.all))
        self.shorten(obj)
        return NONE

    def _method_add(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.keep_entry(obj, self.hashed(joined(arguments.all)), EMPTY)
        return NONE

    def _method_discard(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.remove_entry(obj, self.hashed(arguments.argument(0, "value")))
        return NONE

    def _method_insert(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        items, index = self.items(obj), single(arguments.argument(0, "index"))
        if items is None or not (isinstance(index, Const) and isinstance(index.value, int)):
            self.smash(obj, arguments.argument(1, "object"))
        else:
            items.insert(index.value, arguments.argument(1, "object"))
            self.refill(obj, items)
        return NONE

    def _method_append_left(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self._method_insert(obj, Arguments((const(0), *arguments.positional)), node)
        self.shorten(obj, from_left=False)
        return NONE

    def _method_extend(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        for values in arguments.all:
            spread = [self.items(value) if isinstance(value, Obj) else None for value in values]
            known = spread[0] if len(spread) == 1 else None
            if known is None:
                self.smash(obj, self.iterated(values, node))
            else:
                for element in known:
                    self.append(obj, element)
        self.shorten(obj)
        return NONE

    def _method_extend_left(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.smash(obj, self.iterated(joined(arguments.all), node))
        self.smash(obj)
        return NONE

    def _method_sort(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        key, items = arguments.keyword("key"), self.items(obj)
        point = CallPoint(node, node, direct=False)
        backwards = self.truth_of(arguments.keyword("reverse") or const(False))
        ranked = None if items is None else self.ranked(items, key, backwards, point)
        if ranked is not None:
            self.refill(obj, ranked)
            return NONE
        if items is None:
            self.compare(key, self.elements(obj), point)
        self.smash(obj)
        return NONE

    def _method_reverse(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        items = self.items(obj)
        if items is not None:
            self.refill(obj, items[::-1])
        return NONE

    def _method_remove(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        found = self._place_of(obj, arguments.argument(0, "value"))
        if found is None:
            self.smash(obj)
        else:
            self.take_item(obj, const(found))
        return NONE

    def _place_of(self, obj: Obj, wanted: Values) -> int | None:
        """Where the first element stands that equals a value."""
        for index, element in enumerate(self.items(obj) or ()):
            same = self.equals(single(element), single(wanted))
            if same is not False:
                return index if same else None
        return None

    def _method_index(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        found = self._place_of(obj, arguments.argument(0, "value")) if len(arguments.all) == 1 else None
        return self.mixed([self.elements(obj), *arguments.all]) if found is None else const(found)

    def _method_count(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        items = self.items(obj)
        same = [self.equals(single(element), single(arguments.argument(0, "value"))) for element in items or ()]
        if items is None or None in same:
            return self.mixed([self.elements(obj), *arguments.all])
        return const(same.count(True))

    def _method_clear(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.clear(obj)
        return NONE

    def _method_rotate(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        """`deque.rotate`, where it is known how far."""
        items, steps = self.items(obj), single(arguments.argument(0, "n") or const(1))
        if items is None or not (isinstance(steps, Const) and isinstance(steps.value, int)):
            self.smash(obj)
        elif items:
            first = -steps.value % len(items)
            self.refill(obj, items[first:] + items[:first])
        return NONE

    def _method_pop(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.take_item(obj, arguments.argument(0, "index") or const(-1))

    def _method_pop_left(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.take_item(obj, const(0))

    def _method_pop_any(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        taken = self.elements(obj)
        if len(self.items(obj) or ()) == 1:
            self.clear(obj)
        else:
            self.smash(obj)
        return taken

    def _method_copy(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.copied(obj, node)

    def copied(self, obj: Obj, node: ast.expr) -> Values:
        """A shallow copy of a container."""
        if self.chained(obj):
            return self.copied_chain(obj, node)
        if obj.kind == "dict":
            copy = self.new_counter(node) if self.counts(obj) else self.new_dict(node)
            self.update_from(copy, only(obj), node)
            return only(copy)
        if obj.kind == "set":
            return self.copied_set(obj, node)
        items = None if self.limit(obj) else self.items(obj)
        return self.many(obj.kind, node, self.elements(obj)) if items is None else self.sequence(obj.kind, node, items)

    def _method_lookup(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = self.forced(arguments.argument(0, "key"), node)
        found = self.load_item(obj, keys)
        default = arguments.positional[1] if len(arguments.positional) > 1 else NONE
        return found if self.holds(obj, keys) else join(found, default)

    def _method_setdefault(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = self.forced(arguments.argument(0, "key"), node)
        if not self.holds(obj, keys):
            default = arguments.positional[1] if len(arguments.positional) > 1 else NONE
            self.store_item(obj, keys, join(self.load_item(obj, keys), default))
        return self.load_item(obj, keys)

    def _method_take(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        found = self._method_lookup(obj, arguments, node)
        self.remove_item(obj, arguments.argument(0, "key"))
        return found

    def _method_take_last(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        keys = self.exact_keys(obj)
        last = self.truth_of(arguments.argument(0, "last") or const(True))
        taken = only(keys[-1] if last else keys[0]) if keys and last is not None else EMPTY
        if not taken or not self.holds(obj, taken):
            return self.sequence("tuple", node, [self.keys(obj), self.elements(obj)])
        pair = self.sequence("tuple", node, [taken, self.load_item(obj, taken)])
        self.remove_item(obj, taken)
        return pair

    def _method_update(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        for values in arguments.positional:
            self.update_from(obj, values, node)
        for name, values in arguments.keywords:
            self.store_item(obj, const(name), values)
        if arguments.double_star is not None:
            self.store_item(obj, PLAIN, arguments.double_star)
        return NONE

    def subscripted_container(self, obj: Obj, keys: Values, node: ast.expr) -> Values:
        """`obj[key]`; a defaultdict makes what is missing."""
        self.current(obj, node)
        factory = self.read((obj, FACTORY)) if obj.kind == "dict" else EMPTY
        key = single(keys)
        if factory and not self.holds(obj, keys):
            what = (obj, slot(key)) if key is not None and self.distinct(key) else obj
            made = self.call(factory, Arguments(), CallPoint(self.stand_in(node, what), node, direct=False))
            self.store_item(obj, keys, join(self.load_item(obj, keys), made))
        return self.load_item(obj, keys)

    def _method_store(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.store_item(obj, self.forced(arguments.argument(0, "key"), node), arguments.argument(1, "value"))
        return NONE

    def _method_delete(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        self.remove_item(obj, self.forced(arguments.argument(0, "key"), node))
        return NONE

    def _method_subscript(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.load_item(obj, self.forced(arguments.argument(0, "key"), node))

    def _method_move_to_end(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        """`OrderedDict.move_to_end`, where it is known which entry moves."""
        keys = arguments.argument(0, "key")
        last = self.truth_of(arguments.argument(1, "last") or const(True))
        if self.holds(obj, keys) and last is not None:
            others = [] if last else [key for key in self.exact_keys(obj) or [] if only(key) != keys]
            for moved in (keys, *map(only, others)):
                value = self.load_item(obj, moved)
                self.remove_item(obj, moved)
                self.store_item(obj, moved, value)
        return NONE

    def _method_iterator(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.lazy("builtins.iter", Arguments((only(obj),)), CallPoint(node, node))

    def _method_step(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return self.take_item(obj, const(0))

    def _method_async_step(self, obj: Obj, arguments: Arguments, node: ast.expr) -> Values:
        return only(Future(self.elements(obj)))


_COMPARING = frozenset({"isdisjoint", "issubset", "issuperset"})
_GIVING_DATA = frozenset({"count", "index", "move_to_end"}) | _COMPARING
"""Methods whose result is no part of the container."""

Handler = Callable[[Any, Obj, Arguments, ast.expr], Values]

_METHODS: dict[tuple[str, str], Handler] = {
    ("list", "append"): Containers._method_append,
    ("list", "insert"): Containers._method_insert,
    ("list", "extend"): Containers._method_extend,
    ("list", "pop"): Containers._method_pop,
    ("list", "remove"): Containers._method_remove,
    **{(kind, "index"): Containers._method_index for kind in ("list", "tuple")},
    **{(kind, "count"): Containers._method_count for kind in ("list", "tuple")},
    ("list", "sort"): Containers._method_sort,
    ("list", "reverse"): Containers._method_reverse,
    ("list", "rotate"): Containers._method_rotate,
    ("list", "popleft"): Containers._method_pop_left,
    ("list", "appendleft"): Containers._method_append_left,
    ("list", "extendleft"): Containers._method_extend_left,
    ("set", "add"): Containers._method_add,
    ("set", "pop"): Containers._method_pop_any,
    ("set", "difference"): Containers.set_difference,
    ("set", "intersection"): Containers.set_intersection,
    ("set", "symmetric_difference"): Containers.set_symmetric_difference,
    ("set", "update"): Containers.become_union,
    ("set", "union"): Containers.set_union,
    ("set", "discard"): Containers._method_discard,
    ("set", "remove"): Containers._method_discard,
    ("set", "difference_update"): Containers.become_difference,
    ("set", "intersection_update"): Containers.become_intersection,
    ("set", "symmetric_difference_update"): Containers.become_symmetric_difference,
    ("dict", "get"): Containers._method_lookup,
    ("dict", "setdefault"): Containers._method_setdefault,
    ("dict", "pop"): Containers._method_take,
    ("dict", "popitem"): Containers._method_take_last,
    ("dict", "update"): Containers._method_update,
    ("dict", "most_common"): Containers._method_most_common,
    ("dict", "subtract"): Containers._method_subtract,
    ("dict", "elements"): Containers._method_repeated_keys,
    ("dict", "new_child"): Containers.new_child,
    ("dict", "move_to_end"): Containers._method_move_to_end,
    ("iterator", "__next__"): Containers._method_step,
    ("iterator", "send"): Containers._method_step,
    ("iterator", "__anext__"): Containers._method_async_step,
    ("", "copy"): Containers._method_copy,
    ("", "clear"): Containers._method_clear,
    ("", "__getitem__"): Containers._method_subscript,
    ("", "__setitem__"): Containers._method_store,
    ("", "__delitem__"): Containers._method_delete,
    ("", "__iter__"): Containers._method_iterator,
}
