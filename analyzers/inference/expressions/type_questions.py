"""Whether a value is an instance of a class, and whether a class inherits from another one."""

from analyzers.inference.calls.calls import REGISTERED, VIRTUAL
from analyzers.inference.domain.answers import all_of, any_of, common
from analyzers.inference.domain.kinds import Kind, is_builtin_kind
from analyzers.inference.domain.value_sets import only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Const,
    Data,
    EntityRef,
    External,
    Function,
    Obj,
    Pending,
    Value,
    Values,
)
from analyzers.inference.expressions.inspection import Inspection, question_of
from analyzers.knowledge.libraries import is_standard, is_subclass

_PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic"})
_ABSTRACT = only(External("abc.ABCMeta"))
_ASKED_FOR = {
    "AsyncIterable": ("__aiter__",),
    "AsyncIterator": ("__aiter__", "__anext__"),
    "Awaitable": ("__await__",),
    "Callable": ("__call__",),
    "Collection": ("__len__", "__iter__", "__contains__"),
    "Container": ("__contains__",),
    "Iterable": ("__iter__",),
    "Iterator": ("__iter__", "__next__"),
    "Reversible": ("__iter__", "__reversed__"),
    "Sized": ("__len__",),
}
"""Abstract classes that only ask for methods."""
_CONCRETE = frozenset(
    {"asyncio", "collections", "datetime", "decimal", "enum", "fractions", "functools", "logging", "pathlib", "queue"}
    | {"string", "threading", "types", "uuid"}
)
"""Modules of the standard library whose classes a class inherits from if it says so, and not otherwise."""


class TypeQuestions(Inspection):
    """Questions of types, decided where the answer is known."""

    def derives(self, cls: ClassRef, kind: Value) -> bool | None:
        """Whether a class of the project is a subclass of another class; None where that is not known."""
        match kind:
            case ClassRef():
                order, registered = self.linearized(cls), self.read((kind, VIRTUAL))
                if kind in order or not registered.isdisjoint(order):
                    return True
                plain = self.metaclasses.get(kind, _ABSTRACT) == _ABSTRACT
                return False if plain and all(isinstance(each, ClassRef) for each in registered) else None
            case External(name=name):
                return self._derives_from_outside(cls, name)
            case _:
                return None

    def _derives_from_outside(self, cls: ClassRef, name: str) -> bool | None:
        bases = self.external_bases(cls) - _PLAIN_BASES
        module, _, last = name.rpartition(".")
        if name in bases or name == "builtins.object":
            return True
        if module in ("collections.abc", "typing") and last in _ASKED_FOR:
            order = self.linearized(cls)
            has_all = all(self.class_attribute(order, method) for method in _ASKED_FOR[last])
            return True if has_all else None if bases else False
        if module == "builtins":
            return any_of([is_subclass(base, name) for base in sorted(bases)])
        return False if not bases and is_standard(name) and module in _CONCRETE else None

    def classes_in(self, values: Values) -> list[Value]:
        """The classes that the second argument of `isinstance` names."""
        items = self.exact_items(values)
        return [value for item in ([values] if items is None else items) for value in item]

    def is_instance(self, value: Value, classes: Values) -> bool | None:
        """Whether a value certainly is an instance of a class, or of one in a tuple, or certainly is none."""
        record = self.record_of(value) if isinstance(value, Pending) else None
        if record is not None and self.blocks(record):
            value = Data(frozenset(), "", record.kinds)
        return self._is_instance(value, self.classes_in(classes))

    def _is_instance(self, value: Value, classes: list[Value]) -> bool | None:
        own = [cls for cls in classes if isinstance(cls, ClassRef)]
        builtin = {cls.name.partition(".")[2] for cls in classes if isinstance(cls, External) and _is_builtin(cls.name)}
        others = len(own) + len(builtin) < len(classes)
        asked = [question_of(cls.name) for cls in classes if isinstance(cls, External) and question_of(cls.name)]
        if asked:
            rest = [cls for cls in classes if not (isinstance(cls, External) and question_of(cls.name))]
            return any_of([*(self.inspected(each, value) for each in asked), self._is_instance(value, rest)])
        match value:
            case Obj(kind="instance", cls=ClassRef() as cls):
                return any_of([self._is_instance_of(value, cls, kind) for kind in classes])
            case Obj(kind=kind) if kind != "iterator":
                return True if kind in builtin else None if others else False
            case Const(kind=kind):
                is_one = kind in builtin or (kind == "bool" and "int" in builtin)
                return True if is_one else None if others else False
            case Data(kinds=kinds) if kinds:
                return common([self._is_of_class(kind, own, builtin, others) for kind in kinds])
            case EntityRef() | Function() | ClassRef():
                return None if others else False
            case _:
                return None

    def _is_of_class(self, kind: Kind, own: list[ClassRef], builtin: set[str], others: bool) -> bool | None:
        """Whether what is exactly of a class is an instance of one of these; `others` if there are more of them."""
        if isinstance(kind, str):
            found = any(is_builtin_kind(kind, name) for name in builtin)
            virtual = any(
                "abc.ABC" in self.external_bases(cls) or "typing.Protocol" in self.external_bases(cls) for cls in own
            )
            return True if found else None if others or virtual else False
        if own or others or self.external_bases(kind) - {"builtins.object", "abc.ABC", "typing.Generic"}:
            return True if set(self.linearized(kind)) & set(own) else None
        return "object" in builtin

    def _is_instance_of(self, obj: Obj, cls: ClassRef, kind: Value) -> bool | None:
        derives = self.derives(cls, kind)
        protocol = isinstance(kind, ClassRef) and "typing.Protocol" in self.external_bases(kind)
        return self._fits(obj, kind) if protocol and not derives else derives  # type: ignore[arg-type]  # a class

    def _fits(self, value: Value, protocol: ClassRef) -> bool | None:
        """Whether an object has everything that a protocol asks for."""
        found = [self.has_attribute(value, name) for name in sorted(protocol.env.names) if not name.startswith("_")]
        return all_of(found)

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


def _is_builtin(name: str) -> bool:
    return name.startswith("builtins.")
