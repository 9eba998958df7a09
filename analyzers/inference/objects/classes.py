"""Attributes: what an access gives, of classes and their instances above all."""

import ast
from collections import OrderedDict, UserDict, UserList, deque

from analyzers.inference.domain.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, UNSET, const, join, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Coroutine,
    Data,
    Descriptor,
    EntityRef,
    External,
    ExternalInstance,
    Function,
    Future,
    Generator,
    Method,
    ModuleRef,
    Obj,
    Partial,
    Pending,
    Super,
    Unknown,
    Value,
    Values,
)
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.class_orders import THREADS, ClassOrders
from analyzers.inference.objects.function_attributes import NAMES, name_of
from analyzers.knowledge import flytekit
from analyzers.knowledge.libraries import is_exception, is_standard
from analyzers.model.calls import Category

_OF_EXCEPTIONS = frozenset({"add_note", "with_traceback"})
_OF_RECORDS = frozenset({"_replace", "_asdict", "model_copy"})
_OF_THREADS = frozenset({"daemon", "getName", "ident", "is_alive", "join", "name", "setDaemon", "setName"})
_OF_COLLECTIONS = frozenset(
    {"get", "pop", "setdefault", "keys", "values", "items", "append", "extend", "update", "__iter__"}
)
"""Methods that `collections.abc` makes of others."""
_OF_CONTAINERS = frozenset({"__getitem__", "__setitem__", "__delitem__", "__iter__"})

_OF_CONTAINER_TYPES = frozenset({"data"}.union(*map(dir, (UserDict, OrderedDict, UserList, deque, set, dict))))
_WITHOUT_ATTRIBUTES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})
"""Bases from which no attribute comes that `__getattr__` would be asked for otherwise."""


class Classes(ClassOrders):
    """Attribute access on everything, classes of the project above all."""

    # Attribute access.

    def attribute(self, values: Values, name: str, node: ast.expr) -> Values:
        self.run.steps += len(values)
        return joined(self._attribute_of(value, name, node) for value in ordered(values))

    def _attribute_of(self, value: Value, name: str, node: ast.expr) -> Values:
        match value:
            case ModuleRef():
                return self._attribute_of_module(value, name, node)
            case External():
                return self.external_attribute(value, name, node)
            case Obj(kind="instance", cls=ClassRef()):
                return self._instance_attribute(value, name, node)
            case ClassRef():
                return self._attribute_of_class(value, name, node)
            case Super(cls=cls, receiver=receiver):
                return self._super_attribute(cls, receiver, name, node)
            case Function() | EntityRef() | Partial():
                own = self.read(attribute_cell(value, name))
                return own or self.attribute_of_function(value, name)
            case Bound():
                return self.attribute_of_bound(value, name, node)
            case Unknown():
                return only(value)
            case Method(receiver=Data() | Method() as known):
                return only(Method(known, name))
            case Pending() if name == flytekit.WITH_OVERRIDES:
                return only(Method(value, name))
            case Pending() | Coroutine() if name != "__await__":
                return self.attribute(self.forced(only(value), node), name, node)
            case _:
                return only(Method(value, name))

    def _attribute_of_module(self, module: ModuleRef, name: str, node: ast.expr) -> Values:
        """A module's own `__getattr__` that never comes back for a name has raised as the module itself would."""
        if name == "__dict__":
            return only(Method(module, name))
        found = self.module_attribute(module.name, name)
        if not found and not self.is_open(module.name):
            self.here.ended_by = node
        return found

    def _attribute_of_class(self, cls: ClassRef, name: str, node: ast.expr) -> Values:
        if name == "__dict__":
            return self.namespace_of(cls, node)
        found = self.class_attribute(self.linearized(cls), name)
        if found is None:
            by_metaclass = self.attribute_by_metaclass(cls, name, CallPoint(node, node, direct=False))
            return self._missing(cls, name) if by_metaclass is None else by_metaclass
        if self.is_enum(cls) and not name.startswith("__"):
            return self.enum_member(cls, name, found, node)
        return joined(self._through_class(value, cls, node) for value in found)

    def _through_class(self, value: Value, cls: ClassRef, node: ast.expr) -> Values:
        match value:
            case Descriptor(kind="classmethod", function=inner):
                return frozenset(Bound(function, cls) for function in inner)
            case Descriptor(kind="staticmethod" | "field" | "partialmethod", function=inner):
                return inner
            case Obj(kind="instance"):
                return self._got(value, NONE, cls, node)
            case _:
                return only(value)

    def _got(self, value: Obj, instance: Values, cls: ClassRef, node: ast.expr) -> Values:
        """What reading a class attribute gives, which may be a descriptor."""
        point = CallPoint(node, node, direct=False)
        found = self.call_method(value, "__get__", Arguments((instance, only(cls))), point)
        return only(value) if found is None else found

    def _instance_attribute(self, obj: Obj, name: str, node: ast.expr) -> Values:
        assert obj.cls is not None
        location = attribute_cell(obj, name)
        own = self.read(location) if location in self.store else EMPTY
        unset = bool(own & UNSET)
        own -= UNSET
        if own and obj not in self.summaries and not unset:
            return self.settled(own)
        found = self.class_attribute(self.linearized(obj.cls), name)
        if found is None:
            by_hook = unset and self.class_attribute(self.linearized(obj.cls), "__getattr__") is not None
            return join(own, self._missing_in(obj, name, node)) if by_hook else own or self._missing_in(obj, name, node)
        return join(own, *(self._through_instance(value, obj, node) for value in found))

    def _through_instance(self, value: Value, obj: Obj, node: ast.expr) -> Values:
        assert obj.cls is not None
        match value:
            case Function():
                return only(Bound(value, obj))
            case Descriptor(kind="property", function=inner):
                return self.call(inner, Arguments((only(obj),)), CallPoint(node, node, direct=False))
            case Obj(kind="instance"):
                return self._got(value, only(obj), obj.cls, node)
            case Descriptor(kind="partialmethod", function=inner):
                return frozenset(self._partial_method(each, obj, node) for each in inner if isinstance(each, Partial))
            case Descriptor():
                return self._through_class(value, obj.cls, node)
            case _:
                return only(value)

    def _partial_method(self, made: Partial, obj: Obj, node: ast.expr) -> Value:
        """`partialmethod(method, ...)`, read from an instance."""
        return made.replaced(function=joined(self._through_instance(each, obj, node) for each in made.function))

    def _missing_in(self, obj: Obj, name: str, node: ast.expr) -> Values:
        """An attribute that neither the instance nor the project's classes define."""
        assert obj.cls is not None
        if name == "__dict__":
            return self.namespace_of(obj, node)
        content = self.content(obj)
        if name == "__class__":
            return only(obj.cls)
        hook = self.class_attribute(self.linearized(obj.cls), "__getattr__")
        if content is not None and not name.startswith("__") and (hook is None or name in _OF_CONTAINER_TYPES):
            return only(content) if name == "data" else only(Method(content, name))
        known = (name in _OF_EXCEPTIONS and self.is_exception(obj.cls)) or (name == "start" and self.is_thread(obj.cls))
        if known:
            return only(Method(obj, name))
        mixed_in = name in _OF_COLLECTIONS and self.is_abstract_collection(obj)
        if mixed_in or (name in _OF_RECORDS and self.is_record(obj.cls)):
            return only(Method(obj, name))
        made = self._made_up(obj, obj.cls, name, node)
        return self._missing(obj.cls, name) if made is None else made

    def _made_up(self, obj: Obj, cls: ClassRef, name: str, node: ast.expr) -> Values | None:
        """What `__getattr__` makes of a name; None where there is none, or where its result is not known.

        Nothing has to be done about one that asks for missing attributes itself: that is recursion like any other.
        """
        content = self.content(obj)
        bases = self.external_bases(cls) - _WITHOUT_ATTRIBUTES
        if hasattr(object, name) or (bases and content is None) or (content and name in _OF_CONTAINER_TYPES):
            return None
        made = self.call_method(obj, "__getattr__", Arguments((const(name),)), CallPoint(node, node, direct=False))
        return None if made is None or any(map(_undecided, made)) else made

    def _super_attribute(self, cls: ClassRef, receiver: Value, name: str, node: ast.expr) -> Values:
        start = receiver.cls if isinstance(receiver, Obj) and receiver.cls else receiver
        order = self.linearized(start) if isinstance(start, ClassRef) else self.linearized(cls)
        after = order[order.index(cls) + 1 :] if cls in order else self.linearized(cls)[1:]
        found = self.class_attribute(after, name)
        if found is None:
            return only(Method(receiver, name))
        if isinstance(receiver, Obj):
            return joined(self._through_instance(value, receiver, node) for value in found)
        bound = receiver if isinstance(receiver, ClassRef) else cls
        return joined(self._through_class(value, bound, node) for value in found)

    def _missing(self, cls: ClassRef, name: str) -> Values:
        """An attribute that no class of the project defines."""
        if self.class_attribute(self.linearized(cls), "__getattr__") is not None:
            reason = f"`{cls.node.name}.__getattr__` decides at run time what `{name}` is"
            return only(Unknown(Category.DYNAMIC_ATTRIBUTE, reason, f"give `{cls.node.name}` an attribute `{name}`"))
        if name in NAMES:
            return const(name_of(name, cls.node.name, cls.env.parent or cls.env))
        registers = name == "register" and self.external_bases(cls) <= _WITHOUT_ATTRIBUTES
        if name in ("__subclasses__", "__new__") or registers or (name == "_make" and self.is_record(cls)):
            return only(Method(cls, name))
        if name in ("__class__", "__doc__", "name", "_fields"):
            return PLAIN
        bases = self.external_bases(cls)
        if bases and all(is_exception(base) or (base in THREADS and name in _OF_THREADS) for base in bases):
            return PLAIN
        foreign = sorted(base for base in self.external_bases(cls) if not is_standard(base))
        if foreign:
            reason = (
                f"`{cls.node.name}` inherits `{name}` from `{foreign[0] or 'an unknown class'}`, outside the project"
            )
            return only(Unknown(Category.EXTERNAL_CODE, reason, f"define `{name}` in the project"))
        return only(Data(frozenset(), f"`{cls.node.name}.{name}`")) if self.external_bases(cls) else EMPTY

    def has_attribute(self, value: Value, name: str) -> bool | None:
        """Whether a value certainly has an attribute, or certainly has not."""
        match value:
            case Obj(kind="instance", cls=ClassRef() as cls):
                own = bool(self.read(attribute_cell(value, name)))
                if own and value not in self.summaries and not self.read(attribute_cell(value, name)) & UNSET:
                    return True
            case ClassRef() as cls:
                own = False
            case Function():
                return None if self.read(attribute_cell(value, name)) or name.startswith("__") else False
            case EntityRef(number=number):
                return self.entity_has(value, self.entities[number], name)
            case ModuleRef(name=module):
                return self.offers(module, name)
            case _:
                return None
        order = self.linearized(cls)
        if self.class_attribute(order, name):
            return True
        hooks = self.class_attribute(order, "__getattr__") or name.startswith("__")
        return None if own or hooks or self.external_bases(cls) else False

    def call_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values | None:
        """`obj.name(...)` where the project's class defines it, else None."""
        if obj.cls is None:
            return None
        found = self.class_attribute(self.linearized(obj.cls), name)
        if found is None:
            content = self.content(obj) if name in _OF_CONTAINERS else None
            return None if content is None else self.call(only(Method(content, name)), arguments, point)
        bound = joined(self._through_instance(value, obj, point.node) for value in found)
        return self.call(bound, arguments, CallPoint(point.node, point.at, direct=False))

    def awaited_instance(self, obj: Obj, node: ast.expr) -> Values:
        handed_on = self.call_method(obj, "__await__", NO_ARGUMENTS, CallPoint(node, node, direct=False))
        if handed_on is None:
            return only(obj)
        generators = [value for value in ordered(handed_on) if isinstance(value, Generator)]
        returned = [self.started(each, node).returned for each in generators]
        return joined([*returned, self.awaited(handed_on.difference(generators), node)])

    def asked_for_iterators(self, values: Values, point: CallPoint) -> None:
        """An iterator over instances of the project's classes: it is asked for at once, its elements are not."""
        for value in ordered(values):
            if isinstance(value, Obj) and value.kind == "instance":
                self.call_method(value, "__iter__", NO_ARGUMENTS, CallPoint(point.node, point.at, direct=False))

    def iterated_instance(self, obj: Obj, site: ast.expr) -> Values:
        point = CallPoint(site, site, direct=False)
        for method, step in (("__iter__", "__next__"), ("__aiter__", "__anext__")):
            iterator = self.call_method(obj, method, NO_ARGUMENTS, point)
            if iterator is not None:
                return joined(self._stepped(value, obj, step, site) for value in iterator)
        items = self.record_items(obj)
        if items is not None:
            return joined(items)
        found = self.call_method(obj, "__getitem__", Arguments((PLAIN,)), point)
        return PLAIN if found is None else found

    def _stepped(self, iterator: Value, obj: Obj, step: str, site: ast.expr) -> Values:
        if isinstance(iterator, Obj) and iterator.kind == "instance":
            found = self._stepped_on(iterator, step, site)
            return self.awaited(found, site) if step == "__anext__" else found
        return EMPTY if iterator == obj else self.iterated(only(iterator), site)

    def _stepped_on(self, iterator: Obj, step: str, site: ast.expr) -> Values:
        """What any number of steps of an iterator of the project gives."""

        def turn() -> Values:
            found = self.call_method(iterator, step, NO_ARGUMENTS, CallPoint(site, site, direct=False))
            return PLAIN if found is None else found

        return self.repeated(turn)

    def iterated_other(self, value: Value, site: ast.expr) -> Values:
        match value:
            case Generator():
                return self.generated(value, site)
            case ClassRef():
                found = self.iterated_class(value, CallPoint(site, site, direct=False))
                enum = self.is_enum(value) and found is None
                return self.enum_members(value, site) if enum else found or PLAIN
            case Pending() | Coroutine():
                return self.iterated(self.forced(only(value), site), site)
            case Method() | External() | ExternalInstance() | Future():
                return self.opaque("iterated code outside the project")
            case _:
                return PLAIN


def _undecided(value: Value) -> bool:
    """Whether something that `__getattr__` gave may be anything."""
    return isinstance(value, Data | Unknown) or (isinstance(value, Method) and _undecided(value.receiver))
