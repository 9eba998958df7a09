"""What may be raised: which expressions certainly raise nothing, or nothing but exceptions that are known.

Whatever is not asked here counts as raising anything. A body that is followed notes what it raises by itself.
"""

import ast

from analyzers.inference.domain.bound_names import bound_names
from analyzers.inference.domain.kinds import are_numbers, are_texts, is_scalar
from analyzers.inference.domain.modules import label_of
from analyzers.inference.domain.scopes import scope_of
from analyzers.inference.domain.value_sets import ANY_EXCEPTION, EMPTY, joined, only, single
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Const,
    Coroutine,
    Descriptor,
    EntityRef,
    External,
    Function,
    Method,
    ModuleRef,
    Obj,
    Super,
    Value,
    Values,
)
from analyzers.inference.expressions.module_table import ModuleTable
from analyzers.inference.memory.objects import FACTORY
from analyzers.inference.objects.class_orders import PLAIN_BASES
from analyzers.knowledge.exceptions import takes_anything
from analyzers.knowledge.libraries import builtin_class

_NAME_ERROR = only(External("builtins.NameError"))
_UNBOUND = only(External("builtins.UnboundLocalError"))
_MISSING = only(External("builtins.AttributeError"))
_NO_KEY = only(External("builtins.KeyError"))
_NO_INDEX = only(External("builtins.IndexError"))
_LEAVING: dict[str, Values] = {
    "builtins.exit": only(External("builtins.SystemExit")),
    "builtins.quit": only(External("builtins.SystemExit")),
    "sys.exit": only(External("builtins.SystemExit")),
    "os._exit": EMPTY,
    "os.abort": EMPTY,
}
_BINDING_DECORATORS = frozenset({"staticmethod", "classmethod"})
_HARMLESS_METHODS = ("append", "appendleft")
_HOOKS = ("__getattribute__", "__getattr__")
_STORING_HOOKS = ("__setattr__", "__slots__")


class Raising(ModuleTable):
    """Notes of what an expression may raise, taken while it is evaluated."""

    def may_raise(self) -> None:
        """Anything may be raised here."""
        self.note_raised(ANY_EXCEPTION)

    def foreseen(self) -> bool:
        """Whether all that may be raised so far is known; if not, there is nothing more to find out."""
        return self.here.reached is not None or ANY_EXCEPTION.isdisjoint(self.here.raised)

    def points(self) -> int:
        """At how many points the present block may have failed so far."""
        return 0 if self.here.reached is None else self.here.reached.points

    def note_since(self, points: int) -> None:
        """What may have failed since then may also fail after all that it has written."""
        if self.here.reached is not None and self.here.reached.points > points:
            self.here.reached.keep()

    def note_name(self, node: ast.Name, values: Values) -> None:
        """Reading a name."""
        here = self.here
        if not self.foreseen():
            return
        if not values or any(isinstance(value, Const) and value.kind == "deleted" for value in values):
            self.may_raise()
        elif here.function is None or node.id in scope_of(here.function.node).names:
            if here.function is None or node not in bound_names(here.function.node).reads:
                self.note_raised(_UNBOUND)
        elif not self._bound_globally(node.id):
            self.note_raised(_NAME_ERROR)

    def _bound_globally(self, name: str) -> bool:
        """Whether a name that no function binds is a builtin, or bound by the module when that has run."""
        scope = self.env.parent
        while scope is not None and scope.parent is not None:
            if name in scope.names:
                return False
            scope = scope.parent
        module = self.module
        if name in module.env.names:
            return module.finished and name in bound_names(module.tree).at_end
        return self.is_builtin(name)

    def note_attribute(self, receivers: Values, name: str, found: Values) -> None:
        """Reading an attribute: a property, and `__get__`, have noted what they raise."""
        if not self.foreseen():
            return
        if not found:
            self.may_raise()
        for receiver in receivers:
            match receiver:
                case Obj(kind="instance", cls=ClassRef() as cls) if self._is_plain_class(cls, _HOOKS):
                    methods = self.class_attribute(self.linearized(cls), name) or frozenset()
                    if any(isinstance(value, Descriptor | Obj) for value in methods):
                        self.may_raise()
                    elif not methods or not all(isinstance(value, Function) for value in methods):
                        self.note_raised(_MISSING)
                case ClassRef() if receiver not in self.metaclasses and self._reads_plainly(receiver, name):
                    pass
                case External() if all(isinstance(value, External) and value.name in _LEAVING for value in found):
                    pass
                case Super() | Obj(kind="list") if name in ("__init__", *_HARMLESS_METHODS):
                    pass
                case ModuleRef(name=module):
                    known = self.parsed(module)
                    if known is None or not known.finished or name not in bound_names(known.tree).at_end:
                        self.may_raise()
                case _:
                    self.may_raise()

    def _reads_plainly(self, cls: ClassRef, name: str) -> bool:
        """Whether a class has an attribute that is read without running anything."""
        found = self.class_attribute(self.linearized(cls), name) or frozenset()
        return bool(found) and (self.is_enum(cls) or not any(isinstance(value, Descriptor | Obj) for value in found))

    def note_stored_attribute(self, receivers: Values, name: str) -> None:
        """Setting an attribute."""
        if not self.foreseen():
            return
        for receiver in receivers:
            match receiver:
                case Obj(kind="instance", cls=ClassRef() as cls) if self._is_plain_class(cls, _STORING_HOOKS):
                    present = self.class_attribute(self.linearized(cls), name) or ()
                    if self.is_record(cls) or any(isinstance(value, Descriptor | Obj) for value in present):
                        self.may_raise()
                case _:
                    self.may_raise()

    def _is_plain_class(self, cls: ClassRef, hooks: tuple[str, ...]) -> bool:
        """Whether nothing but the class body decides about attributes."""
        order = self.linearized(cls)
        bases = self.external_bases(cls) - PLAIN_BASES
        return all(map(takes_anything, bases)) and not any(self.class_attribute(order, hook) for hook in hooks)

    def note_truth(self, values: Values) -> None:
        """Asking whether a value is true; `__bool__` and `__len__` of the project's classes have noted theirs."""
        if not self.foreseen():
            return
        if not all(map(self._has_truth, values)):
            self.may_raise()

    def _has_truth(self, value: Value) -> bool:
        match value:
            case ClassRef():
                return value not in self.metaclasses
            case Obj(kind=kind):
                return kind in ("list", "tuple", "set", "dict")
            case Function() | EntityRef():
                return True
            case _:
                return is_scalar(value)

    def note_comparison(self, op: ast.cmpop, left: Values, right: Values) -> None:
        """`left op right`."""
        match op:
            case ast.Is() | ast.IsNot():
                harmless = True
            case ast.Eq() | ast.NotEq():
                harmless = all(map(is_scalar, left | right))
            case ast.In() | ast.NotIn():
                harmless = all(map(is_scalar, left)) and all(map(self._holds_scalars, right))
            case _:
                harmless = are_numbers(left, right) or are_texts(left, right)
        if not harmless:
            self.may_raise()

    def _holds_scalars(self, value: Value) -> bool:
        if not isinstance(value, Obj) or value.kind not in ("list", "tuple", "set", "dict"):
            return False
        return all(map(is_scalar, self.keys(value) if value.kind == "dict" else self.elements(value)))

    def note_operation(self, op: ast.operator, left: Values, right: Values) -> None:
        """`left op right`."""
        adds = isinstance(op, ast.Add) and are_texts(left, right)
        if not adds and not (isinstance(op, ast.Add | ast.Sub | ast.Mult) and are_numbers(left, right)):
            self.may_raise()

    def note_call(self, callee: Values, arguments: Arguments) -> None:
        """Calling: what a followed body raises is noted there."""
        if not self.foreseen():
            return
        for value in callee:
            if isinstance(value, External) and value.name in _LEAVING:
                self.note_raised(_LEAVING[value.name])
            elif not self._is_followed(value, arguments):
                self.may_raise()
        if not callee:
            self.may_raise()

    def _is_followed(self, value: Value, arguments: Arguments) -> bool:
        match value:
            case Function():
                return _fits(value, arguments, 0)
            case Bound(function=Function() as function):
                return _fits(function, arguments, 1)
            case External(name="builtins.isinstance"):
                return len(arguments.positional) == 2 and self._are_classes(arguments.positional[1])
            case External(name=name):
                return takes_anything(name) and not arguments.keywords and arguments.double_star is None
            case Method(receiver=Obj(kind="list"), name=name) if name in _HARMLESS_METHODS:
                return len(arguments.positional) == len(arguments.all) == 1 and arguments.star is None
            case Method(receiver=Obj(cls=ClassRef() as cls), name="__init__"):
                return self.is_exception(cls) and not arguments.keywords
            case ClassRef():
                return self._is_made_by_followed(value, arguments)
            case _:
                return False

    def _are_classes(self, values: Values) -> bool:
        items = self.exact_items(values)
        classes = values if items is None else joined(items)
        return all(isinstance(each, ClassRef) or is_builtin_class(each) for each in classes)

    def _is_made_by_followed(self, cls: ClassRef, arguments: Arguments) -> bool:
        """Whether making an instance runs nothing but an `__init__` of the project, or that of a plain exception."""
        order = self.linearized(cls)
        bases = self.external_bases(cls) - PLAIN_BASES
        unusual = (
            self.class_attribute(order, "__new__") or self.is_record(cls) or any(c in self.metaclasses for c in order)
        )
        decorated = any(each.node.decorator_list for each in order)
        if unusual or decorated or not all(map(takes_anything, bases)) or not bases:
            return False
        created = self.class_attribute(order, "__init__")
        if created is None:
            return not arguments.keywords and arguments.double_star is None
        return all(isinstance(each, Function) and _fits(each, arguments, 1) for each in created)

    def note_awaited(self, node: ast.Await, values: Values) -> None:
        """Awaiting: the body of a helper that is called here has noted what it raises."""
        called = [value for value in values if isinstance(value, Coroutine) and _is_undecorated(value.function)]
        if not (isinstance(node.value, ast.Call) and values and len(called) == len(values)):
            self.may_raise()

    def note_subscript(self, values: Values, keys: Values) -> None:
        """`value[key]`."""
        if not self.foreseen():
            return
        container = single(values)
        if not (isinstance(container, Obj) and all(map(is_scalar, keys))) or self.read((container, FACTORY)):
            self.may_raise()
        elif container.kind == "dict":
            self.note_raised(EMPTY if self.holds(container, keys) else _NO_KEY)
        elif container.kind in ("list", "tuple") and are_numbers(keys):
            self.note_raised(_NO_INDEX)
        else:
            self.may_raise()

    def note_iterated(self, items: list[Values] | None) -> None:
        """Running through what has these elements, if they are known."""
        if items is None:
            self.may_raise()

    def note_match(self, subject: Values) -> None:
        """Comparing a value with patterns."""
        if not all(is_scalar(value) or self._holds_scalars(value) for value in subject):
            self.may_raise()

    def note_text(self, values: Values) -> None:
        """Putting values into a text."""
        if not all(map(is_scalar, values)):
            self.may_raise()

    def raised_by(self, values: Values, callee: Values) -> Values:
        """What `raise` raises, given the value and, where that comes of a call, what was called."""
        made = [value.name for value in callee if isinstance(value, External)]
        if callee and len(made) == len(callee) and all(map(takes_anything, made)):
            return frozenset(External(name) for name in made)
        known = frozenset(value for value in values if self._is_known_exception(value))
        return known if known == values and known else known | ANY_EXCEPTION

    def _is_known_exception(self, value: Value) -> bool:
        match value:
            case External(name=name):
                return takes_anything(name)
            case Obj(kind="instance", cls=ClassRef() as cls):
                return self.is_exception(cls)
            case _:
                return False


def is_builtin_class(value: Value) -> bool:
    """Whether a value is a class of the builtins."""
    return isinstance(value, External) and builtin_class(value.name) is not None


def _fits(function: Function, given: Arguments, bound: int) -> bool:
    """Whether a function certainly takes these arguments after `bound` others."""
    if not _is_undecorated(function):
        return False
    spec = function.node.args
    positional = [*spec.posonlyargs, *spec.args]
    names = [name for name, _ in given.keywords]
    count = len(given.positional) + bound
    if given.star is not None or given.double_star is not None or (count > len(positional) and not spec.vararg):
        return False
    filled = {parameter.arg for parameter in positional[:count]}
    allowed = {p.arg for p in (*positional[max(count, len(spec.posonlyargs)) :], *spec.kwonlyargs)}
    needed = {p.arg for p in positional[: len(positional) - len(spec.defaults)]}
    needed |= {p.arg for p, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default is None}
    if not needed <= filled.union(names) or filled.intersection(names):
        return False
    return bool(spec.kwarg) or allowed.issuperset(names)


def _is_undecorated(function: Function) -> bool:
    """Whether nothing stands before a function: code outside the project that decorates it may raise anything."""
    if isinstance(function.node, ast.Lambda):
        return True
    return all(label_of(decorator) in _BINDING_DECORATORS for decorator in function.node.decorator_list)
