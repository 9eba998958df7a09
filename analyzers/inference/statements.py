"""Statements: how control flows, and what each kind of statement binds."""

import ast
from collections.abc import Callable
from functools import partial
from typing import Any

from analyzers.inference.expressions import Expressions
from analyzers.inference.modules import Module
from analyzers.inference.records import CallPoint, Loop
from analyzers.inference.scopes import scope_of
from analyzers.inference.store import Delta, Location
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Bound,
    ClassRef,
    Const,
    Data,
    Descriptor,
    EntityRef,
    Env,
    External,
    ExternalInstance,
    Function,
    Imported,
    Method,
    Obj,
    Partial,
    Unknown,
    Values,
    const,
    join,
    joined,
    only,
)

_LOOP_LIMIT = 12
_UNROLL_LIMIT = 16
_UNROLL_DEPTH = 2


class Statements(Expressions):
    """`execute` for every kind of statement."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.classes: dict[Env, ClassRef] = {}
        self.extra_names: dict[str, set[str]] = {}
        self.unfinished: set[Module] = set()

    def execute(self, body: list[ast.stmt]) -> bool:
        for statement in body:
            if self.spent():
                return True
            self.here.frame.reached.add(statement)
            method = _EXECUTORS.get(type(statement))
            if method is not None and method(self, statement) is False:
                return False
        return True

    # Simple statements.

    def _exec_expression(self, node: ast.Expr) -> None:
        self.evaluate(node.value)

    def _exec_assign(self, node: ast.Assign) -> None:
        values = self._named_value(node.value, node.targets[0])
        for target in node.targets:
            self.assign(target, values)

    def _named_value(self, value: ast.expr, target: ast.expr) -> Values:
        """The value of an assignment; what it makes takes the name of a simple target."""
        before = self.naming
        self.naming = (value, target.id) if isinstance(target, ast.Name) else None
        try:
            return self.evaluate(value)
        finally:
            self.naming = before

    def _exec_annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self._named_value(node.value, node.target))

    def _exec_augmented(self, node: ast.AugAssign) -> None:
        target: ast.expr = node.target
        old = self._loaded(target)
        new = self.evaluate(node.value)
        containers = [value for value in old if isinstance(value, Obj) and value.kind in ("list", "set", "dict")]
        if containers and isinstance(node.op, ast.Add | ast.BitOr):
            for value in containers:
                self.call_builtin_method(
                    value,
                    "update" if value.kind != "list" else "extend",
                    Arguments((new,)),
                    CallPoint(node.value, node),
                )
            return
        self.assign(target, self.operated(node.value, old, new))

    def _loaded(self, target: ast.expr) -> Values:
        match target:
            case ast.Name(id=name):
                return self.named(name)
            case ast.Attribute(value=value, attr=attr):
                return self.attribute(self.evaluate(value), attr, target)
            case ast.Subscript(value=value, slice=key):
                keys = self.evaluate(key)
                return joined(self.subscripted(v, keys, target) for v in self.evaluate(value))
            case _:
                return PLAIN

    def assign(self, target: ast.expr, values: Values) -> None:
        """Bind a target of any shape."""
        match target:
            case ast.Name(id=name):
                self.bind(name, values)
            case ast.Attribute(value=value, attr=attr):
                self.assign_attribute(self.evaluate(value), attr, values)
            case ast.Subscript(value=value, slice=key):
                self._assign_item(self.evaluate(value), self.evaluate(key), values, target)
            case ast.Starred(value=value):
                self.assign(value, values)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self._unpack(targets, values, target)
            case _:
                pass

    def _assign_item(self, targets: Values, keys: Values, values: Values, node: ast.expr) -> None:
        for value in targets:
            match value:
                case Obj(kind="instance"):
                    point = CallPoint(node, node, direct=False)
                    self.call_method(value, "__setitem__", Arguments((keys, values)), point)
                case Obj():
                    self.store_item(value, keys, values)
                case _:
                    self.forced(only(value), node)

    def _unpack(self, targets: list[ast.expr], values: Values, node: ast.expr) -> None:
        parts: list[list[Values]] = [[] for _ in targets]
        for value in sorted(values, key=lambda v: v.tag):
            for slot, part in zip(parts, self._parts(value, targets, node), strict=True):
                slot.append(part)
        for target, slot in zip(targets, parts, strict=True):
            self.assign(target, joined(slot))

    def _parts(self, value: object, targets: list[ast.expr], node: ast.expr) -> list[Values]:
        starred = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
        items = self._record_items(value) if isinstance(value, Obj) else None
        if items is not None and starred is None and len(items) == len(targets):
            return items
        if items is not None and starred is not None and len(items) >= len(targets) - 1:
            after = len(targets) - starred - 1
            middle = items[starred : len(items) - after]
            rest = self.sequence("list", targets[starred], middle)
            return [*items[:starred], rest, *items[len(items) - after :]]
        element = self.iterated(only(value), node)  # type: ignore[arg-type]  # a Value
        return [self.many("list", t, element) if isinstance(t, ast.Starred) else element for t in targets]

    def _record_items(self, obj: Obj) -> list[Values] | None:
        if obj.kind != "instance":
            return self.items(obj)
        if obj.cls is None or not self.is_record(obj.cls):
            return None
        names = [
            s.target.id for s in obj.cls.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
        ]
        return [
            self.attribute(only(obj), name, obj.cls.node.bases[0] if obj.cls.node.bases else ast.Name(name))
            for name in names
        ]

    def _exec_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            match target:
                case ast.Name(id=name):
                    self.bind(name, EMPTY)
                case ast.Subscript(value=value, slice=key):
                    keys = self.evaluate(key)
                    for obj in self.evaluate(value):
                        if isinstance(obj, Obj) and obj.kind != "instance":
                            self.remove_item(obj, keys)
                case ast.Attribute(value=value):
                    self.evaluate(value)
                case _:
                    pass

    def _exec_assert(self, node: ast.Assert) -> bool | None:
        values = self.forced(self.evaluate(node.test), node.test)
        if node.msg is not None:
            self.maybe(node.msg)
        return False if isinstance(node.test, ast.Constant) and self.decided(node.test, values) is False else None

    # Jumps.

    def _exec_return(self, node: ast.Return) -> bool:
        values = self.evaluate(node.value) if node.value else NONE
        here = self.here
        here.result = join(here.result, values)
        here.returns.append(self.store.since(here.mark))
        return False

    def _exec_raise(self, node: ast.Raise) -> bool:
        for part in (node.exc, node.cause):
            if part is not None:
                self.evaluate(part)
        return False

    def _exec_break(self, node: ast.Break) -> bool:
        if self.here.loops:
            loop = self.here.loops[-1]
            loop.breaks.append(self.store.since(loop.mark))
        return False

    def _exec_continue(self, node: ast.Continue) -> bool:
        if self.here.loops:
            loop = self.here.loops[-1]
            loop.continues.append(self.store.since(loop.mark))
        return False

    # Branches.

    def _exec_if(self, node: ast.If) -> bool:
        truth = self.decided(node.test, self.forced(self.evaluate(node.test), node.test))
        arms: list[Callable[[], bool]] = []
        if truth is not False:
            arms.append(lambda: self._narrowed(node.test, True) and self.execute(node.body))
        if truth is not True:
            arms.append(lambda: self._narrowed(node.test, False) and self.execute(node.orelse))
        return self.alternatives(arms)

    def alternatives(self, arms: list[Callable[[], bool]]) -> bool:
        """Interpret arms of which one runs; false where none gets to its end."""
        deltas: list[Delta] = []
        for arm in arms:
            mark = self.store.mark()
            ends = arm()
            delta = self.store.rewind(mark)
            if ends:
                deltas.append(delta)
        self.store.merge(deltas)
        return bool(deltas)

    def _narrowed(self, test: ast.expr, outcome: bool) -> bool:
        """Drop None (or everything else) from a name that the condition compares with None."""
        match test:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Is() | ast.IsNot() as op], comparators=[ast.Constant(value=None)]
            ):
                self._keep(name, is_none=isinstance(op, ast.Is) is outcome)
            case ast.Name(id=name) if outcome:
                self._keep(name, is_none=False)
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if not outcome:
                self._keep(name, is_none=False)
            case _:
                pass
        return True

    def _keep(self, name: str, is_none: bool) -> None:
        values = self.lookup(name)
        none = Const(None, "NoneType")
        if values and none in values and len(values) > 1:
            self.bind(name, NONE if is_none else values - {none})

    def _exec_match(self, node: ast.Match) -> bool:
        subject = self.forced(self.evaluate(node.subject), node.subject)
        arms: list[Callable[[], bool]] = []
        for case in node.cases:
            certain = self._matches(case.pattern, subject)
            if certain is False:
                continue
            arms.append(partial(self._case, case, subject))
            if certain and case.guard is None:
                return self.alternatives(arms)
        arms.append(lambda: True)
        return self.alternatives(arms)

    def _case(self, case: ast.match_case, subject: Values) -> bool:
        self._bind_pattern(case.pattern, subject)
        if case.guard is not None:
            guard = self.evaluate(case.guard)
            if self.decided(case.guard, guard) is False:
                return False
        return self.execute(case.body)

    def _matches(self, pattern: ast.pattern, subject: Values) -> bool | None:
        """Whether a pattern certainly matches or certainly does not."""
        match pattern:
            case ast.MatchAs(pattern=None):
                return True
            case ast.MatchAs(pattern=inner) if inner is not None:
                return self._matches(inner, subject)
            case ast.MatchOr(patterns=patterns):
                found = [self._matches(inner, subject) for inner in patterns]
                return True if True in found else None if None in found else False
            case ast.MatchValue(value=ast.Constant(value=constant)):
                known = [value for value in subject if isinstance(value, Const)]
                if len(known) < len(subject) or not known:
                    return None
                equal = {value.value == constant for value in known}
                return equal.pop() if len(equal) == 1 else None
            case _:
                return None

    def _bind_pattern(self, pattern: ast.pattern, subject: Values) -> None:
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if inner is not None:
                    self._bind_pattern(inner, subject)
                if name is not None:
                    self.bind(name, subject)
            case ast.MatchStar(name=name):
                if name is not None:
                    self.bind(name, self.many("list", pattern, subject))
            case ast.MatchOr(patterns=patterns):
                for inner in patterns:
                    self._bind_pattern(inner, subject)
            case ast.MatchSequence(patterns=patterns):
                self._bind_sequence(patterns, subject)
            case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
                for key, inner in zip(keys, patterns, strict=True):
                    values = self.evaluate(key)
                    self._bind_pattern(inner, joined(self.subscripted(v, values, key) for v in subject))
                if rest is not None:
                    self.bind(rest, subject)
            case ast.MatchClass(patterns=patterns, kwd_attrs=names, kwd_patterns=inner_patterns):
                for inner in patterns:
                    self._bind_pattern(inner, joined(self._attributes_of(v) for v in subject))
                for name, inner in zip(names, inner_patterns, strict=True):
                    self._bind_pattern(inner, self.attribute(subject, name, ast.Name(name, lineno=1, col_offset=0)))
            case _:
                pass

    def _bind_sequence(self, patterns: list[ast.pattern], subject: Values) -> None:
        for index, inner in enumerate(patterns):
            parts = []
            for value in subject:
                items = self._record_items(value) if isinstance(value, Obj) else None
                exact = items is not None and len(items) == len(patterns)
                parts.append(items[index] if items is not None and exact else self.iterated(only(value), ast.Name("_")))
            self._bind_pattern(inner, joined(parts))

    def _attributes_of(self, value: object) -> Values:
        items = self._record_items(value) if isinstance(value, Obj) else None
        return joined(items) if items is not None else PLAIN

    # Loops.

    def _exec_for(self, node: ast.For | ast.AsyncFor) -> bool:
        source = self.evaluate(node.iter)
        items = self.spread(source) if isinstance(node, ast.For) else None
        if items is not None and 0 < len(items) <= _UNROLL_LIMIT and len(self.here.loops) < _UNROLL_DEPTH:
            return self._unrolled(node, items)
        element = self.iterated(source, node.iter)

        def turn() -> bool:
            self.assign(node.target, element)
            return self.execute(node.body)

        return self._loop(turn, node.orelse, endless=False)

    def _unrolled(self, node: ast.For | ast.AsyncFor, items: list[Values]) -> bool:
        """A loop over a few known elements, one turn after the other."""
        breaks: list[Delta] = []
        alive = True
        start = self.store.mark()
        for element in items:
            loop = Loop(start)
            self.here.loops.append(loop)
            self.assign(node.target, element)
            falls = self.execute(node.body)
            self.here.loops.pop()
            breaks += loop.breaks
            ends = [self.store.since(start)] if falls else []
            ends += loop.continues
            self.store.rewind(start)
            alive = bool(ends)
            if not alive:
                break
            self.store.merge(ends)
        return self._ending(breaks, node.orelse, normal=alive, mark=start)

    def _ending(self, breaks: list[Delta], orelse: list[ast.stmt], normal: bool, mark: int) -> bool:
        """What follows a loop: its `else` after a normal end, and everything that broke out."""
        ends: list[Delta] = []
        if normal and self.execute(orelse):
            ends.append(self.store.since(mark))
        self.store.rewind(mark)
        ends += breaks
        self.store.merge(ends)
        return bool(ends)

    def _exec_while(self, node: ast.While) -> bool:
        values = self.forced(self.evaluate(node.test), node.test)
        truth = self.decided(node.test, values)
        if truth is False:
            return self.execute(node.orelse)
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)

        def turn() -> bool:
            ends = self._narrowed(node.test, True) and self.execute(node.body)
            if ends and not endless:
                self.forced(self.evaluate(node.test), node.test)
            return ends

        return self._loop(turn, node.orelse, endless)

    def _loop(self, turn: Callable[[], bool], orelse: list[ast.stmt], endless: bool) -> bool:
        """Interpret turns until another one adds nothing."""
        start = self.store.mark()
        breaks: list[Delta] = []
        for _ in range(_LOOP_LIMIT):
            mark = self.store.mark()
            loop = Loop(mark)
            self.here.loops.append(loop)
            falls = turn()
            self.here.loops.pop()
            delta = self.store.rewind(mark)
            before = self.store.since(start)
            breaks += [{**before, **each} for each in loop.breaks]
            again = ([delta] if falls else []) + loop.continues
            if not self._grows(again):
                break
            self.store.merge([{}, *again])
        return self._ending(breaks, orelse, normal=not endless, mark=start)

    def _grows(self, deltas: list[Delta]) -> bool:
        return any(not values <= self.store.get(location) for delta in deltas for location, values in delta.items())

    # Blocks.

    def _exec_with(self, node: ast.With | ast.AsyncWith) -> bool:
        for entry in node.items:
            context = self.evaluate(entry.context_expr)
            entered = joined(self._entered(value, entry.context_expr, node) for value in context)
            if entry.optional_vars is not None:
                self.assign(entry.optional_vars, entered)
        ends = self.execute(node.body)
        return ends or self._may_suppress(node)

    def _may_suppress(self, node: ast.With | ast.AsyncWith) -> bool:
        return any(isinstance(s, ast.Raise) for s in node.body) and "suppress" in ast.dump(node.items[0].context_expr)

    def _entered(self, value: object, node: ast.expr, statement: ast.With | ast.AsyncWith) -> Values:
        """What `with value as ...` binds."""
        match value:
            case ExternalInstance(cls=cls):
                if cls == "asyncio.TaskGroup":
                    self.here.frame.groups[statement] = "TaskGroup"
                return only(value)
            case Obj(kind="instance"):
                return self._entered_instance(value, node, isinstance(statement, ast.AsyncWith))
            case Obj():
                return self.elements(value)
            case Data() | Unknown() | Method():
                return only(value)
            case _:
                return self.opaque("a context manager outside the project")

    def _entered_instance(self, obj: Obj, node: ast.expr, is_async: bool) -> Values:
        point = CallPoint(node, node, direct=False)
        names = ("__aenter__", "__aexit__") if is_async else ("__enter__", "__exit__")
        entered = self.call_method(obj, names[0], Arguments(), point)
        left = self.call_method(obj, names[1], Arguments((NONE, NONE, NONE)), point)
        if is_async:
            entered = None if entered is None else self.awaited(entered, node)
            self.awaited(left or EMPTY, node)
        return only(obj) if entered is None else entered

    def _exec_try(self, node: ast.Try | ast.TryStar) -> bool:
        watcher = self.store.watch()
        mark = self.store.mark()
        falls = self.execute(node.body) and self.execute(node.orelse)
        body = self.store.rewind(mark)
        self.store.unwatch()
        broken: Delta = {location: join(self.store.get(location), values) for location, values in watcher.items()}
        deltas = [body] if falls else []
        for handler in node.handlers:
            delta = self._handler(handler, broken)
            if delta is not None:
                deltas.append(delta)
        self.store.merge(deltas)
        if deltas:
            return self.execute(node.finalbody)
        if node.finalbody:
            self.store.apply(broken)
            self.execute(node.finalbody)
        return False

    def _handler(self, handler: ast.ExceptHandler, broken: Delta) -> Delta | None:
        mark = self.store.mark()
        self.store.apply(broken)
        if handler.type is not None:
            self.evaluate(handler.type)
        if handler.name is not None:
            self.bind(handler.name, PLAIN)
        self.here.frame.reached.update(handler.body[:1])
        ends = self.execute(handler.body)
        delta = self.store.rewind(mark)
        return delta if ends else None

    # Definitions.

    def _exec_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        function = Function(node, self.env, None, self._owning_class())
        decorators = [(decorator, self.evaluate(decorator)) for decorator in node.decorator_list]
        self.set_defaults(function)
        values: Values = only(function)
        for decorator, decorating in reversed(decorators):
            values = self._decorate_with(decorator, decorating, values)
        self.bind(node.name, values)

    def _owning_class(self) -> ClassRef | None:
        if self.env.owner[0] == "class":
            return self.classes.get(self.env)
        return self.enclosing_class()

    def _decorate_with(self, decorator: ast.expr, decorating: Values, values: Values) -> Values:
        entities = [value for value in values if isinstance(value, EntityRef)]
        point = CallPoint(decorator, decorator, direct=False)
        if self._transparent(decorating):
            after = values
        else:
            after = self.call(decorating, Arguments((values,)), point) or values
        made_above = any(isinstance(v, External) and self.makes_entity(v.name) for v in self._deepest(decorating))
        if entities and not made_above and (after is values or not any(e in after for e in entities)):
            self._hide(entities, decorator)
        return after

    def _deepest(self, decorating: Values) -> Values:
        while any(isinstance(value, Partial) for value in decorating):
            decorating = joined(value.function if isinstance(value, Partial) else only(value) for value in decorating)
        return decorating

    def _transparent(self, decorating: Values) -> bool:
        """Whether the decorator is code outside the project, which is taken to keep what the function does."""
        known = Function | Bound | ClassRef | Partial | Obj | EntityRef | Descriptor
        for value in decorating:
            if isinstance(value, External) and (self.makes_entity(value.name) or self.has_handler(value.name)):
                return False
            if isinstance(value, known):
                return False
        return True

    def _hide(self, entities: list[EntityRef], decorator: ast.expr) -> None:
        for ref in entities:
            record = self.entities[ref.number]
            if record.definition.hidden_by is None:
                definition = record.definition._replace(hidden_by=decorator)
                self.entities[ref.number] = record._replace(definition=definition)

    def _exec_class(self, node: ast.ClassDef) -> None:
        bases = [self.evaluate(base) for base in node.bases if not isinstance(base, ast.Starred)]
        for keyword in node.keywords:
            self.evaluate(keyword.value)
        decorators = [(decorator, self.evaluate(decorator)) for decorator in node.decorator_list]
        qualname = f"{self.env.qualname}.{node.name}" if self.env.qualname else node.name
        owner = self.owners.setdefault((node, self.env.owner), ("class", len(self.owners)))
        env = self.envs.setdefault(
            owner, Env(owner, self.env.module, qualname, scope_of(node).names, self.env, closed=True)
        )
        cls = ClassRef(node, env)
        self.bases[cls] = bases
        self.classes[env] = cls
        outer, self.here.env = self.here.env, env
        self.execute(node.body)
        self.here.env = outer
        self._register_subclass(cls, node)
        values: Values = only(cls)
        for decorator, decorating in reversed(decorators):
            if not self._transparent(decorating):
                values = (
                    self.call(decorating, Arguments((values,)), CallPoint(decorator, decorator, direct=False)) or values
                )
        self.bind(node.name, values)

    def _register_subclass(self, cls: ClassRef, node: ast.ClassDef) -> None:
        """`__init_subclass__` of a base runs with the new class."""
        hook = self.class_attribute(self.linearized(cls)[1:], "__init_subclass__")
        point = CallPoint(node.bases[0], node.bases[0], direct=False) if node.bases else None
        if hook is None or point is None:
            return
        for value in hook:
            inner = value.function if isinstance(value, Descriptor) else only(value)
            self.call(inner, Arguments((only(cls),)), point)

    # Imports.

    def _exec_import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.imported_module(alias.name)
            if alias.asname:
                self.bind(alias.asname, self._dotted(alias.name))
            else:
                top = alias.name.partition(".")[0]
                self.bind(top, self.imported_module(top))

    def _dotted(self, name: str) -> Values:
        found = self.imported_module(name)
        if any(isinstance(value, External) for value in found):
            return only(External(self.canonical(name)))
        return found

    def _exec_import_from(self, node: ast.ImportFrom) -> None:
        source = self._source_module(node)
        for alias in node.names:
            if alias.name == "*":
                self._import_star(source)
            else:
                self.bind(alias.asname or alias.name, self.module_attribute(source, alias.name))

    def _source_module(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        module = self.module
        package = module.name if module.file.package else module.name.rpartition(".")[0]
        parts = package.split(".") if package else []
        kept = parts[: len(parts) - (node.level - 1)] if node.level > 1 else parts
        return ".".join([*kept, *([node.module] if node.module else [])])

    def _import_star(self, source: str) -> None:
        module = self.load(source)
        if module is None:
            self.module.stars.append(source)
            return
        for name in self.public_names(source):
            if self.env.parent is None:
                self.store.set((self.env.owner, name), self.module_attribute(source, name))
            else:
                self.bind(name, self.module_attribute(source, name))
        self.module.stars.extend(module.stars)

    def public_names(self, source: str) -> list[str]:
        """What a star import takes from a module of the project."""
        module = self.load(source)
        assert module is not None
        listed = self.store.get((module.env.owner, "__all__"))
        for value in listed:
            items = self.items(value) if isinstance(value, Obj) else None
            if items is not None:
                return [str(v.value) for item in items for v in item if isinstance(v, Const)]
        own = set(module.env.names) | self.extra_names.get(source, set())
        return sorted(name for name in own if not name.startswith("_"))

    def module_attribute(self, module: str, name: str) -> Values:
        loaded = self.load(module)
        if loaded is None:
            return self._outside(module, name)
        location: Location = (loaded.env.owner, name)
        if location in self.store:
            values = self.read(location)
            return values if loaded in self.unfinished else self.settled(values)
        inner = f"{module}.{name}"
        if loaded.file.package and (self.project.find(inner) or self.project.is_namespace(inner)):
            return self.imported_module(inner)
        if loaded in self.unfinished:
            return only(Imported(module, name))
        if loaded.stars:
            return only(External(self.canonical(f"{loaded.stars[-1]}.{name}")))
        hook = self.store.get((loaded.env.owner, "__getattr__"))
        if hook:
            point = CallPoint(ast.Constant(name), ast.Constant(name), direct=False)
            return self.call(hook, Arguments((const(name),)), point)
        return EMPTY

    def _outside(self, module: str, name: str) -> Values:
        inner = f"{module}.{name}" if module else name
        if self.project.find(inner) is not None or self.project.is_namespace(inner):
            return self.imported_module(inner)
        return only(External(self.canonical(inner)))

    def _exec_global(self, node: ast.Global) -> None:
        """Names that a function declares global may be new to the module."""
        for name in node.names:
            self.extra_names.setdefault(self.env.module, set()).add(name)


_EXECUTORS: dict[type[ast.stmt], Callable[[Any, Any], bool | None]] = {
    ast.Expr: Statements._exec_expression,
    ast.Assign: Statements._exec_assign,
    ast.AnnAssign: Statements._exec_annotated,
    ast.AugAssign: Statements._exec_augmented,
    ast.Delete: Statements._exec_delete,
    ast.Assert: Statements._exec_assert,
    ast.Return: Statements._exec_return,
    ast.Raise: Statements._exec_raise,
    ast.Break: Statements._exec_break,
    ast.Continue: Statements._exec_continue,
    ast.If: Statements._exec_if,
    ast.Match: Statements._exec_match,
    ast.For: Statements._exec_for,
    ast.AsyncFor: Statements._exec_for,
    ast.While: Statements._exec_while,
    ast.With: Statements._exec_with,
    ast.AsyncWith: Statements._exec_with,
    ast.Try: Statements._exec_try,
    ast.TryStar: Statements._exec_try,
    ast.FunctionDef: Statements._exec_function,
    ast.AsyncFunctionDef: Statements._exec_function,
    ast.ClassDef: Statements._exec_class,
    ast.Import: Statements._exec_import,
    ast.ImportFrom: Statements._exec_import_from,
    ast.Global: Statements._exec_global,
}
