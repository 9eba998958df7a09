"""Builtin functions and parts of the standard library that look things up by name, make callables, or ask of types."""

import ast

from analyzers.inference.calls import REGISTERED
from analyzers.inference.combining_functions import COMBINING_HANDLERS
from analyzers.inference.iteration_functions import ITERATION_HANDLERS
from analyzers.inference.operator_functions import OPERATOR_HANDLERS, OperatorFunctions
from analyzers.inference.record_functions import RECORD_HANDLERS
from analyzers.inference.records import CallPoint, Handler
from analyzers.inference.standard_containers import CONTAINER_HANDLERS
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Bound,
    ClassRef,
    Const,
    Descriptor,
    EntityRef,
    External,
    Function,
    Method,
    ModuleRef,
    Obj,
    Partial,
    Super,
    Unknown,
    Value,
    Values,
    const,
    constants,
    join,
    joined,
    only,
    ordered,
    single,
)
from analyzers.knowledge.libraries import WRAPPING_DECORATORS
from analyzers.model.calls import Category
from analyzers.project import absolute_name

_KEEPING_DECORATORS = frozenset(
    {
        "functools.total_ordering",
        "abc.abstractmethod",
        "typing.overload",
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing.runtime_checkable",
        "enum.unique",
        "atexit.register",
    }
)
"""Decorators that give back what they are given."""


_LOOKING_AT_THE_WHOLE = frozenset(
    f"builtins.{name}" for name in ("bool", "callable", "id", "isinstance", "len", "type")
)
"""What does not use the elements of a container."""

_PROTOCOLS = ("abs", "bool", "bytes", "complex", "float", "format", "hash", "int", "len", "repr", "round", "str")


class BuiltinFunctions(OperatorFunctions):
    """Handlers take the call's arguments and where it is, and give its result."""

    def _call_getattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        target = arguments.argument(0, "object")
        names = constants(arguments.argument(1, "name"))
        default = arguments.positional[2] if len(arguments.positional) > 2 else EMPTY
        if names is None:
            return join(self._dynamic_attribute(target, point), default)
        if not default:
            return joined(self.attribute(target, str(each), point.node) for each in names)
        return joined(self._attribute_or(value, str(n), default, point) for value in ordered(target) for n in names)

    def _attribute_or(self, value: Value, name: str, default: Values, point: CallPoint) -> Values:
        """`getattr(value, name, default)`."""
        present = self.has_attribute(value, name)
        found = EMPTY if present is False else self.attribute(only(value), name, point.node)
        may_lack = present is None and isinstance(value, Obj | ClassRef | Function | EntityRef)
        return join(found, default) if may_lack or not found else found

    def _dynamic_attribute(self, target: Values, point: CallPoint) -> Values:
        kinds = ModuleRef | ClassRef | Obj | Unknown | EntityRef
        if not any(isinstance(value, kinds) for value in target):
            return self.opaque("an attribute whose name is computed")
        reason = f"the name of the attribute in `{self.module.text(point.node)}` is computed"
        return only(Unknown(Category.DYNAMIC_ATTRIBUTE, reason, "look the entity up in a dict of entities instead"))

    def _call_setattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        names = constants(arguments.argument(1, "name"))
        for each in names or ():
            self.assign_attribute(
                arguments.argument(0, "object"), str(each), arguments.argument(2, "value"), point.node
            )
        return NONE

    def _call_import_module(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        package = constants(arguments.argument(1, "package")) or ("",)
        return self.named_modules(arguments.argument(0, "name"), point.node, str(package[0]))

    def _call_import(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`__import__("a.b")` gives `a`, unless names are taken from it."""
        if arguments.argument(3, "fromlist"):
            return self.named_modules(arguments.argument(0, "name"), point.node)
        known = constants(arguments.argument(0, "name"))
        if known is None:
            return self.named_modules(arguments.argument(0, "name"), point.node)
        return joined(self.imported_module(str(each).partition(".")[0]) for each in known)

    def named_modules(self, names: Values, node: ast.expr, package: str = "") -> Values:
        """The modules of some names, where these are known; names that begin with a dot are relative to `package`."""
        known = constants(names)
        if known is None:
            reason = f"the name of the module in `{self.module.text(node)}` is computed"
            return only(Unknown(Category.DYNAMIC_IMPORT, reason, "import the module by its name"))
        return joined(self.imported_module(absolute_name(str(each), package)) for each in known)

    def imported_module(self, name: str) -> Values:
        """The module of a dotted name, of the project or outside it."""
        if self.load(name) is not None or self.project.is_namespace(name):
            return only(ModuleRef(name))
        return only(External(name))

    def _call_globals(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(Method(ModuleRef(self.env.module), "__dict__"))

    def _call_partial(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if not arguments.positional:
            return PLAIN
        if _nesting(arguments.positional[0]) > 5:
            reason = "a `partial` is wrapped in itself again and again"
            return only(Unknown(Category.DEPTH_BOUND, reason, "bind all arguments in one place"))
        made = Partial(arguments.positional[0], arguments._replace(positional=arguments.positional[1:]), point.node)
        return only(Descriptor("partialmethod", only(made)) if name.endswith("partialmethod") else made)

    def _call_wraps(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(Partial(only(External("functools.update_wrapper")), arguments, point.node))

    def _call_update_wrapper(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`wraps(wrapped)(wrapper)` arrives as (wrapped, wrapper); a direct call has them the other way round."""
        if len(arguments.positional) < 2:
            return joined(arguments.all)
        wrapped, wrapper = arguments.positional[:2]
        if isinstance(point.node, ast.Call) and _names(point.node.func, "update_wrapper"):
            wrapped, wrapper = wrapper, wrapped
        originals = [value for value in wrapped if isinstance(value, Function)]
        if len(originals) != 1:
            return wrapper
        return joined(
            only(value._replace(wraps=originals[0]) if isinstance(value, Function) else value) for value in wrapper
        )

    def _call_descriptor(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        kind = name.rpartition(".")[2].replace("cached_property", "property")
        return only(Descriptor(kind, joined(arguments.all)))

    def _call_super_of(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        classes = [value for value in arguments.argument(0, "type") if isinstance(value, ClassRef)]
        receivers = arguments.argument(1, "object")
        return frozenset(Super(cls, receiver) for cls in classes for receiver in receivers) or PLAIN

    def _call_type(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if len(arguments.positional) == 3:
            return self.made_class(arguments, point)
        classes = [only(v.cls) for v in joined(arguments.all) if isinstance(v, Obj) and v.cls is not None]
        return joined(classes) or PLAIN

    def made_class(self, arguments: Arguments, point: CallPoint) -> Values:
        """`type(name, bases, namespace)`."""
        raise AssertionError("the part that knows definitions answers this")

    def _call_same(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The first argument, or for `typing.cast` the second."""
        index = 1 if name == "typing.cast" else 0
        return arguments.positional[index] if len(arguments.positional) > index else PLAIN

    def _call_isinstance(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible value is known to be an instance, or none."""
        if len(arguments.positional) < 2:
            return PLAIN
        classes = [item for values in self._classes_in(arguments.positional[1]) for item in values]
        outcomes = {self._is_instance(value, classes) for value in arguments.positional[0]}
        outcome = outcomes.pop() if len(outcomes) == 1 else None
        return PLAIN if outcome is None else const(outcome)

    def _classes_in(self, values: Values) -> list[Values]:
        items = self.exact_items(values)
        return [values] if items is None else items

    def _is_instance(self, value: Value, classes: list[Value]) -> bool | None:
        own = [cls for cls in classes if isinstance(cls, ClassRef)]
        builtin = {cls.name.partition(".")[2] for cls in classes if isinstance(cls, External) and _is_builtin(cls.name)}
        others = len(own) + len(builtin) < len(classes)
        match value:
            case Obj(kind="instance", cls=ClassRef() as cls):
                if set(self.linearized(cls)) & set(own):
                    return True
                protocols = [each for each in own if "typing.Protocol" in self.external_bases(each)]
                if protocols:
                    fits = [self._fits(value, each) for each in protocols]
                    return True if True in fits else None if None in fits or others else False
                foreign = self.external_bases(cls) if builtin else self.external_bases(cls) & {""}
                return None if others or foreign else False
            case Obj(kind=kind) if kind != "iterator":
                return True if kind in builtin else None if others else False
            case Const(kind=kind):
                return True if kind in builtin else None if others or (kind == "bool" and "int" in builtin) else False
            case EntityRef() | Function() | ClassRef():
                return None if others else False
            case _:
                return None

    def implementations(self, generic: Function, others: list[Function], arguments: Arguments) -> list[Function]:
        """The implementations of a generic function that a call with these arguments may reach."""
        position = 0 if generic.owner is None else 1
        if len(arguments.positional) <= position:
            return [generic, *others]
        kinds = {function: self.read((generic, (REGISTERED, function))) for function in others}
        found: dict[Function, None] = {}
        for value in ordered(arguments.positional[position]):
            found.update(dict.fromkeys(self._implementations_for(value, generic, kinds)))
        return list(found) or [generic, *others]

    def _implementations_for(self, value: Value, generic: Function, kinds: dict[Function, Values]) -> list[Function]:
        if isinstance(value, Obj) and value.cls is not None:
            for cls in self.linearized(value.cls):
                exact = [function for function, classes in kinds.items() if cls in classes]
                if exact:
                    return exact[-1:]
        outcomes = {function: self._is_instance(value, ordered(classes)) for function, classes in kinds.items()}
        possible = [function for function, outcome in outcomes.items() if outcome is not False]
        certain = True in outcomes.values() and None not in outcomes.values()
        return possible if certain else [*possible, generic]

    def _call_protocol(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that asks an object of the project's classes by a method: `len`, `bool`, `str`, ..."""
        method = f"__{name.rpartition('.')[2]}__"
        for value in ordered(joined(arguments.positional)):
            if isinstance(value, Obj) and value.kind == "instance":
                self.call_method(value, method, Arguments(), point)
            elif isinstance(value, ClassRef):
                self.call_by_metaclass(value, method, Arguments(), CallPoint(point.node, point.at, direct=False))
        return self.computed(name, arguments, point)

    def _fits(self, value: Value, protocol: ClassRef) -> bool | None:
        """Whether an object has everything that a protocol asks for."""
        found = [self.has_attribute(value, name) for name in sorted(protocol.env.names) if not name.startswith("_")]
        return False if False in found else None if None in found else True

    def _call_object_setattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        for value in ordered(joined(arguments.positional[:1])):
            if isinstance(value, Obj) and value.cls is not None:
                self.set_attribute(value, Arguments(arguments.positional[1:]), point.node)
        return NONE

    def _call_sum(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """Numbers as a rule; instances of the project's classes are asked by `__radd__` and `__add__`."""
        elements = self.iterated(joined(arguments.positional[:1]), point.node)
        found = [
            self.call_method(value, method, Arguments((PLAIN,)), CallPoint(point.node, point.at, direct=False))
            for value in ordered(elements)
            if isinstance(value, Obj) and value.kind == "instance"
            for method in ("__radd__", "__add__")
        ]
        return joined([self.computed(name, arguments, point), *(values for values in found if values is not None)])

    def _call_len(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        value = single(joined(arguments.positional[:1]))
        size = self.size(value) if isinstance(value, Obj) and value.kind != "instance" else None
        return self._call_protocol(name, arguments, point) if size is None else const(size)

    def _call_callable(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible value can be called, or none."""
        outcomes = {self._is_callable(value) for value in joined(arguments.positional[:1])}
        outcome = outcomes.pop() if len(outcomes) == 1 else None
        return PLAIN if outcome is None else const(outcome)

    def _is_callable(self, value: Value) -> bool | None:
        match value:
            case EntityRef() | Function() | ClassRef() | Bound() | Partial():
                return True
            case Obj(kind="instance", cls=ClassRef() as cls):
                if self.class_attribute(self.linearized(cls), "__call__"):
                    return True
                return None if self.external_bases(cls) else False
            case Const() | Obj():
                return False
            case _:
                return None

    def _call_hasattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A constant where every possible object certainly has the attribute, or certainly has not."""
        names = constants(arguments.argument(1, "name")) or ()
        outcomes = {self.has_attribute(value, str(n)) for value in joined(arguments.positional[:1]) for n in names}
        outcome = outcomes.pop() if len(outcomes) == 1 else None
        return PLAIN if outcome is None else const(outcome)

    def _call_truth(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return PLAIN

    def computed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that uses its arguments as plain values."""
        parts = []
        for values in arguments.all:
            if name not in _LOOKING_AT_THE_WHOLE:
                inner = joined(self.elements(v) for v in values if isinstance(v, Obj) and v.kind != "instance")
                self.forced(inner, point.node)
            parts.append(self.forced(values, point.node))
        return self.mixed(parts)

    def _call_decorator(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A decorator that keeps what calling the function does."""
        kinds = Function | Partial | ClassRef | EntityRef
        functions = [values for values in arguments.positional if any(isinstance(value, kinds) for value in values)]
        return functions[0] if functions else only(Partial(only(External(name)), Arguments(), point.node))

    def _call_evaluated(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        reason = f"`{name.rpartition('.')[2]}` runs source that is computed"
        return only(Unknown(Category.UNSUPPORTED, reason, "write the call out"))


def _is_builtin(name: str) -> bool:
    return name.startswith("builtins.")


def _names(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)


def _nesting(values: Values) -> int:
    return 1 + max((_nesting(value.function) for value in values if isinstance(value, Partial)), default=0)


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(
        ("builtins.staticmethod", "builtins.classmethod", "builtins.property", "functools.cached_property"),
        BuiltinFunctions._call_descriptor,
    ),
    **dict.fromkeys(
        ("typing.cast", "weakref.ref", "weakref.proxy", "inspect.unwrap", "enum.member"), BuiltinFunctions._call_same
    ),
    "builtins.callable": BuiltinFunctions._call_callable,
    "builtins.hasattr": BuiltinFunctions._call_hasattr,
    "builtins.id": BuiltinFunctions._call_truth,
    "builtins.sum": BuiltinFunctions._call_sum,
    "builtins.object.__setattr__": BuiltinFunctions._call_object_setattr,
    "builtins.len": BuiltinFunctions._call_len,
    **dict.fromkeys(("builtins.eval", "builtins.exec"), BuiltinFunctions._call_evaluated),
    **dict.fromkeys(_KEEPING_DECORATORS | WRAPPING_DECORATORS, BuiltinFunctions._call_decorator),
    **dict.fromkeys((f"builtins.{name}" for name in _PROTOCOLS), BuiltinFunctions._call_protocol),
    "builtins.isinstance": BuiltinFunctions._call_isinstance,
    "builtins.getattr": BuiltinFunctions._call_getattr,
    "builtins.setattr": BuiltinFunctions._call_setattr,
    "builtins.globals": BuiltinFunctions._call_globals,
    "builtins.super": BuiltinFunctions._call_super_of,
    "builtins.type": BuiltinFunctions._call_type,
    "functools.partial": BuiltinFunctions._call_partial,
    "functools.partialmethod": BuiltinFunctions._call_partial,
    "functools.wraps": BuiltinFunctions._call_wraps,
    "functools.update_wrapper": BuiltinFunctions._call_update_wrapper,
    "importlib.import_module": BuiltinFunctions._call_import_module,
    "builtins.__import__": BuiltinFunctions._call_import,
    **ITERATION_HANDLERS,
    **COMBINING_HANDLERS,
    **CONTAINER_HANDLERS,
    **OPERATOR_HANDLERS,
    **RECORD_HANDLERS,
}
