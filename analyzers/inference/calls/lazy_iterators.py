"""Lazy iterators: what they call is called when somebody takes their elements, as the memory is at that moment.

`map`, a generator expression and their like give an iterator that remembers what it has to do. Whoever reads its
elements makes it do that; where something that it had read changed meanwhile, it does it again for what is left.
"""

import ast
from collections.abc import Iterable
from contextlib import nullcontext

from analyzers.inference.calls.activations import NESTING_LIMIT
from analyzers.inference.calls.generators import Generators
from analyzers.inference.domain.records import Activation, CallPoint, Drawn, Maker, Unresolvable
from analyzers.inference.domain.store import Delta, Location
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, EMPTY, join, joined, only, ordered, single
from analyzers.inference.domain.values import (
    Arguments,
    Const,
    Elements,
    Generator,
    Obj,
    Owner,
    Suspended,
    Value,
    Values,
)
from analyzers.inference.memory.entries import item
from analyzers.inference.memory.objects import EXACT_LENGTH_LIMIT, attribute_cell
from analyzers.model.calls import Category

EXPRESSION = "generator expression"
"""What stands for the name of the function where a generator expression is meant."""
_ALIGNED = frozenset(
    {EXPRESSION, "itertools.starmap", "dict.values", "dict.items"}
    | {f"builtins.{name}" for name in ("enumerate", "iter", "map", "zip")}
)
"""What has its next element at the same index of its source, whatever became of the elements before."""
_HARMLESS = frozenset({"builtins.enumerate", "builtins.reversed", "dict.keys", "dict.values", "dict.items"})
"""What raises nothing by itself when its elements are taken."""
_APART = 16
"""How often running through one iterator again makes objects of its own, as another turn of a loop does."""
_ROUNDS = 20
"""How often an iterator that takes elements of itself runs before the run counts as unsettled."""
_FEW = 8
"""How often somebody may have run through an iterator before looking at each of these times counts as a step."""
_REMEMBERED = 16
"""How many of the latest results of running through one iterator are compared with what another one would read."""
_NOBODY: Owner = ("suspended", "")


def _numbered(numbers: Iterable[int]) -> Values:
    """What the progress of an iterator says of those times that somebody ran through it."""
    return frozenset(Const(number, "drawn") for number in numbers)


def _suspended_in(progress: Values) -> set[Suspended]:
    """What an iterator still has to do."""
    return {value for value in progress if isinstance(value, Suspended)}


def _progress(obj: Obj) -> Location:
    """The cell in which an iterator keeps what it has to do, and the numbers of what it has done."""
    return (obj, "progress")


class LazyIterators(Generators):
    """Making lazy iterators, and running through them."""

    def lazy(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """An iterator nobody has taken an element of yet."""
        here = self.here
        suspended = Suspended(name, arguments, point.node, self.env, here.turns)
        self.run.makers.setdefault(suspended, Maker(here.frame, here.chain, here.function, here.arguments))
        obj = self.allocate("iterator", point.node)
        if obj in self.summaries:
            self.weaken(_progress(obj), only(suspended))
        else:
            self.write(_progress(obj), only(suspended))
        return only(obj)

    def progress_of(self, obj: Obj) -> Values:
        return self.read(_progress(obj))

    def begin(self, obj: Obj, whole: bool = False) -> None:
        progress = self.progress_of(obj)
        if not progress:
            return
        failing = not all(each.name in _HARMLESS for each in self._remembered(progress))
        self.note_raised(ANY_EXCEPTION if failing else EMPTY)
        self._run_on_from(obj, progress, whole)
        self.note_raised(ANY_EXCEPTION if failing else EMPTY)

    def _run_on_from(self, obj: Obj, progress: Values, whole: bool) -> None:
        self.run.steps += max(0, len(progress) - _FEW)
        waiting = self._waiting(progress)
        own = frozenset(each for each in waiting if each in self.active)
        for each in own:
            self._depend_on_itself(self.active[each])
        waiting -= own
        if not waiting:
            return
        done = self._done(progress)
        alone = not done and len(waiting) == 1 and obj not in self.summaries
        numbers = {self._run_through(obj, each, alone, whole) for each in ordered(waiting)}  # type: ignore[arg-type]  # all are suspended
        current = _numbered(number for number, drawn in done.items() if drawn.suspended not in waiting)
        kept = progress if obj in self.summaries else current
        self.write(_progress(obj), join(own, kept, _numbered(numbers)))

    def _depend_on_itself(self, head: Activation) -> None:
        """What an iterator calls takes elements of it: it runs again when these are known."""
        head.answered = True
        self._depend_on(head.index)

    def _waiting(self, progress: Values) -> Values:
        """What is to be done, or to be done again since something that it reads has changed."""
        waiting = _suspended_in(progress)
        done = [drawn for drawn in self._done(progress).values() if drawn.suspended not in waiting]
        current = {drawn.suspended for drawn in done if not self.changed(drawn.seen)}
        return frozenset(waiting | {drawn.suspended for drawn in done} - current)

    def _remembered(self, progress: Values) -> set[Suspended]:
        """What an iterator has to do, or has done."""
        return _suspended_in(progress) | {drawn.suspended for drawn in self._done(progress).values()}

    def _done(self, progress: Values) -> dict[int, Drawn]:
        numbers = [value.value for value in progress if isinstance(value, Const)]
        return {number: self.drawn[number] for number in numbers if isinstance(number, int)}

    def changed(self, seen: Delta) -> bool:
        """Whether cells hold something by now that they did not hold before."""
        now = ((values, self.store.get(location)) for location, values in seen.items())
        return any(not present <= before and join(before, present) != before for before, present in now)

    def _run_through(self, obj: Obj, suspended: Suspended, alone: bool, whole: bool) -> int:
        """Fill the iterator, once more while its own function had asked for elements that were not known yet."""
        for _ in range(_ROUNDS):
            before = self.held(obj)
            number, answered = self._draw(suspended, whole)
            self._fill(obj, self.drawn[number].found, alone)
            if not answered or self.held(obj) == before:
                break
            alone = False
        else:
            self.run.unsettled = True
        return number

    def _fill(self, obj: Obj, found: Elements, alone: bool) -> None:
        if not alone:
            self.smash(obj, joined(found) if isinstance(found, list) else found)
        elif isinstance(found, list) and len(found) <= EXACT_LENGTH_LIMIT:
            self.refill(obj, found)
        else:
            self.refill(obj, [])
            self.smash(obj, joined(found) if isinstance(found, list) else found)

    def _draw(self, suspended: Suspended, whole: bool) -> tuple[int, bool]:
        """The number of what comes out, and whether it needed itself for that.

        Where the iterator is not taken as a whole, whoever takes an element sees what was written until then.
        """
        for number in self.run.draws.get((suspended, whole), ())[-_REMEMBERED:]:
            if self._holds(self.drawn[number].memo):
                self._replay(self.drawn[number].memo)
                return number, False
        activation = self._activation_of(suspended)
        settling, self.settling = self.settling, self.settling or suspended in self.run.memos
        mark = self.store.mark()
        self.active[suspended] = activation
        self.stack.append(activation)
        try:
            found = self._found(suspended, activation, whole)
        finally:
            self.stack.pop()
            self.settling = settling
            del self.active[suspended]
        if not whole:
            self.lose_all(self.store.since(mark))
        self._remember(suspended, activation, self.store.since(mark))
        seen = {location: self.store.get(location) for location in activation.reads}
        drawn = Drawn(suspended, found, self.run.memos[suspended][-1], seen)
        return self._numbered_draw(drawn, whole), activation.answered

    def _numbered_draw(self, drawn: Drawn, whole: bool) -> int:
        """The number of what came out; the same things have the same number, so that recursion settles."""
        numbers = self.run.draws.setdefault((drawn.suspended, whole), [])
        number = next((each for each in numbers if self.drawn[each].found == drawn.found), len(self.drawn))
        if number == len(self.drawn):
            self.drawn.append(drawn)
            numbers.append(number)
        self.drawn[number] = drawn
        return number

    def drawn_once(self, suspended: Suspended) -> list[Values] | None:
        """What comes out of an iterator that nobody else has; None where that is not known one by one."""
        number, answered = self._draw(suspended, whole=False)
        found = self.drawn[number].found
        return found if isinstance(found, list) and not answered else None

    def _activation_of(self, suspended: Suspended) -> Activation:
        """What the iterator does is told where it was made; where another run made it, it is told here."""
        here = self.here
        maker = self.run.makers.get(suspended) or Maker(here.frame, here.chain, here.function, here.arguments)
        activation = Activation(suspended.env, maker.frame, maker.chain, maker.function, self.store.mark())
        activation.home = _NOBODY
        activation.site = suspended.call
        again = min(len(self.run.memos.get(suspended, ())), _APART)
        activation.turns = (*suspended.turns, -again) if again else suspended.turns
        activation.arguments = maker.arguments
        activation.index = activation.needs = len(self.stack)
        return activation

    def _found(self, suspended: Suspended, activation: Activation, whole: bool) -> Elements:
        point = CallPoint(suspended.call, suspended.call)
        if len(self.stack) >= NESTING_LIMIT or self.spent():
            reason = "the iterator was not followed any further: calls are nested too deeply here"
            hint = "iterate in a less nested function"
            return self.unresolved(point, Unresolvable(Category.DEPTH_BOUND, reason, hint))
        sources = () if suspended.name == "itertools.islice" else suspended.arguments.positional
        for source in ordered(joined(sources)):
            if isinstance(source, Obj) and source.kind == "iterator":
                self.begin(source)
        with nullcontext() if whole else self.store.watch() as written:
            found = self.produced(suspended, point)
        self.keep_between_yields(activation, written or {})
        return found

    def exact(self, obj: Obj) -> int | None:
        length = super().exact(obj)
        return None if length and self._goes_round(obj) else length

    def round_of(self, obj: Obj) -> list[Values] | None:
        """The elements of a `cycle` as they come from now on, until the first of them comes again."""
        length = super().exact(obj) if self._goes_round(obj) else None
        return [self.read(item(obj, index)) for index in range(length)] if length else None

    def _goes_round(self, obj: Obj) -> bool:
        suspended = self.made_by(obj) if obj.kind == "iterator" else None
        return suspended is not None and suspended.name == "itertools.cycle"

    def exact_items(self, values: Values) -> list[Values] | None:
        found = super().exact_items(values)
        value = single(values)
        if found is None and isinstance(value, Obj) and self._goes_round(value):
            self.smash(value)  # nobody knows how often somebody goes round
        return found

    def made_by(self, obj: Obj) -> Suspended | None:
        """What an iterator gives, if that is one thing and nobody has taken a part of it."""
        if obj in self.summaries:
            return None
        remembered = self._remembered(self.progress_of(obj))
        return remembered.pop() if len(remembered) == 1 else None

    def refreshed(self, source: Values, items: list[Values], site: ast.expr) -> list[Values] | None:
        """The elements of a loop's source, which were `items`, after a turn; None where they are not known any more."""
        value = single(source)
        if isinstance(value, Generator):
            more = self.take(value, site, 1)
            return None if more is None else items + more
        if not isinstance(value, Obj) or value.kind not in ("list", "iterator"):
            return items
        if value.kind == "list":
            return self.items(value)
        before = list(self._done(self.progress_of(value)).values())
        if not self._waiting(self.progress_of(value)):
            return items
        self.begin(value)
        now = list(self._done(self.progress_of(value)).values())
        if len(before) != 1 or len(now) != 1 or before[0].found != items or not isinstance(now[0].found, list):
            return None
        found: list[Values] = now[0].found
        return found if found == items or now[0].suspended.name in _ALIGNED else None

    def begin_each(self, arguments: Arguments) -> None:
        """Something runs through its arguments themselves, to their ends."""
        self.begin_whole(joined(arguments.all))

    def begin_whole(self, values: Values) -> None:
        """Somebody takes all elements of an iterator, with nothing in between."""
        for value in ordered(values):
            if isinstance(value, Obj) and value.kind == "iterator":
                self.begin(value, whole=len(values) == 1)
            elif isinstance(value, Generator) and len(values) == 1:
                self.run_out(value, self.here.site or value.call)

    def begin_inside(self, *parts: Values) -> None:
        """Run through every lazy iterator in `parts`, inside containers and instances too: somebody unknown may."""
        met: set[Value] = set()
        waiting = set(joined(parts))
        while waiting:
            met |= waiting
            for value in ordered(waiting):
                if isinstance(value, Obj) and value.kind == "iterator":
                    self.begin(value)
            waiting = set(joined(inner for value in waiting for inner in self._reachable(value))) - met

    def _reachable(self, value: Value) -> tuple[Values, ...]:
        if not (isinstance(value, Obj) and value.kind == "instance" and value.cls is not None):
            return self._inside(value)
        names = self.attribute_names.get(value.cls, ())
        return tuple(self.read(attribute_cell(value, name)) for name in names)
