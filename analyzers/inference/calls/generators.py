"""Generators: how far their bodies run, and which elements come out of them one by one.

A generator keeps in the store how far it has come. Whoever takes its next element makes its body run once more from the
beginning, on the memory as it was then, up to one `yield` further: as long as nobody else has changed what it dealt
with, that leaves the memory as Python does. Where somebody has, or where it is not known how far it has come, it runs
as a whole beside what is there.
"""

import ast

from analyzers.inference.calls.generator_bodies import GeneratorBodies
from analyzers.inference.domain.records import CallPoint, GeneratorProgress, Met, Pace
from analyzers.inference.domain.store import Delta, Location
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, EMPTY, PLAIN, join, joined, only, ordered, single
from analyzers.inference.domain.values import Arguments, Const, External, Function, Generator, Obj, Values, Yielded
from analyzers.inference.memory.objects import CELLS_PER_STEP

_FRESH = GeneratorProgress(0, False, {}, {}, Yielded((), EMPTY, EMPTY, False))
_NOWHERE = ast.Constant(None)
_CLOSED: Values = only(External("builtins.GeneratorExit"))


def _progress_cell(generator: Generator) -> Location:
    return (generator, "progress")


class Generators(GeneratorBodies):
    """Making generators, running them, and taking elements from them."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.steps = [_FRESH]

    def generator(self, function: Function, arguments: Arguments, point: CallPoint) -> Values:
        """What calling a generator function gives; its body does not run yet."""
        turns = self.here.turns
        owner = ("turn", (self.env.owner, turns)) if turns else self.env.owner
        made = Generator(function, arguments, point.node, point.module or self.env.module, owner)
        born: Location = (made, "born")
        if self.store.get(born):
            self.summaries.add(made)
        self.store.set(born, PLAIN)
        self._move(made, 0)
        return only(made)

    # Its elements.

    def take(
        self, generator: Generator, site: ast.expr, count: int | None = None, between: bool = False
    ) -> list[Values] | None:
        """The next elements, all of them or `count`; fewer where it ends before, None where they are not known.

        `between` says that others look on before all of these have come.
        """
        found = self._taken(generator, site, count, between)
        return None if found is None else found[0]

    def next_of(self, generator: Generator, site: ast.expr) -> tuple[list[Values], bool] | None:
        """The next element, none if there is none, and whether that is certain; None where it is not known."""
        return self._taken(generator, site, 1, between=False, loosely=True)

    def _taken(
        self, generator: Generator, site: ast.expr, count: int | None, between: bool, loosely: bool = False
    ) -> tuple[list[Values], bool] | None:
        self.note_raised(ANY_EXCEPTION)
        progress = self._progress_of(generator)
        if progress is None or progress.ahead:
            return None
        if count == 0:
            return [], True
        if progress.rest is not None:
            return self._take_from_rest(generator, progress, progress.rest, count), True
        if progress.ended:
            return [], True
        if not self._undisturbed(progress):
            self._lose(generator)
            return None
        return self._run_on(generator, progress, site, Pace(count and progress.position + count, between), loosely)

    def _take_from_rest(
        self, generator: Generator, progress: GeneratorProgress, rest: tuple[Values, ...], count: int | None
    ) -> list[Values]:
        taken = len(rest) if count is None else count
        left = rest[taken:]
        self._note(generator, progress.replaced(rest=left or None))
        return list(rest[:taken])

    def _run_on(
        self, generator: Generator, progress: GeneratorProgress, site: ast.expr, pace: Pace, loosely: bool
    ) -> tuple[list[Values], bool] | None:
        """Run the body once more, further than before; `loosely` where it does not matter that it may end earlier."""
        start = self.store.mark()
        for location, values in progress.before.items():
            if self.store.get(location) != values:
                self.write(location, values)
        mark = self.store.mark()
        found = self._run(generator, site, pace)
        items = found.items
        loose = loosely and items is None and len(found.loose) == pace.limit
        items = found.loose if loose else items
        exact = items is not None and progress.position <= len(items) <= (pace.limit or len(items))
        if pace.limit is not None and not exact:
            self.store.rewind(start)
            self._lose(generator)
            return None
        before = {cell: self.store.get(cell) for met in self._met_by(generator, site) for cell in met.reads}
        before = {cell: values for cell, values in (before | self.store.before(mark)).items() if not _is_sent(cell)}
        if pace.between:
            self.store.merge([{}, self.store.rewind(start)])
        after = {location: self.store.get(location) for location in before}
        position = len(items) if items is not None else 0
        ended = pace.limit is None or position < pace.limit
        ahead = ended and (pace.between or not exact)
        self._note(generator, GeneratorProgress(position, ended, before, after, found, ahead))
        return (list(items[progress.position :]), not loose) if exact and items is not None else None

    def generated(self, generator: Generator, site: ast.expr) -> Values:
        """What iterating over a generator gives in any turn."""
        progress = self._progress_of(generator)
        if progress is not None and progress.ended and self._undisturbed(progress):
            return progress.found.elements
        return self._everything(generator, site).elements

    def given_by(self, generator: Generator, site: ast.expr) -> Yielded:
        """What a generator has given when it has come to its end."""
        progress = self._progress_of(generator)
        return progress.found if progress is not None and progress.ended else self._everything(generator, site)

    def close(self, generator: Generator, site: ast.expr) -> None:
        """Nothing comes out of a generator any more; what closing it runs has run where it was left waiting."""
        progress = self._progress_of(generator)
        if progress is None or progress.ahead:
            self._everything(generator, site)
        else:
            self._note(generator, progress.replaced(ended=True, rest=None))

    def thrown_into(self, function: Function) -> Values:
        """What may come out of a `yield` of a function: a generator that nobody takes on is closed there."""
        return join(_CLOSED, self.read((("thrown", function.node), "")))

    def note_throwing(self, generator: Generator) -> None:
        """From now on somebody may throw anything into a generator, and into those that it has made like it."""
        self.weaken((("thrown", generator.function.node), ""), ANY_EXCEPTION)

    def started(self, generator: Generator, site: ast.expr) -> Yielded:
        """What a generator gives whose body runs now, to its end: a failure of what it stands around comes in there."""
        self.note_throwing(generator)
        self._lose(generator)
        return self._run(generator, site, Pace())

    def go_on(self, generators: list[Generator], site: ast.expr) -> None:
        """The bodies that run on behind the `yield` they stand around a block with, on what the block has left."""
        for generator in generators:
            self._everything(generator, site)

    def delegated(self, source: Values, node: ast.YieldFrom) -> Values:
        """Hand out what `yield from` takes from its source; what generators in that return is its value."""
        self.here.site = node.value
        only_one, function = single(source), self.here.function
        if function is not None and self.thrown_into(function) != _CLOSED:
            for each in source:
                if isinstance(each, Generator):
                    self.note_throwing(each)
        count = self.left_to_yield()
        between = self.here.pace.between and count != 1
        if isinstance(only_one, Generator):
            items = self.take(only_one, node.value, count, between)
        else:
            items = self.exact_items(source)
        self.hand_out(items, self.iterated(source, node.value) if items is None else joined(items), node)
        if self.here.stopped is node:
            return PLAIN
        outcomes = [self.given_by(each, node.value) for each in ordered(source) if isinstance(each, Generator)]
        self.here.swallows = self.here.swallows or any(outcome.swallows for outcome in outcomes)
        return joined(outcome.returned for outcome in outcomes)

    def exact_items(self, values: Values) -> list[Values] | None:
        """The elements of the only possible sequence; those of a generator come while others look on."""
        value = single(values)
        if isinstance(value, Generator):
            return self.take(value, self.here.site or value.call, between=True)
        if isinstance(value, Obj) and value.kind == "instance":
            items = super().exact_items(values)
            return self._items_of_instance(value) if items is None else items
        return super().exact_items(values)

    def _items_of_instance(self, obj: Obj) -> list[Values] | None:
        """What the `__iter__` of a class of the project gives, one by one."""
        mark = self.store.mark()
        iterator = self.asked_for_iterator(obj, "__iter__", self.here.site or _NOWHERE)
        items = None if iterator is None else self.exact_items(only(iterator))
        if items is None:
            self.store.rewind(mark)
        return items

    def asked_for_iterator(self, obj: Obj, method: str, site: ast.expr) -> Generator | Obj | None:
        """The only iterator that an instance gives, unless it is another instance."""
        found = self.call_method(obj, method, Arguments(), CallPoint(site, site, direct=False))
        value = None if found is None else single(found)
        return value if isinstance(value, Generator) or (isinstance(value, Obj) and value.kind != "instance") else None

    def loop_over(self, source: Values, site: ast.expr, method: str = "__iter__") -> tuple[Values, list[Values] | None]:
        """What a loop runs over, and its elements; of a generator, the first one if there is any."""
        self.here.site = site
        value = single(source)
        if isinstance(value, Obj) and value.kind == "instance":
            mark = self.store.mark()
            iterator = self.asked_for_iterator(value, method, site)
            if isinstance(iterator, Generator):
                value, source = iterator, only(iterator)
            else:
                self.store.rewind(mark)
        if isinstance(value, Generator):
            return source, self.take(value, site, 1)
        return source, self.exact_items(source) if method == "__iter__" else None

    def run_out(self, generator: Generator, site: ast.expr) -> None:
        """Somebody takes everything that is left, with nothing in between: it is handed out by the next `take`."""
        items = self.take(generator, site)
        progress = self._progress_of(generator)
        if items is not None and progress is not None:
            self._note(generator, progress.replaced(rest=tuple(items)))

    def _everything(self, generator: Generator, site: ast.expr) -> Yielded:
        """The body as a whole, at any time: it meets what it knew before, and what others have written since."""
        met = self._met_by(generator, site)
        present = {cell: self.read(cell) for each in met for cell in (*each.reads, *each.written)}
        self.run.steps += len(present) // CELLS_PER_STEP
        mark = self.store.mark()
        presumed = {
            cell: joined([values, *(each.reads.get(cell, EMPTY) for each in met)]) for cell, values in present.items()
        }
        for cell, values in presumed.items():
            if values != present[cell]:
                self.write(cell, values)
        outside, self.lingering = self.lingering, {**self.lingering, **present}
        try:
            found = self._run(generator, site, Pace(again=bool(self.lingering)))
        finally:
            self.lingering = outside
        delta = self.store.rewind(mark)
        unborn = {cell for cell, values in present.items() if not values}
        kept = {cell: values for cell, values in delta.items() if cell in unborn or presumed.get(cell) != values}
        self.store.merge([{}, kept])
        self._lose(generator)
        return found

    def _met_by(self, generator: Generator, site: ast.expr) -> list[Met]:
        """What runs of the body have met so far, those of each pace."""
        key = self._context(generator.function, generator.arguments, self._point_of(generator, site))
        whole = (key[0], generator.function, key[1])
        paces = self.run.paces.get(whole, {})
        for pace, met in paces.items():
            memos = self.run.memos.get((*whole, pace), [])
            for memo in memos[min(met.memos, len(memos)) :]:
                for cell, values in memo.reads.items():
                    met.reads[cell] = join(met.reads.get(cell, EMPTY), values)
                met.written.update(dict.fromkeys(memo.writes))
            met.memos = len(memos)
        return list(paces.values())

    def _point_of(self, generator: Generator, site: ast.expr) -> CallPoint:
        return CallPoint(generator.call, site, module=generator.module)

    def _run(self, generator: Generator, site: ast.expr, pace: Pace) -> Yielded:
        point = self._point_of(generator, site)
        key, arguments = self._context(generator.function, generator.arguments, point)
        self.run.paces.setdefault((key, generator.function, arguments), {}).setdefault(pace, Met())
        found = self.enter(generator.function, generator.arguments, point, pace)
        outcomes = [value for value in ordered(found) if isinstance(value, Yielded)]
        if len(outcomes) == 1:
            return outcomes[0]
        return Yielded(None, found.difference(outcomes), EMPTY, False)

    def _undisturbed(self, progress: GeneratorProgress) -> bool:
        return all(self.read(location) == values for location, values in progress.after.items())

    # How far it has come.

    def _progress_of(self, generator: Generator) -> GeneratorProgress | None:
        """None where that is not known: it may be one of several, or be met again by code that runs twice here."""
        number = single(self.read(_progress_cell(generator)))
        known = isinstance(number, Const) and not self.settling and generator not in self.summaries
        return self.steps[number.value] if known and isinstance(number.value, int) else None  # type: ignore[union-attr]  # known: a constant

    def _note(self, generator: Generator, progress: GeneratorProgress) -> None:
        self.steps.append(progress)
        self._move(generator, len(self.steps) - 1)

    def _move(self, generator: Generator, number: int) -> None:
        self.write(_progress_cell(generator), frozenset({Const(number, "step")}))

    def _lose(self, generator: Generator) -> None:
        self.write(_progress_cell(generator), PLAIN)

    def lose_all(self, cells: Delta) -> None:
        """What has been taken here from generators ahead of time may not have been taken yet."""
        for owner, what in cells:
            if isinstance(owner, Generator) and what == "progress":
                self._lose(owner)


def _is_sent(cell: Location) -> bool:
    """Whether a cell holds what was sent or thrown into a generator, which only ever gains values."""
    return cell[0][0] in ("sent", "thrown")
