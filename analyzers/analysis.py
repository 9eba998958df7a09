"""The analysis of some files: what their eager functions invoke, and every fact that others ask for."""

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from analyzers.cycles import cycles
from analyzers.inference.domain.modules import Module
from analyzers.inference.domain.records import EntityRecord, PendingRecord, Run
from analyzers.inference.facts import entity_function
from analyzers.inference.interpreter import Interpreter
from analyzers.knowledge import flytekit
from analyzers.model.calls import Consumption
from analyzers.model.entities import Entity, EntityKind
from analyzers.model.facts import Definition, EntityFunction, Form, Reference, RewriteSite
from analyzers.model.places import Place
from analyzers.model.record import Record
from analyzers.model.settings import Settings
from analyzers.project import Project, SourceError, SourceFile
from analyzers.relevance import Files, relevant
from analyzers.source import Source

_BODIES = (EntityKind.EAGER, EntityKind.WORKFLOW, EntityKind.DYNAMIC)
_ASYNCHRONOUS = frozenset({Consumption.AWAITED, Consumption.GATHERED, Consumption.SCHEDULED})


class ModuleFacts(Record):
    """One parsed module: its file, text and tree, what it imports and which entities it defines."""

    file: SourceFile
    source: Source
    tree: ast.Module
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    definitions: tuple[Definition, ...]
    references: tuple[Reference, ...]


def analyze(paths: Sequence[str], settings: Settings | None = None) -> "Analysis":
    """The analysis of the Python files at `paths`, which are files or folders that exist.

    A file that is named itself is always parsed; one that is found in a folder only where it can hold an eager function
    (see `analyzers.relevance`), and only such files are interpreted. Files that cannot be read or parsed are among the
    `errors`.
    """
    settings = settings or Settings()
    project = Project(settings)
    found = project.files(paths)
    return Analysis(Interpreter(project, settings), found)


class Analysis:
    """Facts about files, computed when they are asked for, each once."""

    def __init__(self, interpreter: Interpreter, files: Sequence[tuple[SourceFile, bool]]) -> None:
        self._interpreter = interpreter
        self._files = files
        self._runs: dict[int, Run] = {}
        self._bodies: dict[int, EntityFunction] = {}
        self._indices: dict[str, int] = {}
        self._indexed = 0
        self.file_count = len(files)

    @cached_property
    def _asked(self) -> tuple[Module, ...]:
        """The modules asked for: those that can hold an eager function are interpreted, those that are named parsed."""
        interpreter = self._interpreter
        makers = [name.rpartition(".")[2] for name, kind in interpreter.settings.entities if kind == "eager"]
        wanted = relevant(Files(interpreter.project, self._tree), self.files, ["eager", *makers])
        loaded = [
            interpreter.load(file.module) if file in wanted else interpreter.parsed(file.module)
            for file, explicit in self._files
            if explicit or file in wanted
        ]
        return tuple(module for module in loaded if module is not None)

    def _tree(self, file: SourceFile) -> ast.Module | None:
        module = self._interpreter.parsed(file.module)
        return None if module is None else module.tree

    @property
    def files(self) -> tuple[SourceFile, ...]:
        """The Python files asked for, by path, parsed or not."""
        return tuple(file for file, _ in self._files)

    @cached_property
    def modules(self) -> tuple[ModuleFacts, ...]:
        """The parsed modules among the files asked for, by path."""
        assert self.functions is not None  # entities that are made inside bodies are known once those are interpreted
        return tuple(self._facts(module) for module in self._asked)

    def module(self, name: str) -> ModuleFacts | None:
        """Any module of the project, parsed and interpreted on demand."""
        module = self._interpreter.load(name)
        return None if module is None else self._facts(module)

    def _facts(self, module: Module) -> ModuleFacts:
        definitions = tuple(record.definition for record in self._interpreter.records_of(module))
        references = tuple(module.references[place] for place in sorted(module.references))
        return ModuleFacts(module.file, module.source, module.tree, module.imports, definitions, references)

    @cached_property
    def errors(self) -> tuple[SourceError, ...]:
        """The files that cannot be read or parsed, among those asked for and those that they import."""
        assert self._asked is not None
        return tuple(self._interpreter.errors[file] for file in sorted(self._interpreter.errors))

    @cached_property
    def functions(self) -> tuple[EntityFunction, ...]:
        """The eager functions of the files asked for, by place."""
        asked = {module.name for module in self._asked}
        indices = [
            i for i, record in self._records() if record.module in asked and record.entity.kind is EntityKind.EAGER
        ]
        found = [self._body(index) for index in indices if self._interpreter.entities[index].function is not None]
        return tuple(sorted(found, key=lambda function: function.entity.place))

    def _records(self) -> list[tuple[int, EntityRecord]]:
        assert self._asked is not None
        return list(enumerate(self._interpreter.entities))

    def _body(self, index: int) -> EntityFunction:
        if index not in self._bodies:
            record = self._interpreter.entities[index]
            run = self._run(index)
            texts = {p: self._text(p) for p in run.pending.values() if p.unresolvable is not None}
            self._bodies[index] = entity_function(record, run, texts)
        return self._bodies[index]

    def _run(self, index: int) -> Run:
        if index not in self._runs:
            self._runs[index] = self._interpreter.interpret(self._interpreter.entities[index])
        return self._runs[index]

    def _text(self, pending: PendingRecord) -> str:
        return pending.module.text(pending.call)

    def _index(self, name: str) -> int | None:
        records = self._interpreter.entities
        assert self._asked is not None
        for index in range(self._indexed, len(records)):
            self._indices.setdefault(records[index].entity.name, index)
        self._indexed = len(records)
        return self._indices.get(name)

    def entity_names(self) -> tuple[str, ...]:
        """The names of all entities that are known, sorted."""
        return tuple(sorted({record.entity.name for _, record in self._records()}))

    def entity(self, name: str) -> Entity | None:
        """An entity of the project by the name of its definition."""
        index = self._index(name)
        return None if index is None else self._interpreter.entities[index].entity

    def body(self, name: str) -> EntityFunction | None:
        """What the body of an eager function, workflow or dynamic workflow does."""
        index = self._index(name)
        if index is None:
            return None
        record = self._interpreter.entities[index]
        return self._body(index) if record.function is not None and record.entity.kind in _BODIES else None

    def dependencies(self, name: str) -> tuple[Entity, ...]:
        """What an entity invokes or runs itself, sorted by name."""
        found: dict[str, Entity] = {}
        body = self.body(name)
        for invocation in body.invocations if body else ():
            found[invocation.entity.name] = invocation.entity
        entity = self.entity(name)
        for target in entity.targets if entity else ():
            known = self.entity(target)
            if known is not None:
                found[target] = known
        return tuple(found[each] for each in sorted(found))

    def closure(self, name: str) -> tuple[Entity, ...]:
        """The dependencies and theirs, sorted by name; the entity itself only where it is in a cycle."""
        found: dict[str, Entity] = {}
        waiting = [name]
        while waiting:
            for entity in self.dependencies(waiting.pop()):
                if entity.name not in found:
                    found[entity.name] = entity
                    waiting.append(entity.name)
        return tuple(found[each] for each in sorted(found))

    def cycles(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The sets of entities, among one and its closure, that reach one another, each sorted by name."""
        return cycles(name, lambda each: [entity.name for entity in self.dependencies(each)])

    # For the build.

    def _eager_runs(self) -> Iterator[Run]:
        """The runs of every eager function of every module that was loaded."""
        done = 0
        while done < len(self._records()):
            index, record = done, self._interpreter.entities[done]
            done += 1
            if record.entity.kind is EntityKind.EAGER and record.function is not None:
                yield self._run(index)

    @cached_property
    def _sites(self) -> dict[str, tuple[RewriteSite, ...]]:
        gathered: dict[tuple[str, Place], list[PendingRecord]] = {}
        for run in self._eager_runs():
            for pending in run.pending.values():
                if pending.direct:
                    gathered.setdefault((pending.module.name, pending.place), []).append(pending)
        sites: dict[str, list[RewriteSite]] = {}
        for module, place in sorted(gathered):
            site = self._site(module, place, gathered[(module, place)])
            if site is not None:
                sites.setdefault(module, []).append(site)
        return {module: tuple(found) for module, found in sites.items()}

    def _site(self, module: str, place: Place, records: list[PendingRecord]) -> RewriteSite | None:
        uses = frozenset[Consumption]().union(*(record.uses for record in records))
        entities = [record for record in records if record.entity is not None]
        sync = [record for record in entities if record.blocks]
        awaited = any(record.uses & _ASYNCHRONOUS for record in sync)
        values = any(record.uses & {Consumption.BLOCKING, Consumption.RETURNED} for record in sync)
        certain = len(entities) == len(records) and all(record.certain for record in entities)
        hoists = {record.hoist for record in entities if record.hoist is not None}
        hoist = self._hoist(module, hoists)
        if awaited and values and not self._classic(records):
            reason = "its result is awaited on one way and used as a value on another"
            return RewriteSite(records[0].site, place, Form.DECLINED, certain, reason, None)
        if not entities and not uses & _ASYNCHRONOUS:
            return None
        form = Form.BLOCKING if values and not awaited else Form.AWAITABLE
        if any(record.overridden for record in records):
            form = Form.OVERRIDABLE
        return RewriteSite(records[0].site, place, form, certain, "", hoist)

    def _classic(self, records: list[PendingRecord]) -> bool:
        return all(record.classic for record in records)

    def _hoist(self, module: str, nodes: set[ast.expr]) -> Place | None:
        if len(nodes) != 1:
            return None
        loaded = self._interpreter.module_named(module)
        return loaded.place(next(iter(nodes)))

    def rewrite_sites(self, module: str) -> tuple[RewriteSite, ...]:
        """The call sites of a module that the runtime must handle, by place."""
        return self._sites.get(module, ())

    def rewritten_modules(self) -> tuple[str, ...]:
        """The modules whose text the build changes: they have call sites, or take `eager` from flytekit."""
        loaded = [module for module in self._interpreter.modules.values() if module is not None]
        names = {module.name for module in loaded if module.references or _imports_eager(module)}
        return tuple(sorted(names | set(self._sites)))

    def first_party_imports(self, module: str) -> tuple[str, ...]:
        """The project's modules that a module imports in any scope, with the packages that they lie in."""
        loaded = self._interpreter.load(module)
        found: set[str] = set()
        for statement in loaded.imports if loaded else ():
            assert loaded is not None
            for name in self._interpreter.imported_names(loaded, statement):
                found.update(self._existing(name))
        found.update(self._existing(module))
        return tuple(sorted(found - {module}))

    def _existing(self, name: str) -> Iterator[str]:
        parts = name.split(".")
        for length in range(1, len(parts) + 1):
            prefix = ".".join(parts[:length])
            if self._interpreter.project.find(prefix) is not None:
                yield prefix


def _imports_eager(module: Module) -> bool:
    """Whether an import statement of the module may take `eager` or its exception from flytekit."""
    for statement in module.imports:
        if isinstance(statement, ast.ImportFrom) and statement.module and statement.module.startswith("flytekit"):
            names = {flytekit.canonical(f"{statement.module}.{alias.name}") for alias in statement.names}
            if names & flytekit.REPLACED or "*" in {alias.name for alias in statement.names}:
                return True
    return False
