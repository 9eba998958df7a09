"""The interpreter as a whole: it runs modules and the bodies of entities, and notes what they did."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from analyzers.inference.domain.modules import Module
from analyzers.inference.domain.records import (
    MODULE_STEPS,
    NO_ARGUMENTS,
    Activation,
    CallPoint,
    EntityRecord,
    FrameRecord,
    Run,
    Unresolvable,
)
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, const, ordered
from analyzers.inference.domain.values import Coroutine, Env, Function, Generator, Pending, Values
from analyzers.inference.memory.core import qualified
from analyzers.inference.statements.statements import Statements
from analyzers.knowledge import flytekit
from analyzers.model.calls import Category, Consumption
from analyzers.model.entities import EntityKind
from analyzers.model.facts import Dialect, Observation, ObservationKind
from analyzers.model.places import Place
from analyzers.model.settings import Settings
from analyzers.project import Project
from analyzers.recursion import deep_recursion

# Chains of helpers are followed by recursion of Python's own frames, which need no C stack.
_RECURSION_LIMIT = 60_000
_NOWHERE = Place("", 1, 1, 1, 1)
_NO_NODE = ast.Lambda(ast.arguments([], [], None, [], [], None, []), ast.Constant(None))


class Interpreter(Statements):
    """`load` interprets a module once, `interpret` the body of an entity."""

    def __init__(self, project: Project, settings: Settings) -> None:
        super().__init__(project, settings)
        env = Env(("nowhere", ""), "", "", frozenset(), None)
        self.stack.append(Activation(env, FrameRecord(0, "", "", _NO_NODE, _NOWHERE), (), None, 0))

    def interpret_module(self, module: Module) -> None:
        frame = FrameRecord(0, module.name, module.name, _NO_NODE, Place(module.file.path, 1, 1, 1, 1))
        activation = Activation(module.env, frame, (), None, 0)
        activation.raised = ANY_EXCEPTION  # outside of every `try` nobody asks
        for name, value in (("__name__", module.name), ("__package__", module.package)):
            self.store.set((module.env.owner, name), const(value))
        run = Run(Dialect.MODERN, module.name, MODULE_STEPS, at_import=True)
        with deep_recursion(_RECURSION_LIMIT), self.store.permanent(), self._apart(run, activation):
            for statement in module.tree.body:
                run.steps = 0
                self._execute_at_import(module, statement)
            self._load_inner_imports(module)
        module.finished = True

    def _execute_at_import(self, module: Module, statement: ast.stmt) -> None:
        """One statement of a module; one that is nested too deeply binds nothing.

        Those behind one that certainly fails are looked at all the same: whoever asks about the file wants to know.
        """
        depth = len(self.stack)
        try:
            ends = self.execute([statement])
            module.open = module.open or self.run.steps > self.run.step_limit
        except RecursionError:
            del self.stack[depth:]
            ends = module.open = True
        if not ends and not module.failure:
            module.failure = self.failure_at(statement)

    def _load_inner_imports(self, module: Module) -> None:
        """Modules that only functions import, so that no branch of a run can take their interpretation back."""
        outer = {id(statement) for statement in module.tree.body}
        for statement in module.imports:
            if id(statement) not in outer:
                for name in self.imported_names(module, statement):
                    self.load(name)

    def imported_names(self, module: Module, statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
        """The dotted names of what a statement imports and may be a module of the project."""
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
            return
        with self._apart(self.run, Activation(module.env, self.here.frame, (), None, 0)):
            source = self._source_module(statement)
        yield source
        yield from (f"{source}.{alias.name}" for alias in statement.names if alias.name != "*")

    @contextmanager
    def _apart(self, run: Run, activation: Activation) -> Iterator[None]:
        """Interpret something outside of what is going on now."""
        outside = self.run, self.naming, self.doubt, self.active, self.depths
        self.run, self.naming, self.doubt, self.active, self.depths = run, None, 0, {}, {}
        self.stack.append(activation)
        try:
            yield
        finally:
            self.stack.pop()
            self.run, self.naming, self.doubt, self.active, self.depths = outside

    def interpret(self, record: EntityRecord) -> Run:
        """Run the body of an entity made of a function of the project."""
        function = record.function
        assert function is not None
        run = Run(self.dialect_of(record), record.entity.name)
        key = (function, NO_ARGUMENTS, None)
        mark = self.store.mark()
        outer = Activation(function.env, FrameRecord(0, "", "", _NO_NODE, _NOWHERE), (), None, mark)
        with deep_recursion(_RECURSION_LIMIT), self._apart(run, outer):
            frame = self.frame_for(key, function, ())
            env = Env(
                self.owners.setdefault(key, ("frame", len(self.owners))),
                function.env.module,
                _inside(function),
                scope_of(function.node).names,
                function.env,
            )
            activation = Activation(env, frame, (), function, mark)
            activation.arguments = self.inputs(record)
            activation.raised = ANY_EXCEPTION  # outside of every `try` nobody asks
            self.stack.append(activation)
            try:
                writes = self._run_body(function, activation)
                if record.entity.kind is EntityKind.EAGER:
                    self.returned(activation.result)
                self.store.apply(writes)
                self._hand_back(activation.result)
                self.resume_all()
            except RecursionError:
                self._give_up(function, "it is nested too deeply")
            if run.unsettled:
                self._give_up(function, "a loop or recursion in it does not settle")
            if run.steps > run.step_limit:
                self._give_up(function, "it takes too many steps")
            self._finish(record, activation.result)
            self.stack.pop()
        self.store.rewind(mark)
        return run

    def _hand_back(self, result: Values) -> None:
        """What an entity returns goes to Flyte, which runs through iterators."""
        self.begin_inside(result)
        for value in ordered(self.contents(result)):
            if isinstance(value, Generator):
                self.note_throwing(value)
                self.begin_inside(self.generated(value, value.call))

    def dialect_of(self, record: EntityRecord) -> Dialect:
        if self.settings.dialect is not None:
            return self.settings.dialect
        return Dialect.CLASSIC if record.maker == flytekit.CLASSIC_EAGER else Dialect.MODERN

    def _give_up(self, function: Function, why: str) -> None:
        """The body was not interpreted to its end: say so at the function."""
        node = ast.copy_location(ast.Name(qualified(function)), function.node)
        node.end_lineno, node.end_col_offset = node.lineno, node.col_offset + 1
        reason = f"the function was not analysed to its end: {why}"
        point = CallPoint(node, node, direct=False)
        self.unresolved(point, Unresolvable(Category.DEPTH_BOUND, reason, "split the function"))

    def _finish(self, record: EntityRecord, result: Values) -> None:
        """Decide what became of results that nothing consumed."""
        static = record.entity.kind is not EntityKind.EAGER
        for key, pending in list(self.run.pending.items()):
            if pending.uses:
                continue
            if pending.entity is None or static or self.blocks(pending):
                self.block(pending, Pending(key))
            else:
                pending.uses.add(Consumption.DROPPED)
                self._note_dropped(pending.module, pending.call, pending.entity.name)
        left = self.run.step_limit - self.run.steps
        for coroutine in list(self.run.coroutines):
            if coroutine in self.run.consumed or coroutine in result:
                continue
            probe = self._probe(coroutine, left)
            left -= probe.steps
            if any(pending.entity is not None for pending in probe.pending.values()):
                module = self.module_named(coroutine.module)
                self._note_dropped(module, coroutine.call, qualified(coroutine.function))
        for (number, node), pending in self.run.undecided.items():
            key = (node, ("frame", number), -1)
            self.run.pending[key] = pending
            self.run.frames[number].note(node, key, pending)

    def _note_dropped(self, module: Module, call: ast.expr, name: str) -> None:
        observation = Observation(ObservationKind.DROPPED, module.place(call), call, call, name, self.run.name)
        self.run.observations.setdefault((ObservationKind.DROPPED, call, name), observation)

    def _probe(self, coroutine: Coroutine, step_limit: int) -> Run:
        """What a helper that is never awaited would do, tried on the side."""
        probe = Run(self.run.dialect, self.run.name, step_limit)
        function = coroutine.function
        frame = FrameRecord(0, "", function.env.module, function.node, _NOWHERE)
        mark = self.store.mark()
        with self._apart(probe, Activation(function.env, frame, (), function, mark)):
            point = CallPoint(coroutine.call, coroutine.call, module=coroutine.module)
            self.enter(function, coroutine.arguments, point)
        self.store.rewind(mark)
        return probe

    def records_of(self, module: Module) -> list[EntityRecord]:
        """The entities that a module defines."""
        return [record for record in self.entities if record.module == module.name]


def _inside(function: Function) -> str:
    assert not isinstance(function.node, ast.Lambda)
    return f"{function.env.qualname}.{function.node.name}" if function.env.qualname else function.node.name
