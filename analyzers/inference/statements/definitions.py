"""Definitions: functions and classes, and what their decorators make of them."""

import ast

from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.scopes import body_names, scope_of
from analyzers.inference.domain.value_sets import EMPTY, const, constants, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Descriptor,
    EntityRef,
    Env,
    External,
    Function,
    Generator,
    Method,
    Obj,
    Partial,
    Value,
    Values,
)
from analyzers.inference.statements.imports import Imports
from analyzers.knowledge.libraries import WRAPPING_DECORATORS

Keywords = tuple[tuple[str, Values], ...]


class Definitions(Imports):
    """`def` and `class` statements."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.classes: dict[Env, ClassRef] = {}
        self.made_nodes: dict[Env, ast.ClassDef] = {}

    def _exec_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        function = Function(node, self.env, None, self._owning_class())
        decorators = [(decorator, self.evaluate(decorator)) for decorator in node.decorator_list]
        values: Values = only(self.with_defaults(function))
        for decorator, decorating in reversed(decorators):
            values = self._decorate_with(decorator, decorating, values)
        self.bind(node.name, values)

    def _owning_class(self) -> ClassRef | None:
        if self.env.owner[0] == "class":
            return self.classes.get(self.env)
        return self.enclosing_class()

    def class_in_making(self) -> ClassRef | None:
        return self.classes.get(self.env)

    def _decorate_with(self, decorator: ast.expr, decorating: Values, values: Values) -> Values:
        entities = [value for value in values if isinstance(value, EntityRef)]
        point = CallPoint(decorator, decorator, direct=False)
        if self._transparent(decorating):
            after = values
            for value in values:
                self.disguise(value)
        else:
            after = self.call(decorating, Arguments((values,)), point) or values
        applied = {value.name for value in self._deepest(decorating) if isinstance(value, External)}
        made_above = any(self.makes_entity(name) for name in applied)
        if not made_above and (applied & WRAPPING_DECORATORS or not any(entity in after for entity in entities)):
            self._hide(entities, decorator)
        return after

    def _deepest(self, decorating: Values) -> Values:
        while any(isinstance(value, Partial) for value in decorating):
            decorating = joined(value.function if isinstance(value, Partial) else only(value) for value in decorating)
        return decorating

    def _transparent(self, decorating: Values) -> bool:
        """Whether the decorator is code outside the project, which is taken to keep what the function does."""
        known = Function | Bound | ClassRef | Partial | Obj | EntityRef | Descriptor | Generator
        for value in decorating:
            if isinstance(value, External) and (self.makes_entity(value.name) or self.has_handler(value.name)):
                return False
            if isinstance(value, known) or (isinstance(value, Method) and _is_seen_through(value.receiver)):
                return False
        return True

    def _hide(self, entities: list[EntityRef], decorator: ast.expr) -> None:
        for ref in entities:
            record = self.entities[ref.number]
            if record.definition.hidden_by is None:
                definition = record.definition.replaced(hidden_by=decorator)
                self.entities[ref.number] = record.replaced(definition=definition)

    def _exec_class(self, node: ast.ClassDef) -> None:
        bases = [self.evaluate(base) for base in node.bases if not isinstance(base, ast.Starred)]
        keywords = tuple((keyword.arg or "", self.evaluate(keyword.value)) for keyword in node.keywords)
        decorators = [(decorator, self.evaluate(decorator)) for decorator in node.decorator_list]
        qualname = f"{self.env.qualname}.{node.name}" if self.env.qualname else node.name
        owner = self.owners.setdefault((node, self.env.owner), ("class", len(self.owners)))
        env = self.envs.setdefault(
            owner,
            Env(owner, self.env.module, qualname, scope_of(node).names, self.env, True, node.name.lstrip("_")),
        )
        cls = ClassRef(node, env)
        self.bases[cls] = bases
        self.classes[env] = cls
        outer, self.here.env = self.here.env, env
        self.execute(node.body)
        self.here.env = outer
        self._finish_class(cls, keywords)
        values: Values = only(cls)
        for decorator, decorating in reversed(decorators):
            if not self._transparent(decorating):
                values = (
                    self.call(decorating, Arguments((values,)), CallPoint(decorator, decorator, direct=False)) or values
                )
        self.bind(node.name, values)

    def _finish_class(self, cls: ClassRef, keywords: Keywords) -> None:
        """What Python calls when the body of a class has run."""
        self._name_descriptors(cls)
        self._create_by_metaclass(cls, keywords)
        self._register_subclass(cls, keywords)

    def made_class(self, arguments: Arguments, point: CallPoint) -> Values:
        """`type(name, bases, namespace)`: the class, as if it had been written out."""
        title, bases = constants(arguments.positional[0]), self.exact_items(arguments.positional[1])
        content = self.known_items(arguments.positional[2])
        if bases is None or content is None:
            return self.opaque("a class that is made of a computed namespace")
        name = str(title[0]) if title and len(title) == 1 else "made"
        qualname = f"{self.env.qualname}.{name}" if self.env.qualname else name
        key = (point.node, self.env.owner, self.here.turns, name)
        owner = self.owners.setdefault(key, ("class", len(self.owners)))
        names = frozenset(name for name, _ in content)
        env = self.envs.setdefault(owner, Env(owner, self.env.module, qualname, names, self.env, True, private=""))
        node = self.made_nodes.setdefault(env, ast.copy_location(ast.ClassDef(name, [], [], [], []), point.node))
        cls = ClassRef(node, env)
        self.bases[cls] = bases
        self.classes[env] = cls
        for attribute, values in content:
            self.write((owner, attribute), values)
        self._finish_class(cls, arguments.keywords)
        return only(cls)

    def _register_subclass(self, cls: ClassRef, keywords: Keywords) -> None:
        """`__init_subclass__` of a base runs with the new class and the keywords of its statement."""
        hook = self.class_attribute(self.linearized(cls)[1:], "__init_subclass__") or EMPTY
        options = tuple(pair for pair in keywords if pair[0] != "metaclass")
        for value in ordered(hook):
            inner = value.function if isinstance(value, Descriptor) else only(value)
            self.call(inner, Arguments((only(cls),), options), self._class_point(cls, "__init_subclass__"))

    def _name_descriptors(self, cls: ClassRef) -> None:
        """`__set_name__` of what the body of a class binds."""
        for name in body_names(cls.node, cls.env):
            for value in ordered(self.store.get((cls.env.owner, name))):
                if isinstance(value, Obj) and value.kind == "instance":
                    arguments = Arguments((only(cls), const(name)))
                    self.call_method(value, "__set_name__", arguments, self._class_point(cls, name))

    def _create_by_metaclass(self, cls: ClassRef, keywords: Keywords) -> None:
        """`__new__` and `__init__` of the project's metaclass, its own or that of a base, run with the new class."""
        given = joined(values for name, values in keywords if name == "metaclass")
        inherited = [self.metaclasses[base] for base in self.linearized(cls)[1:] if base in self.metaclasses]
        metaclass = given or joined(inherited[:1])
        if not metaclass:
            return
        self.metaclasses[cls] = metaclass
        point = self._class_point(cls, "metaclass")
        bases = self.sequence("tuple", self.stand_in(cls.node, "bases"), self.bases[cls])
        rest = (const(cls.node.name), bases, only(self.class_dict(cls, point.node)))
        self.creating.append(cls)
        for value in ordered(metaclass):
            order = self.linearized(value) if isinstance(value, ClassRef) else []
            for method, first in (("__new__", only(value)), ("__init__", only(cls))):
                function = self.class_attribute(order, method)
                if function is not None:
                    self.call(function, Arguments((first, *rest)), point)
        self.creating.pop()

    def _class_point(self, cls: ClassRef, what: str) -> CallPoint:
        node = self.stand_in(cls.node, what)
        return CallPoint(node, node, direct=False)


def _is_seen_through(receiver: Value) -> bool:
    """Whether the methods of a value do what they do here: those of containers do, those of foreign bases do not."""
    if isinstance(receiver, Obj):
        return receiver.kind != "instance"
    return isinstance(receiver, Descriptor | Function | ClassRef)
