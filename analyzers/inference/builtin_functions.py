"""Builtin functions and parts of the standard library that look things up by name, make callables, or ask of types."""

import ast

from analyzers.inference import folding
from analyzers.inference.combining_functions import COMBINING_HANDLERS, COMBINING_PRODUCERS
from analyzers.inference.function_attributes import WRAPPED
from analyzers.inference.iteration_functions import ITERATION_HANDLERS, ITERATION_PRODUCERS
from analyzers.inference.kinds import kinds_of
from analyzers.inference.module_table import MODULE_HANDLERS
from analyzers.inference.namespaces import NAMESPACE_HANDLERS
from analyzers.inference.objects import attribute_cell
from analyzers.inference.operator_functions import OPERATOR_HANDLERS
from analyzers.inference.patches import PATCH_HANDLERS, Patches
from analyzers.inference.picking_functions import PICKING_HANDLERS
from analyzers.inference.question_functions import QUESTION_HANDLERS
from analyzers.inference.record_functions import RECORD_HANDLERS
from analyzers.inference.records import CallPoint, Handler, Producer
from analyzers.inference.standard_containers import CONTAINER_HANDLERS
from analyzers.inference.values import (
    EMPTY,
    NONE,
    PLAIN,
    Arguments,
    Bound,
    ClassRef,
    Data,
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
    constants,
    join,
    joined,
    only,
    ordered,
)
from analyzers.knowledge.libraries import WRAPPING_DECORATORS
from analyzers.model.calls import Category

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

_RUNNING_THROUGH = frozenset(f"builtins.{name}" for name in ("all", "any", "bytearray", "bytes", "sum"))
"""What takes the elements of an iterator; the others show it as it is, whatever they show of a list."""

_GIVING_DATA = frozenset(
    {"abs", "all", "any", "ascii", "bool", "bytes", "callable", "chr", "complex", "dir", "divmod", "float", "format"}
    | {"hasattr", "hash", "id", "int", "isinstance", "issubclass", "len", "print", "repr", "round", "str", "type"}
)
"""Builtins whose result is no part of what they are given."""

_PROTOCOLS = ("abs", "bytes", "complex", "float", "format", "hash", "int", "repr", "round", "str")


_BUILTIN_KINDS = frozenset({"int", "bool", "str", "list", "dict"})


class BuiltinFunctions(Patches):
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
        may_lack = present is None and isinstance(value, Obj | ClassRef | Function | EntityRef | ModuleRef)
        return join(found, default) if may_lack or not found else found

    def _dynamic_attribute(self, target: Values, point: CallPoint) -> Values:
        kinds = ModuleRef | ClassRef | Obj | Unknown | EntityRef
        if not any(isinstance(value, kinds) for value in target):
            return self.opaque("an attribute whose name is computed")
        reason = f"the name of the attribute in `{self.module.text(point.node)}` is computed"
        return only(Unknown(Category.DYNAMIC_ATTRIBUTE, reason, "look the entity up in a dict of entities instead"))

    def _call_setattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if len(arguments.positional) < 3:
            return NONE
        names = constants(arguments.positional[1])
        for each in names or ():
            self.assign_attribute(arguments.positional[0], str(each), arguments.positional[2], point.node)
        if names is None:
            self.note_open(arguments.positional[0])
        return NONE

    def _call_delattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        for each in constants(arguments.argument(1, "name")) or ():
            self.delete_attribute(arguments.argument(0, "object"), str(each))
        return NONE

    def _call_globals(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        return only(Method(ModuleRef(self.env.module), "__dict__"))

    def _call_partial(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if not arguments.positional:
            return PLAIN
        if _nesting(arguments.positional[0]) > 5:
            reason = "a `partial` is wrapped in itself again and again"
            return only(Unknown(Category.DEPTH_BOUND, reason, "bind all arguments in one place"))
        made = Partial(arguments.positional[0], arguments.replaced(positional=arguments.positional[1:]), point.node)
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
        if len(originals) == 1:
            wrapper = frozenset(v.replaced(wraps=originals[0]) if isinstance(v, Function) else v for v in wrapper)
        self.assign_attribute(wrapper, WRAPPED, wrapped, point.node)
        return wrapper

    def _call_unwrap(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`inspect.unwrap`: the innermost function; with `stop`, any on the way to it."""
        met: set[Value] = set()
        innermost: set[Value] = set()
        waiting = list(arguments.argument(0, "func"))
        while waiting:
            value = waiting.pop()
            met.add(value)
            inner = self._wrapped_by(value, point) - {value}
            waiting.extend(inner - met)
            if not inner:
                innermost.add(value)
        return frozenset(innermost if len(arguments.all) == 1 else met)

    def _wrapped_by(self, value: Value, point: CallPoint) -> Values:
        match value:
            case Function() | Partial() | EntityRef():
                return self.read(attribute_cell(value, WRAPPED))
            case Bound(function=function):
                return self._wrapped_by(function, point)
            case Obj(kind="instance") | ClassRef() if self.has_attribute(value, WRAPPED):
                return self.attribute(only(value), WRAPPED, point.node)
            case _:
                return EMPTY

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
        given = joined(arguments.all)
        kinds = [kinds_of(value) for value in given]
        if all(len(each) == 1 and each <= _BUILTIN_KINDS for each in kinds):
            return frozenset(External(f"builtins.{name}") for each in kinds for name in each)
        classes = [only(v.cls) for v in given if isinstance(v, Obj) and v.cls is not None]
        return joined(classes) or PLAIN

    def made_class(self, arguments: Arguments, point: CallPoint) -> Values:
        """`type(name, bases, namespace)`."""
        raise AssertionError("the part that knows definitions answers this")

    def _call_same(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """The first argument, or for `typing.cast` the second."""
        index = 1 if name == "typing.cast" else 0
        return arguments.positional[index] if len(arguments.positional) > index else PLAIN

    def _call_protocol(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that asks an object of the project's classes by a method: `len`, `bool`, `str`, ..."""
        folded = self._folded_call(name, arguments, point)
        if folded is not None:
            return folded
        short = name.rpartition(".")[2]
        answers: list[Values | None] = []
        for value in ordered(joined(arguments.positional)):
            if isinstance(value, Obj) and value.kind == "instance":
                answers.append(self.asked_builtin(short, value, point))
            elif isinstance(value, ClassRef):
                called = CallPoint(point.node, point.at, direct=False)
                answers.append(self.call_by_metaclass(value, f"__{short}__", Arguments(), called))
            else:
                answers.append(None)
        known = [answer for answer in answers if answer is not None]
        if known and len(known) == len(answers):
            return self.forced(joined(known), point.node)
        return self.computed(name, arguments, point)

    def _folded_call(self, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
        act = folding.BUILTINS.get(name)
        if act is None or len(arguments.positional) < len(arguments.all):
            return None
        return self.folded(act, arguments.positional, point.node)

    def _call_folded(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that is computed where its arguments are constants."""
        folded = self._folded_call(name, arguments, point)
        return self.computed(name, arguments, point) if folded is None else folded

    def _call_decoded(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`json.loads` of a constant text."""
        folded = self.folded(folding.decoded, arguments.all, point.node) if len(arguments.all) == 1 else None
        return self.computed(name, arguments, point) if folded is None else folded

    def _call_object_setattr(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        for value in ordered(joined(arguments.positional[:1])):
            if isinstance(value, Obj) and value.cls is not None:
                self.set_attribute(value, Arguments(arguments.positional[1:]), point.node)
        return NONE

    def computed(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A builtin that uses its arguments as plain values."""
        parts = []
        for values in arguments.all:
            if name not in _LOOKING_AT_THE_WHOLE:
                apart = "instance" if name in _RUNNING_THROUGH else "iterator"
                inner = joined(
                    self.elements(v) for v in values if isinstance(v, Obj) and v.kind not in ("instance", apart)
                )
                self.forced(inner, point.node)
            parts.append(self.forced(values, point.node))
        if name.rpartition(".")[2] in _GIVING_DATA or not self.holds_callables(arguments.all):
            return self.mixed(parts)
        return only(Data(self.mixed_origins(arguments), f"`{name}`"))

    def _call_decorator(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A decorator that keeps what calling the function does."""
        kinds = Function | Partial | ClassRef | EntityRef
        functions = [values for values in arguments.positional if any(isinstance(value, kinds) for value in values)]
        if not functions:
            return only(Partial(only(External(name)), Arguments(), point.node))
        for value in functions[0] if name in WRAPPING_DECORATORS else EMPTY:
            if isinstance(value, Function | Partial | EntityRef):
                self.weaken(attribute_cell(value, WRAPPED), only(value))
        return functions[0]

    def _call_method_type(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`types.MethodType(function, instance)`."""
        functions, receivers = arguments.argument(0, "function"), arguments.argument(1, "instance")
        return frozenset(Bound(function, receiver) for function in functions for receiver in receivers)

    def _call_evaluated(self, name: str, arguments: Arguments, point: CallPoint) -> Values:
        self.module.open = True
        reason = f"`{name.rpartition('.')[2]}` runs source that is computed"
        return only(Unknown(Category.UNSUPPORTED, reason, "write the call out"))


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
        (
            "typing.cast",
            "weakref.ref",
            "weakref.proxy",
            "enum.member",
            "sys.intern",
        ),
        BuiltinFunctions._call_same,
    ),
    **dict.fromkeys(("builtins.eval", "builtins.exec"), BuiltinFunctions._call_evaluated),
    **dict.fromkeys(_KEEPING_DECORATORS | WRAPPING_DECORATORS, BuiltinFunctions._call_decorator),
    **dict.fromkeys((f"builtins.{name}" for name in _PROTOCOLS), BuiltinFunctions._call_protocol),
    **dict.fromkeys((f"builtins.{name}" for name in ("chr", "divmod", "ord")), BuiltinFunctions._call_folded),
    "json.loads": BuiltinFunctions._call_decoded,
    "builtins.getattr": BuiltinFunctions._call_getattr,
    "builtins.setattr": BuiltinFunctions._call_setattr,
    "builtins.delattr": BuiltinFunctions._call_delattr,
    "builtins.object.__setattr__": BuiltinFunctions._call_object_setattr,
    "builtins.globals": BuiltinFunctions._call_globals,
    "builtins.super": BuiltinFunctions._call_super_of,
    "builtins.type": BuiltinFunctions._call_type,
    **dict.fromkeys(("functools.partial", "functools.partialmethod"), BuiltinFunctions._call_partial),
    "functools.wraps": BuiltinFunctions._call_wraps,
    "inspect.unwrap": BuiltinFunctions._call_unwrap,
    "types.MethodType": BuiltinFunctions._call_method_type,
    "functools.update_wrapper": BuiltinFunctions._call_update_wrapper,
    **NAMESPACE_HANDLERS,
    **MODULE_HANDLERS,
    **PATCH_HANDLERS,
    **QUESTION_HANDLERS,
    **ITERATION_HANDLERS,
    **COMBINING_HANDLERS,
    **CONTAINER_HANDLERS,
    **OPERATOR_HANDLERS,
    **PICKING_HANDLERS,
    **RECORD_HANDLERS,
}

PRODUCERS: dict[str, Producer] = {**ITERATION_PRODUCERS, **COMBINING_PRODUCERS}
"""What gives a lazy iterator."""
