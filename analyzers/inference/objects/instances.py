"""Instances: how the project's classes make them, records among them."""

import ast

from analyzers.inference.domain.modules import standing_for
from analyzers.inference.domain.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.domain.value_sets import EMPTY, NONE, PLAIN, const, join, joined, only, ordered, single
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Const,
    Descriptor,
    Env,
    External,
    Function,
    Method,
    ModuleRef,
    Obj,
    Values,
)
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.enums import Enums
from analyzers.knowledge import flytekit
from analyzers.model.entities import EntityKind

_NO_FIELDS = frozenset({"ClassVar", "KW_ONLY"})
_ONLY_FOR_INIT = "InitVar"


class Instances(Enums):
    """Making instances: `__new__`, `__init__`, the fields of records, copies."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.made_classes: dict[tuple[ast.expr, str], ClassRef] = {}
        self.creating: list[ClassRef] = []
        self.stand_ins: dict[tuple[ast.AST, object], ast.expr] = {}

    def stand_in(self, node: ast.AST, what: object) -> ast.expr:
        """One of several expressions at the place of `node`, for what Python evaluates there by itself."""
        if (node, what) not in self.stand_ins:
            self.stand_ins[node, what] = standing_for(node)
        return self.stand_ins[node, what]

    def tuple_at(self, node: ast.AST, index: int, items: list[Values]) -> Values:
        """One of several tuples that the same expression makes; `index` tells them apart."""
        return self.sequence("tuple", self.stand_in(node, ("tuple", index)), items)

    def instantiate(self, cls: ClassRef, arguments: Arguments, point: CallPoint) -> Values:
        """The instance that calling a class makes, unless its metaclass makes something else of the call."""
        found = self.call_by_metaclass(cls, "__call__", arguments, CallPoint(point.node, point.at, direct=False))
        return self.constructed(cls, arguments, point) if found is None else found

    def constructed(self, cls: ClassRef, arguments: Arguments, point: CallPoint) -> Values:
        """The instance that `type.__call__` makes of a class; its `__init__` runs."""
        if "typing.TypedDict" in self.external_bases(cls):
            return self.call(only(External("builtins.dict")), arguments, point)
        if self.is_enum(cls):
            return self.members_of_value(cls, arguments.argument(0, "value"), point.node)
        task = next((base for base in sorted(self.external_bases(cls)) if flytekit.constructed_kind(base)), None)
        if task is not None:
            return self.made(task, EntityKind.TASK_INSTANCE, arguments, point.node)
        maker = self.class_attribute(self.linearized(cls), "__new__")
        if maker is None:
            made = self.new_instance(cls, point.node)
        else:
            functions = joined(self._through_class(value, cls, point.node) for value in maker)
            whole = arguments.replaced(positional=(only(cls), *arguments.positional))
            made = self.call(functions, whole, CallPoint(point.node, point.at, direct=False))
        for value in ordered(made):
            if isinstance(value, Obj) and value.cls == cls:
                self._initialize(value, arguments, point)
        return made

    def new_instance(self, cls: ClassRef, node: ast.expr) -> Values:
        """An instance whose `__init__` did not run yet; of a metaclass, the class that is being made."""
        if self.creating and "builtins.type" in self.external_bases(cls):
            return only(self.creating[-1])
        obj = self.allocate("instance", node, cls)
        content = self.content(obj)
        if content is not None and content.kind == "dict":
            self.new_dict(node)
        elif content is not None:
            self.sequence(content.kind, node, [])
        return only(obj)

    def _initialize(self, obj: Obj, arguments: Arguments, point: CallPoint) -> None:
        assert obj.cls is not None
        order = self.linearized(obj.cls)
        created = self.class_attribute(order, "__init__")
        if created is not None:
            bound: Values = frozenset(Bound(value, obj) for value in created if isinstance(value, Function))
            self.call(bound, arguments, CallPoint(point.node, point.at, direct=False))
        elif self.is_record(obj.cls):
            self._fill_record(obj, order, arguments, point)
        else:
            self.initialize_base(obj, arguments, point)

    def initialize_base(self, obj: Obj, arguments: Arguments, point: CallPoint) -> None:
        """What the `__init__` of a class outside the project does with its arguments."""
        assert obj.cls is not None
        if self.content(obj) is not None:
            self.fill_content(obj, arguments, point)
        elif self.is_exception(obj.cls):
            self._keep_arguments(obj, arguments, point.node)
        elif self.external_bases(obj.cls) - {"builtins.object"}:
            self.handed_over(arguments, point, obj.cls.node.name)

    def _keep_arguments(self, obj: Obj, arguments: Arguments, node: ast.expr) -> None:
        """`BaseException.__init__`: the arguments stay in `args`."""
        kept = self.sequence("tuple", self.stand_in(node, "args"), list(arguments.positional))
        self.assign_attribute(only(obj), "args", kept, node)

    def fill_content(self, obj: Obj, arguments: Arguments, point: CallPoint) -> None:
        """`dict.__init__` or its like on an instance of a class that inherits from a container."""
        content = self.content(obj)
        if content is not None:
            filling = Method(content, "update" if content.kind in ("dict", "set") else "extend")
            self.call(only(filling), arguments, CallPoint(point.node, point.at, direct=False))

    # Records.

    def record_fields(self, cls: ClassRef) -> list[str]:
        """The names of a record's fields in order, those of its bases first."""
        return [name for name, field in self._fields(cls).items() if _ONLY_FOR_INIT not in _words(field.annotation)]

    def _fields(self, cls: ClassRef) -> dict[str, ast.AnnAssign]:
        fields: dict[str, ast.AnnAssign] = {}
        for ancestor in reversed(self.linearized(cls)):
            for statement in ancestor.node.body:
                if not (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)):
                    continue
                if not _words(statement.annotation) & _NO_FIELDS:
                    fields[ancestor.env.mangled(statement.target.id)] = statement
        return fields

    def record_items(self, obj: Obj) -> list[Values] | None:
        """The fields of a record one by one."""
        if obj.cls is None or not self.is_record(obj.cls):
            return None
        return [self.read(attribute_cell(obj, name)) for name in self.record_fields(obj.cls)]

    def equal_by(self, obj: Obj) -> object:
        if obj.cls is None or self.answers(obj, "__eq__"):
            return None
        if self.is_enum(obj.cls):
            plain = self.plain_member(obj)
            return obj if plain == obj else None if plain is None else self.compared_as(plain)
        if not self.is_record(obj.cls):
            return obj if self.is_like_no_other(obj.cls) else None
        tag = _compared_as(self.linearized(obj.cls), self.external_bases(obj.cls))
        parts = [self.hashed(values) for values in (self.record_items(obj) or ()) if tag is not None]
        known = [None if len(part) != 1 else self.compared_as(*part) for part in parts]
        return None if tag is None or None in known else (*tag, *known)

    def _fill_record(self, obj: Obj, order: list[ClassRef], arguments: Arguments, point: CallPoint) -> None:
        assert obj.cls is not None
        fields = self._fields(obj.cls)
        keyword_only = {field for cls in order for field in _keyword_only(cls.node)}
        parameters = sorted(
            (name for name, field in fields.items() if not _left_out(field.value)),
            key=lambda name: fields[name] in keyword_only,
        )
        rest = join(arguments.star or EMPTY, arguments.double_star or EMPTY)
        passed: list[Values] = []
        for name, statement in fields.items():
            given = arguments.argument(parameters.index(name), name) if name in parameters else EMPTY
            if not given:
                given = join(rest, self._default(order, name, point))
            if _ONLY_FOR_INIT in _words(statement.annotation):
                passed.append(given)
            else:
                self.assign_attribute(only(obj), name, given, point.node)
        self._call_after(obj, order, point, Arguments(tuple(passed)))

    def finish_record(self, copy: Values, point: CallPoint) -> None:
        """`__post_init__`, which `dataclasses.replace` calls too."""
        for value in ordered(copy):
            if isinstance(value, Obj) and value.cls is not None:
                self._call_after(value, self.linearized(value.cls), point)

    def _call_after(
        self, obj: Obj, order: list[ClassRef], point: CallPoint, arguments: Arguments = NO_ARGUMENTS
    ) -> None:
        after = self.class_attribute(order, "__post_init__")
        if after is not None:
            bound: Values = frozenset(Bound(value, obj) for value in after)
            self.call(bound, arguments, CallPoint(point.node, point.at, direct=False))

    def _default(self, order: list[ClassRef], name: str, point: CallPoint) -> Values:
        """The default of a field; what a factory makes is made for each instance."""
        parts: list[Values] = []
        for value in ordered(self.class_attribute(order, name) or EMPTY):
            if isinstance(value, Descriptor) and value.kind == "factory":
                made_at = CallPoint(self.stand_in(point.node, name), point.at, direct=False, module=point.module)
                parts.append(self.call(value.function, NO_ARGUMENTS, made_at))
            else:
                parts.append(value.function if isinstance(value, Descriptor) else only(value))
        return joined(parts)

    def record_class(self, name: str, fields: list[str], node: ast.expr) -> ClassRef:
        """The class that a call like `namedtuple(...)` makes."""
        key = (node, name)
        if key not in self.made_classes:
            body: list[ast.stmt] = [ast.AnnAssign(ast.Name(field), ast.Name("Any"), None, 1) for field in fields]
            made = ast.copy_location(ast.ClassDef(name, [], [], body, []), node)
            qualname = f"{self.env.qualname}.{name}" if self.env.qualname else name
            owner = ("class", f"{self.env.module}.{qualname}:{len(self.made_classes)}")
            env = Env(owner, self.env.module, qualname, frozenset(fields), self.env, True, private="")
            self.made_classes[key] = ClassRef(made, env)
            self.bases[self.made_classes[key]] = [only(External("typing.NamedTuple"))]
        return self.made_classes[key]

    def exception_group(self, exceptions: Values, node: ast.expr) -> Values:
        """A group that holds any of these exceptions."""
        cls = self.record_class("ExceptionGroup", ["exceptions"], node)
        self.bases[cls] = [only(External("builtins.ExceptionGroup")), only(External("builtins.BaseExceptionGroup"))]
        group = self.new_instance(cls, node)
        held = self.many("tuple", self.stand_in(node, "exceptions"), exceptions or PLAIN)
        self.assign_attribute(group, "exceptions", held, node)
        return group

    # Copies.

    def copied_instance(self, obj: Obj, changes: Arguments, point: CallPoint) -> Values:
        """A copy of an instance with some attributes changed, as `dataclasses.replace` makes it."""
        assert obj.cls is not None
        copy = self.allocate("instance", point.node, obj.cls)
        changed = dict(changes.keywords)
        for name in self.attribute_names.get(obj.cls, {}):
            cell = attribute_cell(obj, name)
            if name in changed or cell in self.store:
                values = changed.get(name, EMPTY) or join(self.read(cell), changes.double_star or EMPTY)
                self._overwrite(attribute_cell(copy, name), values, strong=copy not in self.summaries)
        return only(copy)

    def as_dict(self, obj: Obj, node: ast.expr) -> Values:
        """The fields of a record in a dict."""
        assert obj.cls is not None
        made = self.new_dict(node)
        for name in self.record_fields(obj.cls):
            self.store_item(made, const(name), self.read(attribute_cell(obj, name)))
        return only(made)

    def exact_items(self, values: Values) -> list[Values] | None:
        """The elements of the only possible sequence, members of enums and fields of named tuples included."""
        value = single(values)
        if isinstance(value, Method) and value.name == "__dict__" and isinstance(value.receiver, ModuleRef):
            return self.global_keys(value.receiver.name)
        members = None if value is None else self.members_one_by_one(value)
        if members is not None:
            return members
        if isinstance(value, Obj) and value.cls is not None and "typing.NamedTuple" in self.external_bases(value.cls):
            iterated = self.class_attribute(self.linearized(value.cls), "__iter__")
            return None if iterated or value in self.summaries else self.record_items(value)
        return super().exact_items(values)

    def item_of_instance(self, obj: Obj, keys: Values) -> Values | None:
        """`record[0]`, where the index is known."""
        items, key = self.record_items(obj), single(keys)
        index = key.value if isinstance(key, Const) else None
        if items is None or not isinstance(index, int):
            return None
        return items[index] if -len(items) <= index < len(items) else NONE


def _words(annotation: ast.expr) -> frozenset[str]:
    """The names in an annotation."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return frozenset(annotation.value.replace(".", " ").replace("[", " ").split())
    found = {getattr(node, "id", None) or getattr(node, "attr", None) for node in ast.walk(annotation)}
    return frozenset(name for name in found if name)


def _keyword_only(node: ast.ClassDef) -> list[ast.AnnAssign]:
    """The fields of a class body that the constructor takes by name only."""
    everything = any(_says(option, "kw_only") for call in node.decorator_list for option in _options(call))
    found: list[ast.AnnAssign] = []
    after = False
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            if everything or after or any(_says(option, "kw_only") for option in _options(statement.value)):
                found.append(statement)
            after = after or "KW_ONLY" in _words(statement.annotation)
    return found


def _compared_as(order: list[ClassRef], bases: set[str]) -> tuple[ClassRef, ...] | None:
    """What stands before the fields of a record that never changes; None for one that may, or leaves fields out."""
    if "typing.NamedTuple" in bases:
        return ()
    options = [option for cls in order for call in cls.node.decorator_list for option in _options(call)]
    fields = [option for cls in order for each in cls.node.body for option in _options(getattr(each, "value", None))]
    frozen = any(_says(option, "frozen") for option in options)
    differing = any(option.arg in ("eq", "compare") for option in (*options, *fields))
    return (order[0],) if frozen and not differing else None


def _options(call: ast.expr | None) -> list[ast.keyword]:
    return call.keywords if isinstance(call, ast.Call) else []


def _says(option: ast.keyword, name: str, value: bool = True) -> bool:
    return option.arg == name and isinstance(option.value, ast.Constant) and option.value.value is value


def _left_out(default: ast.expr | None) -> bool:
    """Whether a field takes no part in the constructor: `field(init=False)`."""
    return any(_says(option, "init", value=False) for option in _options(default))
