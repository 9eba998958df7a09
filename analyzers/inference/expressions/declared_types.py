"""Declared types: what the inputs of an eager function and the results of entities are, which Flyte enforces."""

import ast

from analyzers.inference.domain.kinds import Kind
from analyzers.inference.domain.records import EntityRecord
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, joined, only, single
from analyzers.inference.domain.values import Arguments, ClassRef, Data, Env, External, ModuleRef, Value, Values
from analyzers.inference.expressions.raising import Raising
from analyzers.model.entities import EntityKind

Kinds = frozenset[Kind]
_UNKNOWN: Kinds = frozenset()
_KINDS: dict[str, Kinds] = {
    "builtins.int": frozenset({"int"}),
    "builtins.bool": frozenset({"bool"}),
    "builtins.str": frozenset({"str"}),
    "builtins.float": frozenset({"float", "int"}),
    "builtins.list": frozenset({"list"}),
    "builtins.dict": frozenset({"dict"}),
    "datetime.datetime": frozenset({"datetime.datetime"}),
    "datetime.timedelta": frozenset({"datetime.timedelta"}),
    "typing.List": frozenset({"list"}),
    "typing.Dict": frozenset({"dict"}),
}
_UNIONS = frozenset({"typing.Union", "typing.Optional"})
_NONE: Kinds = frozenset({"NoneType"})
_CONVERTED = frozenset({EntityKind.TASK, EntityKind.ASYNC_TASK, EntityKind.EAGER})
"""The kinds of entities whose result goes through flytekit's conversion of types, as it is declared."""


class DeclaredTypes(Raising):
    """Reads annotations, which are never evaluated: an annotation that is not understood says nothing."""

    def input_of(self, parameter: ast.arg, default: ast.expr | None, env: Env) -> Values:
        """What Flyte passes for a parameter; a default is passed as it is."""
        kinds = self._kinds(parameter.annotation, env)
        none = NONE if "NoneType" in kinds or (isinstance(default, ast.Constant) and default.value is None) else EMPTY
        enums = [kind for kind in kinds if isinstance(kind, ClassRef) and self._has_members_only(kind)]
        rest = kinds.difference(enums, _NONE)
        parts = [none, *(self.enum_members(cls, self.stand_in(parameter, cls)) for cls in enums)]
        return joined([*parts, only(Data(frozenset(), "", rest))] if rest else parts) if kinds else PLAIN

    def _has_members_only(self, cls: ClassRef) -> bool:
        """Whether all members of an enum stand in its own body."""
        plain = ast.Assign | ast.Expr | ast.Pass | ast.FunctionDef
        return self.is_enum(cls) and all(isinstance(statement, plain) for statement in cls.node.body)

    def inputs(self, record: EntityRecord) -> Arguments:
        """What Flyte passes to the function of an entity: plain data, of the declared types for an eager function."""
        function = record.function
        assert function is not None
        spec = function.node.args
        typed = record.entity.kind is EntityKind.EAGER and function.wraps is None
        positional = [*spec.posonlyargs, *spec.args]
        defaults = [*([None] * (len(positional) - len(spec.defaults))), *spec.defaults, *spec.kw_defaults]
        passed = [
            self.input_of(parameter, default, function.env) if typed else PLAIN
            for parameter, default in zip([*positional, *spec.kwonlyargs], defaults, strict=True)
        ]
        names = [function.env.mangled(parameter.arg) for parameter in spec.kwonlyargs]
        keywords = tuple(zip(names, passed[len(positional) :], strict=True))
        rest = (PLAIN if spec.vararg else None, PLAIN if spec.kwarg else None)
        return Arguments(tuple(passed[: len(positional)]), keywords, *rest)

    def result_kinds(self, record: EntityRecord) -> Kinds:
        """The classes of which one is that of an entity's result."""
        function = record.function
        if function is None or isinstance(function.node, ast.Lambda) or record.entity.kind not in _CONVERTED:
            return _UNKNOWN
        while function.wraps is not None:
            function = function.wraps
        assert not isinstance(function.node, ast.Lambda)
        return self._kinds(function.node.returns, function.env)

    def _kinds(self, node: ast.expr | None, env: Env) -> Kinds:
        match node:
            case ast.Constant(value=None):
                return _NONE
            case ast.Constant(value=str(text)):
                return self._kinds(parsed_annotation(text), env)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return _either([self._kinds(left, env), self._kinds(right, env)])
            case ast.Subscript(value=value, slice=inner):
                return self._subscripted_kinds(self.named_by(value, env), inner, env)
            case ast.Name() | ast.Attribute():
                return self._class_kinds(self.named_by(node, env))
            case _:
                return _UNKNOWN

    def _subscripted_kinds(self, base: Value | None, inner: ast.expr, env: Env) -> Kinds:
        name = base.name if isinstance(base, External) else ""
        parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if name == "typing.Annotated":
            return self._kinds(parts[0], env)
        if name == "typing.Literal":
            values = [part.value for part in parts if isinstance(part, ast.Constant)]
            return frozenset(type(value).__name__ for value in values) if len(values) == len(parts) else _UNKNOWN
        if name in _UNIONS:
            options = [self._kinds(part, env) for part in parts]
            return _either([*options, _NONE] if name == "typing.Optional" else options)
        return _KINDS[name] if name in ("builtins.list", "builtins.dict", "typing.List", "typing.Dict") else _UNKNOWN

    def _class_kinds(self, value: Value | None) -> Kinds:
        match value:
            case External(name=name):
                return _KINDS.get(name, _UNKNOWN)
            case ClassRef():
                plain = value in self.record_classes or self.is_enum(value)
                return frozenset({value}) if plain else _UNKNOWN
            case _:
                return _UNKNOWN

    def named_by(self, node: ast.expr, env: Env) -> Value | None:
        """What a dotted name stands for, if that is one thing."""
        match node:
            case ast.Name(id=name):
                values = self.lookup(name, env)
                if values is None:
                    return External(f"builtins.{name}") if self.is_builtin(name) else None
                return single(values)
            case ast.Attribute(value=inner, attr=attr):
                base = self.named_by(inner, env)
                if isinstance(base, External):
                    return External(self.canonical(f"{base.name}.{attr}"))
                return single(self.module_attribute(base.name, attr)) if isinstance(base, ModuleRef) else None
            case _:
                return None


def _either(options: list[Kinds]) -> Kinds:
    """The classes of a union, which are known if those of each part are."""
    return _UNKNOWN if _UNKNOWN in options else _UNKNOWN.union(*options)


def parsed_annotation(text: str) -> ast.expr | None:
    """The expression that is written as a text."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None
