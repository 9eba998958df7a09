"""The state of the abstract interpreter, and what its parts need of each other."""

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from analyzers.inference.domain.modules import Module, parse
from analyzers.inference.domain.records import (
    Activation,
    CallPoint,
    Drawn,
    EntityRecord,
    FrameRecord,
    HelperRecord,
    PendingRecord,
    Run,
    Unresolvable,
    module_owner,
)
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.store import Delta, Location, Store
from analyzers.inference.domain.value_sets import UNSET, join, joined, only, ordered
from analyzers.inference.domain.values import Data, Env, Function, Imported, Owner, Pending, Value, Values
from analyzers.inference.memory.provided import Provided
from analyzers.model.facts import Dialect, Observation, ObservationKind
from analyzers.model.settings import Settings
from analyzers.project import Project, SourceError


class Core(Provided):
    """Memory, modules, records and the present activation: what the parts of the semantics inherit from."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self.project = project
        self.settings = settings
        self.declared = dict(settings.entities)
        self.store = Store()
        self.modules: dict[str, Module | None] = {}
        self.errors: dict[str, SourceError] = {}
        self.extra_names: dict[str, set[str]] = {}
        self.entities: list[EntityRecord] = []
        self.entity_index: dict[object, int] = {}
        self.envs: dict[Owner, Env] = {}
        self.owners: dict[object, Owner] = {}
        self.volatile: set[Location] = set()
        self.summaries: set[Value] = set()
        self.put_together: set[Value] = set()
        self.drawn: list[Drawn] = []
        self.lingering: Delta = {}
        self.stack: list[Activation] = []
        self.active: dict[object, Activation] = {}
        self.doubt = 0
        self.naming: tuple[ast.expr, str] | None = None
        self.run = Run(Dialect.MODERN, "")

    # The present place.

    @property
    def here(self) -> Activation:
        return self.stack[-1]

    def fails_with(self, part: ast.expr, node: ast.expr) -> bool:
        """Whether a part of an expression that gives nothing certainly fails, and `node` as a whole with it.

        An attribute that is missing is told of where it is called.
        """
        if self.here.ended_by is not part or isinstance(part, ast.Attribute):
            return False
        self.here.ended_by = node
        return True

    @property
    def env(self) -> Env:
        return self.here.env

    @property
    def module(self) -> Module:
        return self.module_named(self.env.module)

    def module_of(self, point: CallPoint) -> Module:
        """The module in which a call stands."""
        return self.module_named(point.module) if point.module else self.module

    def module_named(self, name: str) -> Module:
        module = self.modules[name]
        assert module is not None
        return module

    # Memory. Reads and writes of what other activations share are noted, so that a memo knows what it depends on.

    def read(self, location: Location) -> Values:
        values = self.store.get(location)
        here = self.here
        if location[0] is not here.home and location not in here.written and not self._constant(location):
            here.reads.setdefault(location, values)
        return values

    def _constant(self, location: Location) -> bool:
        """Whether the cell is a global that no function changes."""
        return location[0][0] == "module" and location not in self.volatile

    def note_changing(self, location: Location) -> None:
        """A function changes the cell, which whoever has read a global so far did not expect.

        What is open may have read it, and what is remembered may depend on it: neither has noted that.
        """
        if location in self.volatile:
            return
        if location[0][0] == "module":
            values = self.store.get(location)
            for activation in self.stack:
                if location not in activation.written:
                    activation.reads.setdefault(location, values)
            for started in self.run.started.values():
                started.seen.setdefault(location, values)
            for drawn in self.drawn:
                drawn.seen.setdefault(location, values)
            self.run.memos.clear()
            self.run.draws.clear()
        self.volatile.add(location)

    def write(self, location: Location, values: Values) -> None:
        """A strong update, unless the cell keeps something that others may have written to it meanwhile."""
        if location in self.lingering:
            values = join(values, self.lingering[location])
        self.store.set(location, values)
        if location[0] is not self.here.home:
            self.here.written.add(location)

    @contextmanager
    def turn(self, number: int) -> Iterator[None]:
        """One turn of a loop that is unrolled."""
        here = self.here
        outer = here.turns
        here.turns = (*outer, number)
        try:
            yield
        finally:
            here.turns = outer

    def each(self, values: Iterable[Value], act: Callable[[Value], Values]) -> Values:
        """What `act` gives for the possible values, of which one is the real one: what it writes is joined."""
        results: list[Values] = []
        deltas: list[Delta] = []
        for value in ordered(values):
            self.run.steps += 1
            mark = self.store.mark()
            results.append(act(value))
            deltas.append(self.store.rewind(mark))
        self.store.merge(deltas)
        return joined(results)

    def weaken(self, location: Location, values: Values) -> None:
        """A weak update: the cell may also keep what it had."""
        self.write(location, join(self.read(location), values))

    def lookup(self, name: str, env: Env | None = None) -> Values | None:
        """The values of a name, or None where no scope of the project binds it."""
        start = env or self.env
        name = start.mangled(name)
        scope: Env | None = start
        while scope is not None:
            visible = scope is start or not scope.closed
            location: Location = (scope.owner, name)
            if visible and (name in scope.names or (scope.parent is None and location in self.store)):
                values = self.read(location)
                if not values.isdisjoint(UNSET):
                    values -= UNSET
                if values or (scope.parent is not None and not scope.closed):
                    return self.settled(values)
                if not scope.closed:
                    return values if location in self.store else None
            scope = scope.parent
        return None

    def settled(self, values: Values) -> Values:
        """`values` with names imported from modules that were not finished at that time looked up now."""
        if not any(isinstance(value, Imported) for value in values):
            return values
        parts = [
            self.module_attribute(value.module, value.name) if isinstance(value, Imported) else only(value)
            for value in values
        ]
        return joined(parts)

    def bind(self, name: str, values: Values) -> None:
        """Assign to a name in the scope that it belongs to."""
        scope: Env | None = self.env
        name = self.env.mangled(name)
        while scope is not None and name not in scope.names and scope.parent is not None:
            scope = scope.parent
        assert scope is not None
        location: Location = (scope.owner, name)
        if scope is not self.env and self.here.function is not None and not _comprehension(self.env, scope):
            self.note_changing(location)
        self.write(location, values)

    def note_raised(self, exceptions: Values) -> None:
        """These may leave the present block, or the function."""
        here = self.here
        if here.reached is not None and exceptions:
            here.reached.keep()
        if not exceptions <= here.raised:
            here.raised = here.raised | exceptions

    # Modules.

    def load(self, name: str) -> Module | None:
        """A first-party module with its body interpreted; None where there is none, or where it cannot be parsed."""
        module = self.parsed(name)
        if module is not None and not module.loaded:
            module.loaded = True
            self.interpret_module(module)
        return module

    def parsed(self, name: str) -> Module | None:
        """A first-party module, parsed but not necessarily interpreted."""
        if name not in self.modules:
            self.modules[name] = self._parse(name)
        return self.modules[name]

    def _parse(self, name: str) -> Module | None:
        file = self.project.find(name)
        if file is None:
            return None
        result = parse(self.project, file)
        if isinstance(result, SourceError):
            self.errors[file.file] = result
            return None
        source, tree = result
        env = Env(module_owner(name), name, "", scope_of(tree).names, None)
        return Module(file, source, tree, env)

    def global_names(self, module: Module) -> set[str]:
        """The names that a module binds, those of star imports and `global` statements included."""
        return set(module.env.names) | self.extra_names.get(module.name, set())

    # Records.

    def event(self, node: ast.AST, key: object, record: PendingRecord | HelperRecord) -> None:
        self.here.frame.note(node, key, record)

    def observe(self, kind: ObservationKind, node: ast.expr, call: ast.expr, name: str) -> None:
        observation = Observation(kind, self.module.place(node), node, call, name, self.run.name)
        self.run.observations.setdefault((kind, node, name), observation)

    def unresolved(self, point: CallPoint, why: Unresolvable) -> Values:
        """Note that a call could not be decided; its result is a pending value, so that its use is known."""
        frame = self.here.frame
        key = (point.node, self.env.owner, -1)
        record = self.run.pending.get(key)
        if record is None:
            record = PendingRecord(self.module_of(point), point, frame, self.here.chain)
            record.unresolvable = why
            self.run.pending[key] = record
        self.event(point.at, key, record)
        return only(Pending(key))

    def frame_for(self, key: object, function: Function, chain: tuple[object, ...]) -> FrameRecord:
        """The frame of a bound call; the same for every activation with the same arguments."""
        record = self.run.numbers.get(key)
        if record is None:
            module = self.module_named(function.env.module)
            place = module.place(function.node)
            record = FrameRecord(len(self.run.frames), qualified(function), module.name, function.node, place)
            self.run.numbers[key] = record
            self.run.frames.append(record)
        return record

    def spent(self) -> bool:
        """Count one step; true when the run has used up its steps."""
        self.run.steps += 1
        return self.run.steps > self.run.step_limit

    def certain(self, candidates: Iterable[Value]) -> bool:
        return self.doubt == 0 and sum(1 for _ in candidates) == 1

    def opaque(self, what: str) -> Values:
        """A plain value from code that is not seen through."""
        return only(Data(frozenset(), what))

    def record_of(self, pending: Pending) -> PendingRecord | None:
        """The record of a call; None for one that another run made, such as a call while a module was imported."""
        return self.run.pending.get(pending.key)


def qualified(function: Function) -> str:
    """The dotted name of a function: module and qualified name."""
    node = function.node
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    prefix = f"{function.env.qualname}." if function.env.qualname else ""
    return f"{function.env.module}.{prefix}{name}"


def _comprehension(env: Env, scope: Env) -> bool:
    """Whether `scope` is reached from `env` through comprehensions only: they belong to the same function."""
    current: Env | None = env
    while current is not scope and current is not None:
        if current.owner[0] != "comprehension":
            return False
        current = current.parent
    return True
