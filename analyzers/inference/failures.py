"""What may fail: `raise` and `try`, and how far a block had got when it did."""

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from analyzers.inference.definitions import Definitions
from analyzers.inference.records import CallPoint
from analyzers.inference.store import Delta, Location
from analyzers.inference.values import (
    EMPTY,
    PLAIN,
    Arguments,
    ClassRef,
    External,
    Obj,
    Unknown,
    Value,
    Values,
    join,
    joined,
    only,
    ordered,
)
from analyzers.model.calls import Category

_RAISED: Location = (("raised", ""), "")
"""The instances of the project's classes that were thrown; whoever watches a block sees those that left it."""
_CATCH_ALL = frozenset({"builtins.Exception", "builtins.BaseException"})
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


class Failures(Definitions):
    """Statements whose blocks may be left in the middle."""

    def _exec_raise(self, node: ast.Raise) -> bool:
        if node.exc is not None:
            self.store.set(_RAISED, frozenset(self._thrown(self.evaluate(node.exc), node.exc)))
        if node.cause is not None:
            self.evaluate(node.cause)
        return False

    def _thrown(self, values: Values, node: ast.expr) -> Iterator[Value]:
        """The instances of the project's classes that raising `values` throws."""
        for value in ordered(values):
            if isinstance(value, ClassRef):
                yield from self.call(only(value), Arguments(), CallPoint(node, node, direct=False))
            elif isinstance(value, Obj):
                yield value

    # Try.

    def _exec_try(self, node: ast.Try | ast.TryStar) -> bool:
        def attempt() -> bool:
            return self.attempted(partial(self.guarded, node.body), node.orelse, rescues)

        handlers = [] if self.always_imports(node.body) else node.handlers
        catch = self._caught_group if isinstance(node, ast.TryStar) else self._caught
        rescues = [partial(self._handled, handler, catch) for handler in handlers]
        return self.closed(attempt, lambda _: self.execute(node.finalbody)) if node.finalbody else attempt()

    def guarded(self, body: list[ast.stmt]) -> bool:
        """A block whose failures are handled: it ends at an import that cannot work."""
        for statement in body:
            if isinstance(statement, ast.Import | ast.ImportFrom) and self.importable(statement) is False:
                return False
            if not self.execute([statement]):
                return False
        return True

    def attempted(
        self, body: Callable[[], bool], orelse: list[ast.stmt], rescues: Sequence[Callable[[Values], bool]]
    ) -> bool:
        """A block that may fail anywhere; a rescue is given what was thrown, and sees what was bound so far."""
        mark, pauses = self.store.mark(), self.here.pauses
        with self.store.watch() as written:
            falls = body()
        paused = self.here.pauses > pauses
        falls = falls and self.execute(orelse)
        complete = self.store.rewind(mark)
        broken = self._interrupted(written)
        deltas = [complete] if falls else []
        for rescue in rescues:
            self.store.apply(broken)
            jumps = self._jumps()
            ends = rescue(written.get(_RAISED, EMPTY))
            self._note_swallowing(paused and (ends or self._jumps() > jumps))
            delta = self.store.rewind(mark)
            if ends:
                deltas.append(delta)
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
        return {
            location: values if self._made_inside(location, written) else join(self.store.get(location), values)
            for location, values in written.items()
        }

    def _made_inside(self, location: Location, written: Delta) -> bool:
        """Whether a cell belongs to an object that the block has made."""
        born: Location = (location[0], "born")
        return born in written and not self.store.get(born)

    def closed(self, attempt: Callable[[], bool], last: Callable[[bool], bool]) -> bool:
        """A block, and what runs on every way out of it: after a failure, before a jump (true), and at its end."""
        here = self.here
        jumps, pauses = self._ways_out(), here.pauses
        starts = [len(ways) for ways in jumps]
        before = here.result
        mark = self.store.mark()
        with self.store.watch() as written:
            falls = attempt()
        complete = self.store.rewind(mark)
        ends = [len(ways) for ways in jumps]
        result, here.result = here.result, before
        self.store.apply(self._interrupted(written))
        inner = self.store.mark()
        before_last = self._jumps()
        passes = last(True)
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
        return last(False)

    def _handled(self, handler: ast.ExceptHandler, catch: Catch, thrown: Values) -> bool:
        kinds = self.evaluate(handler.type) if handler.type is not None else EMPTY
        if handler.name is not None:
            self.bind(handler.name, catch(kinds, thrown, handler))
        self.here.frame.reached.update(handler.body[:1])
        return self.execute(handler.body)

    def _caught_group(self, kinds: Values, thrown: Values, handler: ast.ExceptHandler) -> Values:
        """What `except*` binds: a group of those that it is for."""
        found = self._caught(kinds, self._apart_from_groups(thrown), handler)
        return self.exception_group(found, self.stand_in(handler, "group"))

    def _apart_from_groups(self, thrown: Values) -> Values:
        """Exceptions, and those in groups instead of the groups."""
        grouped = [value for value in thrown if self._is_a(value, _GROUP)]
        inner = [self.contents(self.attribute(only(group), "exceptions", _NOWHERE)) for group in ordered(grouped)]
        found = {value for values in inner for value in values if isinstance(value, Obj) and value.cls is not None}
        if not grouped:
            return thrown
        return thrown.difference(grouped) | self._apart_from_groups(frozenset(found))

    def _caught(self, kinds: Values, thrown: Values, handler: ast.ExceptHandler) -> Values:
        """What a handler for these classes binds; an exception of the project's own classes was thrown by it."""
        listed = joined(self.elements(kind) if isinstance(kind, Obj) else only(kind) for kind in kinds)
        if listed & _GROUPS:
            alone = frozenset(value for value in thrown if not self._is_a(value, _GROUP))
            return join(thrown - alone, self.exception_group(alone, self.stand_in(handler, "group")))
        found = frozenset(value for value in thrown if any(self._is_a(value, kind) for kind in listed))
        if found and all(isinstance(kind, ClassRef) for kind in listed):
            return found
        return join(only(_RETURNED) if _END_OF_GENERATOR in listed else PLAIN, found)

    def _is_a(self, value: Value, kind: Value) -> bool:
        if not (isinstance(value, Obj) and value.cls is not None):
            return False
        if isinstance(kind, External):
            return kind.name in _CATCH_ALL or kind.name in self.external_bases(value.cls)
        return kind in self.linearized(value.cls)
