"""What may fail: `raise` and `try`, and how far a block had got when it did."""

import ast
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from analyzers.inference.domain.progress import Progress, Reached
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.store import Delta, Location
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, EMPTY, PLAIN, join, joined, only, ordered
from analyzers.inference.domain.values import Arguments, ClassRef, External, Obj, Unknown, Values
from analyzers.inference.statements.catching import EVERYTHING, Catching
from analyzers.model.calls import Category
from analyzers.model.record import Record

_GROUP = External("builtins.BaseExceptionGroup")
_GROUPS = frozenset({_GROUP, External("builtins.ExceptionGroup")})
_END_OF_GENERATOR = External("builtins.StopIteration")
_RETURNED = Unknown(
    Category.EXTERNAL_CODE,
    "it is what a generator has returned, which Python carries in an exception",
    "let the generator be consumed by `yield from`",
)
_NOWHERE = ast.Constant(None)
Catch = Callable[[Values, Values, ast.ExceptHandler], Values]
Rescue = Callable[[Values], tuple[bool, Values]]
"""Given what may have been raised: whether going on after the block is possible, and what stays raised."""


class Step(Record):
    """A part of a block; the cells `last` are written when nothing in it can fail any more."""

    run: Callable[[], bool]
    last: frozenset[Location]


class Left(Record):
    """How a block is left before its end: whether it may jump out, and what it may throw."""

    jumps: bool
    thrown: Values


class Failures(Catching):
    """Statements whose blocks may be left in the middle."""

    def _exec_raise(self, node: ast.Raise) -> bool:
        if node.exc is None:
            self.note_raised(self.here.handling[-1] if self.here.handling else ANY_EXCEPTION)
            return False
        values = self._thrown(self.evaluate(node.exc), node.exc)
        callee = self.evaluate(node.exc.func) if isinstance(node.exc, ast.Call) else EMPTY
        self.note_raised(self.raised_by(values, callee))
        if node.cause is not None:
            self.evaluate(node.cause)
        return False

    def _thrown(self, values: Values, node: ast.expr) -> Values:
        """What raising `values` throws: of a class an instance."""
        point = CallPoint(node, node, direct=False)
        classes = [value for value in ordered(values) if isinstance(value, ClassRef)]
        for cls in classes:
            self.note_call(only(cls), Arguments())
        return joined([values.difference(classes), *(self.call(only(cls), Arguments(), point) for cls in classes)])

    # Try.

    def _exec_try(self, node: ast.Try | ast.TryStar) -> bool:
        def attempt() -> bool:
            return self.attempted(map(self.step, node.body), node.orelse, rescues)

        catch = self._caught_group if isinstance(node, ast.TryStar) else self._caught
        covered: list[Values] = []
        rescues = [partial(self._handled, handler, catch, covered) for handler in node.handlers]
        return self.closed(attempt, lambda _: self.execute(node.finalbody)) if node.finalbody else attempt()

    def step(self, statement: ast.stmt) -> Step:
        """A statement of a block whose failures are handled."""
        return Step(partial(self._executed, statement), self._last_cells(statement))

    def _executed(self, statement: ast.stmt) -> bool:
        """A block whose failures are handled ends at an import that cannot work."""
        if isinstance(statement, ast.Import | ast.ImportFrom) and self.importable(statement) is False:
            self.note_raised(self.failed_import(statement))
            return False
        return self.execute([statement])

    def _last_cells(self, statement: ast.stmt) -> frozenset[Location]:
        """The cells of local names that an assignment binds when nothing can fail any more."""
        match statement:
            case ast.Assign(targets=targets):
                pass
            case ast.AnnAssign(target=target):
                targets = [target]
            case _:
                return frozenset()
        function = self.here.function
        names = [self.env.mangled(target.id) for target in targets if isinstance(target, ast.Name)]
        private = function is not None and not scope_of(function.node).captured
        if not private or len(names) < len(targets) or not self.env.names.issuperset(names):
            return frozenset()
        return frozenset((self.env.owner, name) for name in names)

    def guarded(self, body: list[ast.stmt]) -> bool:
        """The block of a `with`, whose failures may be handled."""
        return all(self._executed(statement) for statement in body)

    def attempted(self, steps: Iterable[Step], orelse: list[ast.stmt], rescues: Sequence[Rescue]) -> bool:
        """A block that may fail; each rescue is given what the ones before it leave, and sees what was bound so far."""
        here = self.here
        mark, pauses, outside = self.store.mark(), here.pauses, here.raised
        progress, thrown, falls, around = Progress(self.store), EMPTY, True, here.reached
        for step in steps:
            progress.advance()
            here.raised = EMPTY
            with self.store.watch() as written:
                here.reached = Reached(written)
                falls = step.run()
            reached, here.reached = here.reached, around
            if here.raised:
                progress.fail(reached.before, step.last)
            thrown |= here.raised
            if not falls:
                break
        here.raised = outside
        paused = here.pauses > pauses
        falls = falls and self.execute(orelse)
        complete = self.store.rewind(mark)
        deltas = [complete] if falls else []
        broken = progress.interrupted()
        for rescue in rescues:
            if not thrown:
                break
            self.store.apply(broken)
            jumps = self._jumps()
            ends, thrown = rescue(thrown)
            self._note_swallowing(paused and (ends or self._jumps() > jumps))
            delta = self.store.rewind(mark)
            if ends:
                deltas.append(delta)
        self.note_raised(thrown)
        self.store.merge(deltas)
        return bool(deltas)

    def _note_swallowing(self, swallows: bool) -> None:
        """A failure that is thrown into a generator at its `yield` may end inside it."""
        self.here.swallows = self.here.swallows or swallows

    def _jumps(self) -> int:
        """How many ways out of the present block there are but its end."""
        return sum(map(len, self._ways_out()))

    def _ways_out(self) -> list[list[Delta]]:
        here = self.here
        return [here.returns, *([here.loops[-1].breaks, here.loops[-1].continues] if here.loops else [])]

    def _interrupted(self, written: Delta) -> Delta:
        """The cells after a block that was left anywhere: what they were before, or anything written meanwhile."""
        progress = Progress(self.store)
        progress.fail(written, frozenset())
        return progress.interrupted()

    def closed(self, attempt: Callable[[], bool], last: Callable[[Left | None], bool]) -> bool:
        """A block, and what runs on every way out of it: after a failure, before a jump, and at its end (None)."""
        here = self.here
        jumps, pauses = self._ways_out(), here.pauses
        starts = [len(ways) for ways in jumps]
        before = here.result
        mark, outside = self.store.mark(), here.raised
        here.raised = EMPTY
        with self.store.watch() as written:
            falls = attempt()
        complete = self.store.rewind(mark)
        ends = [len(ways) for ways in jumps]
        left = Left(ends != starts, ANY_EXCEPTION if here.function is None else here.raised)
        self.note_raised(outside)
        if not (left.jumps or left.thrown):
            self.store.apply(complete)
            return falls and last(None)
        result, here.result = here.result, before
        self.store.apply(self._interrupted(written))
        inner = self.store.mark()
        before_last = self._jumps()
        passes = last(left)
        if left.thrown and here.reached is not None:
            here.reached.keep()
        self._note_swallowing(here.pauses > pauses and self._jumps() > before_last)
        closing = self.store.rewind(inner)
        self.store.rewind(mark)
        for ways, start, end in zip(jumps, starts, ends, strict=True):
            ways[start:end] = [{**way, **closing} for way in ways[start:end]] if passes else []
        if passes:
            here.result = join(here.result, result)
        if not (falls and passes):
            return False
        self.store.apply(complete)
        return last(None)

    def _handled(
        self, handler: ast.ExceptHandler, catch: Catch, covered: list[Values], thrown: Values
    ) -> tuple[bool, Values]:
        """Whether a handler ends, and what it leaves to the next one; nothing of it runs if there is nothing for it."""
        kinds = self.evaluate(handler.type) if handler.type is not None else EVERYTHING
        listed, exact = self.listed_classes(kinds)
        taken = self.taken_by(listed, thrown, joined(covered))
        if not taken:
            return False, thrown
        if exact:
            covered.append(listed)
        if handler.name is not None:
            self.bind(handler.name, catch(listed, taken, handler))
        here = self.here
        here.frame.reached.update(handler.body[:1])
        here.handling.append(taken)
        ends = self.execute(handler.body)
        here.handling.pop()
        return ends, self.left_by(listed, thrown) if exact else thrown

    def _caught_group(self, listed: Values, thrown: Values, handler: ast.ExceptHandler) -> Values:
        """What `except*` binds: a group of those that it is for."""
        found = self._caught(listed, self._apart_from_groups(thrown), handler)
        return self.exception_group(found, self.stand_in(handler, "group"))

    def _apart_from_groups(self, thrown: Values) -> Values:
        """Exceptions, and those in groups instead of the groups."""
        grouped = [value for value in thrown if self.is_a(value, _GROUP)]
        inner = [self.contents(self.attribute(only(group), "exceptions", _NOWHERE)) for group in ordered(grouped)]
        found = {value for values in inner for value in values if isinstance(value, Obj) and value.cls is not None}
        if not grouped:
            return thrown
        return thrown.difference(grouped) | self._apart_from_groups(frozenset(found))

    def _caught(self, listed: Values, thrown: Values, handler: ast.ExceptHandler) -> Values:
        """What a handler for these classes binds; an exception of the project's own classes was thrown by it."""
        made = frozenset(value for value in thrown if isinstance(value, Obj))
        if listed & _GROUPS:
            alone = frozenset(value for value in made if not self.is_a(value, _GROUP))
            return join(made - alone, self.exception_group(alone, self.stand_in(handler, "group")))
        found = frozenset(value for value in made if any(self.is_a(value, kind) for kind in listed))
        if found and all(isinstance(kind, ClassRef) for kind in listed):
            return found
        return join(only(_RETURNED) if _END_OF_GENERATOR in listed else PLAIN, found)
