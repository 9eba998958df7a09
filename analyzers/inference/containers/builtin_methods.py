"""Methods of values that the project does not define, by the kind of the receiver."""

import ast
from collections.abc import Iterable
from functools import partial

from analyzers.inference.calls.calls import REGISTERED, VIRTUAL
from analyzers.inference.containers.abstract_collections import AbstractCollections
from analyzers.inference.domain.folding import text_method
from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.scopes import all_arguments
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, constants, joined, only, ordered
from analyzers.inference.domain.values import (
    Arguments,
    ClassRef,
    Const,
    Coroutine,
    Data,
    Descriptor,
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
    Value,
    Values,
)
from analyzers.knowledge import flytekit

_STEPS = frozenset({"__next__", "__anext__", "send", "asend"})
"""What takes the next element of a generator."""
_ITSELF = frozenset({"__iter__", "__aiter__"})


class BuiltinMethods(AbstractCollections):
    """`receiver.name(...)` for receivers that are no instances of the project's classes."""

    def call_builtin_method(self, receiver: Value, name: str, arguments: Arguments, point: CallPoint) -> Values:
        match receiver:
            case Obj(kind="instance"):
                return self._object_method(receiver, name, arguments, point)
            case Obj():
                return self.container_method(receiver, name, arguments, point)
            case ExternalInstance(cls=cls) | External(name=cls):
                return self.call_external(f"{cls}.{name}", arguments, point)
            case Future():
                return self._future_method(receiver, name, arguments, point)
            case Const():
                return self._text_method(receiver, name, arguments, point)
            case Function() if name == "register":
                return self._register(receiver, arguments, point)
            case Generator():
                return self._generator_method(receiver, name, arguments, point)
            case Coroutine() | Pending() if name in ("__await__", flytekit.WITH_OVERRIDES):
                return self._awaitable_method(receiver, name, arguments, point)
            case Descriptor() if name in ("setter", "getter", "deleter", "register"):
                return self._descriptor_method(receiver, name, arguments, point)
            case ClassRef():
                return self._class_method(receiver, name, arguments, point)
            case Method(receiver=ModuleRef() as module, name="__dict__"):
                return self._globals_method(module, name, arguments, point)
            case _:
                return self._foreign_method(receiver, name, arguments, point)

    def _foreign_method(self, receiver: Value, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method of something that is not seen through."""
        opaque = receiver.opaque if isinstance(receiver, Data) else ""
        self.handed_over(arguments, point, opaque or name)
        if isinstance(receiver, Method):
            return self.opaque(f"`{name}`, a method outside the project")
        if isinstance(receiver, Data) and opaque:
            return only(Data(receiver.origins | self.mixed_origins(arguments), opaque))
        return self.mixed([only(receiver), *arguments.all])

    def _awaitable_method(
        self, receiver: Coroutine | Pending, name: str, arguments: Arguments, point: CallPoint
    ) -> Values:
        record = self.record_of(receiver) if isinstance(receiver, Pending) and name != "__await__" else None
        if name == "__await__":
            return only(Future(self.awaited(only(receiver), point.node)))
        if record is None or not _are_overrides(arguments):
            values = self.forced(only(receiver), point.node)
            return self.each(values, lambda value: self._foreign_method(value, name, arguments, point))
        record.overridden = True
        for values in arguments.all:
            self.forced(values, point.node)
        return only(receiver)

    def _text_method(self, receiver: Const, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method of a constant text, computed where its arguments are known too."""
        self.begin_each(arguments)
        names = tuple(key for key, _ in arguments.keywords)
        given = [*arguments.positional, *(values for _, values in arguments.keywords)]
        if name == "join" and len(given) == 1:
            items = self.exact_items(given[0])
            given = given if items is None else [self.sequence("tuple", self.stand_in(point.node, "joined"), items)]
        if isinstance(receiver.value, str) and len(given) == len(arguments.all):
            result = self.folded(partial(text_method, names, name), [only(receiver), *given], point.node, depth=1)
            if result is not None:
                return result
        return self.computed("builtins.str", arguments.replaced(positional=tuple(given)), point)

    def _descriptor_method(self, receiver: Descriptor, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`@size.setter` and the like, and `@generic.register` where the generic function is a class method."""
        if name == "register":
            generic = [each for each in receiver.function if isinstance(each, Function)]
            return joined(self._register(each, arguments, point) for each in generic)
        return only(_changed_property(receiver, name, joined(arguments.all)))

    def _register(self, generic: Function, arguments: Arguments, point: CallPoint) -> Values:
        """`generic.register(function)`, and the decorator that `generic.register(type)` gives."""
        plain = [v.function if isinstance(v, Descriptor) else only(v) for v in joined(arguments.positional)]
        functions = frozenset(value for value in joined(plain) if isinstance(value, Function))
        if not functions:
            return only(Partial(only(Method(generic, "register")), arguments, point.node))
        self.weaken((generic, REGISTERED), functions)
        for function in ordered(functions):
            given = arguments.positional[0] if len(arguments.positional) > 1 else self._first_annotation(function)
            self.weaken((generic, (REGISTERED, function)), given)
        return functions

    def _first_annotation(self, function: Value) -> Values:
        """The class that the annotation of a function's first argument names; nothing where there is none."""
        assert isinstance(function, Function)
        annotated = [each.annotation for each in all_arguments(function.node.args) if each.annotation is not None]
        return self.evaluate(annotated[0]) if annotated else EMPTY

    def _generator_method(self, receiver: Generator, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """`__next__`, `send` and the like of a generator."""
        if name in ("send", "asend"):
            self.weaken((("sent", receiver.function.node), ""), joined(arguments.positional))
        if name in ("close", "aclose"):
            self.close(receiver, point.node)
            return only(Future(NONE)) if name == "aclose" else NONE
        if name not in _STEPS | _ITSELF:
            self.note_throwing(receiver)
        found = self.next_of(receiver, point.node) if name in _STEPS else None
        step = self.generated(receiver, point.node) if found is None else joined(found[0])
        return only(Future(step)) if name in ("__anext__", "asend") else step

    def _globals_method(self, module: ModuleRef, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method of the `__dict__` of a module, which shows in its attributes."""
        result = self.container_method(self.module_dict(module.name, point.node), name, arguments, point)
        keys, default = constants(joined(arguments.positional[:1])), joined(arguments.positional[1:2])
        match name:
            case "get" if keys is not None:
                return joined(self._global_or(module, str(key), default or NONE) for key in keys)
            case "update":
                known = [self.known_items(values) for values in arguments.positional]
                given = [pair for pairs in known for pair in pairs or ()]
                self._set_globals(module, (*given, *arguments.keywords), point.node)
                if None in known or arguments.double_star is not None:
                    self.note_open(only(module))
            case "__setitem__" | "setdefault" if keys is None:
                self.note_open(only(module))
            case "__setitem__":
                self._set_globals(module, [(str(key), default) for key in keys or ()], point.node)
            case "setdefault":
                missing = [str(key) for key in keys or () if self.offers(module.name, str(key)) is not True]
                self._set_globals(module, [(key, result) for key in missing], point.node)
            case "pop" | "__delitem__":
                for key in keys or ():
                    self.delete_attribute(only(module), str(key))
            case _:
                pass
        return result

    def _global_or(self, module: ModuleRef, name: str, default: Values) -> Values:
        there = self.offers(module.name, name)
        found = EMPTY if there is False else self.module_attribute(module.name, name)
        return found if there else joined([found, default])

    def _set_globals(self, module: ModuleRef, given: Iterable[tuple[str, Values]], node: ast.expr) -> None:
        for name, values in given:
            self.extra_names.setdefault(module.name, set()).add(name)
            self.assign_attribute(only(module), name, values, node)

    def mixed_origins(self, arguments: Arguments) -> frozenset[str]:
        return frozenset[str]().union(*(self.origins(values) for values in arguments.all))

    def _object_method(self, obj: Obj, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method that `object` or an external base gives to an instance, reached through `super()`."""
        content = self.content(obj)
        if name == "__init__":
            self.initialize_base(obj, arguments, point)
            return NONE
        if name == "start" and obj.cls is not None and self.is_thread(obj.cls):
            inside = CallPoint(point.node, point.at, direct=False)
            self.forced(self.call_method(obj, "run", Arguments(), inside) or NONE, point.node)
            return NONE
        if name in ("add_note", "with_traceback"):
            return only(obj)
        if content is not None:
            return self.container_method(content, name, arguments, point)
        if name == "__setattr__":
            self.set_attribute(obj, arguments, point.node)
        if name in ("__setattr__", "__init_subclass__", "__post_init__"):
            return NONE
        if name == "_asdict":
            return self.as_dict(obj, point.node)
        if name in ("_replace", "model_copy"):
            return self.copied_instance(obj, arguments, point)
        added = self.mixin_method(obj, name, arguments, point) if self.is_abstract_collection(obj) else None
        if added is not None:
            return added
        self.handed_over(arguments, point, name)
        return self.opaque(f"`{name}` of a class outside the project")

    def _class_method(self, cls: ClassRef, name: str, arguments: Arguments, point: CallPoint) -> Values:
        """A method that every class has, such as `super().__new__` and `__subclasses__`."""
        if name == "__subclasses__":
            known = [each for each, bases in self.bases.items() if cls in joined(bases)]
            return self.sequence("list", point.node, [only(each) for each in known])
        if name == "__new__":
            classes = ordered(arguments.positional[0] if arguments.positional else only(cls))
            return joined(self.new_instance(each, point.node) for each in classes if isinstance(each, ClassRef))
        if name == "register":
            self.weaken((cls, VIRTUAL), joined(arguments.all))
            return joined(arguments.all)
        if name == "_make":
            return self.constructed(cls, self._spread(arguments, point), point)
        if name == "__call__":
            return self.constructed(cls, arguments, point)
        self.handed_over(arguments, point, name)
        return self.mixed(list(arguments.all))

    def _spread(self, arguments: Arguments, point: CallPoint) -> Arguments:
        """The elements of the first argument as arguments."""
        first = joined(arguments.positional[:1])
        items = self.exact_items(first)
        return Arguments(star=self.iterated(first, point.node)) if items is None else Arguments(tuple(items))

    def _future_method(self, future: Future, name: str, arguments: Arguments, point: CallPoint) -> Values:
        if name == "result":
            return self.awaited(only(future), point.node)
        if name == "add_done_callback" and point.node not in self.module_of(point).withdrawn:
            callback = CallPoint(point.node, point.at, direct=False)
            self.forced(self.call(arguments.argument(0, "fn"), Arguments((only(future),)), callback), point.node)
        return PLAIN


def _changed_property(descriptor: Descriptor, name: str, function: Values) -> Descriptor:
    """`@size.setter`, `@size.getter` and `@size.deleter`."""
    if name == "setter":
        return descriptor.replaced(setter=function)
    return descriptor.replaced(deleter=function) if name == "deleter" else descriptor.replaced(function=function)


def _are_overrides(arguments: Arguments) -> bool:
    """Whether `fit(x=1).with_overrides(...)` gives options to the call; else it is a method of what the call gives."""
    names = {name for name, _ in arguments.keywords}
    others = arguments.positional or arguments.star is not None or arguments.double_star is not None
    return bool(names) and not others and names <= flytekit.OVERRIDES
