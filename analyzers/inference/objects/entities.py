"""Entities: made by decorators and factories, and invoked by calls."""

import ast
from collections.abc import Iterable

from analyzers.inference.domain.records import CallPoint, EntityRecord, PendingRecord
from analyzers.inference.domain.value_sets import EMPTY, joined, only, single
from analyzers.inference.domain.values import Arguments, EntityRef, External, Function, Partial, Pending, Value, Values
from analyzers.inference.memory.core import qualified
from analyzers.inference.objects.awaitables import Awaitables
from analyzers.knowledge import flytekit
from analyzers.model.calls import DataFlow, Supplied
from analyzers.model.entities import Entity, EntityKind, Interface, Parameter
from analyzers.model.facts import Definition, Dialect
from analyzers.model.places import Place

_NAME_LIMIT = 80


class Entities(Awaitables):
    """What makes an entity, and what a call of one notes down."""

    def decorated(self, maker: str, functions: Values, options: Arguments, site: ast.expr) -> Values:
        """`maker` applied to functions; an entity stays what it is, as `@workflow` above `@task` would fail anyway."""
        return joined(self._decorate(maker, value, site) for value in functions)

    def _decorate(self, maker: str, value: Value, site: ast.expr) -> Values:
        match value:
            case Function() if not isinstance(value.node, ast.Lambda):
                return self._entity_of(maker, value, site)
            case Partial(function=inner):
                return self.decorated(maker, inner, value.arguments, site)
            case _:
                return EMPTY if isinstance(value, External) else only(value)

    def _entity_of(self, maker: str, function: Function, site: ast.expr) -> Values:
        named = function
        while named.wraps is not None:
            named = named.wraps
        key = (maker, function)
        modern = (flytekit.EAGER, function)
        if maker == flytekit.CLASSIC_EAGER and modern in self.entity_index:
            # An import that tries both names makes one eager function, of the dialect that flytekit has today.
            return only(EntityRef(self.entity_index[modern]))
        if key not in self.entity_index:
            node = named.node
            assert not isinstance(node, ast.Lambda)
            kinds = flytekit.DECORATORS[maker] if maker in flytekit.DECORATORS else self.declared_kind(maker)
            kind = kinds.async_kind if isinstance(function.node, ast.AsyncFunctionDef) else kinds.kind
            module = self.module_named(named.env.module)
            entity = Entity(qualified(named), kind, _definition_place(module.place(node), node), interface_of(node))
            enclosing = named.env.qualname
            definition = Definition(entity, maker, node, site, None, enclosing)
            self._record(key, EntityRecord(entity, maker, module.name, function, definition, bool(enclosing)))
        return only(EntityRef(self.entity_index[key]))

    def declared_kind(self, maker: str) -> flytekit.Maker:
        """The kind of entity that one of the project's own decorators makes, as the configuration says."""
        kind = EntityKind(self.declared[maker])
        return flytekit.Maker(kind, EntityKind.ASYNC_TASK if kind is EntityKind.TASK else kind)

    def made(self, maker: str, kind: EntityKind, arguments: Arguments, call: ast.expr) -> Values:
        """The entity that a factory or class makes at `call`."""
        targets = self._targets(maker, arguments)
        key = (maker, call, self.env.owner)
        if key not in self.entity_index:
            local = self.here.function is not None
            name = self._factory_name(call)
            bound = _bound_inputs(maker, kind, arguments, call)
            interface = self._factory_interface(kind, targets, bound, call)
            names = tuple(sorted({record.entity.name for record in targets}))
            entity = Entity(name, kind, self.module.place(call), interface, names)
            definition = Definition(entity, maker, call, None, None, self.env.qualname if local else "")
            self._record(key, EntityRecord(entity, maker, self.env.module, None, definition, local))
        return only(EntityRef(self.entity_index[key]))

    def _targets(self, maker: str, arguments: Arguments) -> list[EntityRecord]:
        if maker not in flytekit.WRAPPED_ARGUMENT:
            return []
        values = arguments.argument(*flytekit.WRAPPED_ARGUMENT[maker])
        while any(isinstance(value, Partial) for value in values):
            values = joined(value.function if isinstance(value, Partial) else only(value) for value in values)
        return [self.entities[value.number] for value in values if isinstance(value, EntityRef)]

    def _record(self, key: object, record: EntityRecord) -> None:
        self.entity_index[key] = len(self.entities)
        self.entities.append(record)

    def _factory_name(self, call: ast.expr) -> str:
        scope = f"{self.env.module}.{self.env.qualname}" if self.env.qualname else self.env.module
        if self.naming is not None and self.naming[0] is call:
            return f"{scope}.{self.naming[1]}"
        return f"{scope}.{ast.unparse(call)[:_NAME_LIMIT]}"

    def _factory_interface(
        self, kind: EntityKind, targets: list[EntityRecord], bound: frozenset[str] | None, call: ast.expr
    ) -> Interface | None:
        if len(targets) == 1:
            interface = targets[0].entity.interface
            if interface is None or bound is None:
                return None
            kept = tuple(p for p in interface.parameters if p.name not in bound)
            return Interface(kept, None if kind is EntityKind.MAP_TASK else interface.result)
        if kind in (EntityKind.CONTAINER_TASK, EntityKind.TASK_INSTANCE) and isinstance(call, ast.Call):
            return _declared_inputs(call)
        return None

    def invoked(self, ref: EntityRef, arguments: Arguments, point: CallPoint, certain: bool) -> Values:
        """Note a call of an entity; what becomes of its result shows later."""
        self.begin_inside(*arguments.all)
        record = self.entities[ref.number]
        key = (point.node, self.env.owner, ref.number)
        pending = self.run.pending.get(key)
        if pending is None:
            pending = PendingRecord(self.module_of(point), point, self.here.frame, self.here.chain)
            pending.entity = record.entity
            pending.kinds = self.result_kinds(record)
            pending.supplied = _supplied(arguments)
            pending.classic = self.run.dialect is Dialect.CLASSIC
            self.run.pending[key] = pending
        pending.certain = pending.certain and certain
        if isinstance(record.definition.node, ast.expr) and record.local:
            pending.hoist = record.definition.node
        pending.flows = merged_flows((*pending.flows, *self._flows(arguments, point)))
        return only(Pending(key))

    def _flows(self, arguments: Arguments, point: CallPoint) -> list[DataFlow]:
        named = [(str(index), values) for index, values in enumerate(arguments.positional)]
        named += list(arguments.keywords)
        texts = _argument_texts(point.node)
        flows = []
        for name, values in named:
            forced = self.forced(values, texts.get(name, point.node))
            found = tuple(sorted(self.origins(forced)))
            if found:
                text = self.module.text(texts[name]) if name in texts else ""
                flows.append(DataFlow(name, text, found))
        for rest in (arguments.star, arguments.double_star):
            self.forced(rest or EMPTY, point.node)
        return flows


def merged_flows(flows: Iterable[DataFlow]) -> tuple[DataFlow, ...]:
    """One flow for each argument, from all the sites of the given ones."""
    merged: dict[str, DataFlow] = {}
    for flow in flows:
        old = merged.get(flow.argument, flow)
        merged[flow.argument] = flow.replaced(sites=tuple(sorted({*old.sites, *flow.sites})))
    return tuple(merged.values())


def interface_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Interface:
    """The declared inputs and result of a function."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults += arguments.defaults
    pairs = list(zip(positional, defaults, strict=True))
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    parameters = tuple(
        Parameter(argument.arg, _text(argument.annotation), _text(default)) for argument, default in pairs
    )
    return Interface(parameters, _text(node.returns), bool(arguments.vararg or arguments.kwarg))


def _text(node: ast.expr | None) -> str | None:
    return None if node is None else ast.unparse(node)


def _definition_place(place: Place, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Place:
    """From the `def` to the end of the function's name, not its whole body."""
    keyword = "async def " if isinstance(node, ast.AsyncFunctionDef) else "def "
    return place.replaced(end_line=place.line, end_column=place.column + len(keyword) + len(node.name))


def _supplied(arguments: Arguments) -> Supplied:
    names = tuple(name for name, _ in arguments.keywords)
    return Supplied(len(arguments.positional), names, arguments.star is not None or arguments.double_star is not None)


def _argument_texts(call: ast.expr) -> dict[str, ast.expr]:
    if not isinstance(call, ast.Call):
        return {}
    texts: dict[str, ast.expr] = {str(index): argument for index, argument in enumerate(call.args)}
    return texts | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _bound_inputs(maker: str, kind: EntityKind, arguments: Arguments, call: ast.expr) -> frozenset[str] | None:
    """The inputs that need no value any more, None where the source does not tell."""
    if kind is EntityKind.MAP_TASK:
        return _bound_by_partial(arguments.argument(*flytekit.WRAPPED_ARGUMENT[maker]))
    return _bound_by_plan(call) if isinstance(call, ast.Call) else None


def _bound_by_partial(target: Values) -> frozenset[str] | None:
    """The keywords of the `partial`, or of one inside another, that a map task is made of."""
    names: set[str] = set()
    while isinstance(value := single(target), Partial):
        given = value.arguments
        if given.positional or given.star is not None or given.double_star is not None:
            return None
        names.update(name for name, _ in given.keywords)
        target = value.function
    return frozenset(names) if isinstance(value, EntityRef) else None


def _bound_by_plan(call: ast.Call) -> frozenset[str] | None:
    names: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg in ("default_inputs", "fixed_inputs"):
            if not isinstance(keyword.value, ast.Dict):
                return None
            names.update(
                key.value for key in keyword.value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
            )
    return None if names else frozenset()


def _declared_inputs(call: ast.Call) -> Interface | None:
    """The inputs that `inputs=kwtypes(a=int)` or `inputs={"a": int}` declares."""
    value = next((keyword.value for keyword in call.keywords if keyword.arg == "inputs"), None)
    match value:
        case ast.Call(args=[], keywords=keywords) if all(keyword.arg for keyword in keywords):
            pairs = [(keyword.arg or "", keyword.value) for keyword in keywords]
        case ast.Dict(keys=keys, values=values) if all(
            isinstance(k, ast.Constant) and isinstance(k.value, str) for k in keys
        ):
            pairs = [(str(k.value), v) for k, v in zip(keys, values, strict=True) if isinstance(k, ast.Constant)]
        case _:
            return None
    return Interface(tuple(Parameter(name, ast.unparse(kind), None) for name, kind in pairs), None)
