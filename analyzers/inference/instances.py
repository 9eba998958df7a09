"""Instances: how the project's classes make them, records and enums among them."""

import ast

from analyzers.inference.classes import Classes
from analyzers.inference.modules import standing_for
from analyzers.inference.objects import attribute_cell
from analyzers.inference.records import NO_ARGUMENTS, CallPoint
from analyzers.inference.values import (
    EMPTY,
    NONE,
    Arguments,
    Bound,
    ClassRef,
    Const,
    Descriptor,
    Env,
    External,
    Function,
    Method,
    Obj,
    Value,
    Values,
    const,
    join,
    joined,
    only,
    ordered,
    single,
)
from analyzers.knowledge import flytekit
from analyzers.knowledge.libraries import is_exception
from analyzers.model.entities import EntityKind

_NO_FIELDS = frozenset({"ClassVar", "KW_ONLY"})


class Instances(Classes):
    """Making instances: `__new__`, `__init__`, the fields of records, the members of enums, copies."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.made_classes: dict[tuple[ast.expr, str], ClassRef] = {}
        self.creating: list[ClassRef] = []
        self.stand_ins: dict[tuple[ast.AST, object], ast.expr] = {}

    def stand_in(self, node: ast.AST, what: object) -> ast.expr:
        """One of several expressions at the place of `node`, for what Python evaluates there by itself."""
        return self.stand_ins.setdefault((node, what), standing_for(node))

    def instantiate(self, cls: ClassRef, arguments: Arguments, point: CallPoint) -> Values:
        """The instance that calling a class makes; its `__init__` runs."""
        if self.is_enum(cls):
            return self._members_of_value(cls, arguments.argument(0, "value"), point.node)
        task = next((base for base in sorted(self.external_bases(cls)) if flytekit.constructed_kind(base)), None)
        if task is not None:
            return self.made(task, EntityKind.TASK_INSTANCE, arguments, point.node)
        maker = self.class_attribute(self.linearized(cls), "__new__")
        if maker is None:
            made = self.new_instance(cls, point.node)
        else:
            functions = joined(self._through_class(value, cls, point.node) for value in maker)
            whole = arguments._replace(positional=(only(cls), *arguments.positional))
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
        bases = self.external_bases(obj.cls)
        if self.content(obj) is not None:
            self.fill_content(obj, arguments, point)
        elif any(is_exception(base) for base in bases):
            given = self.sequence("tuple", self.stand_in(point.node, "args"), list(arguments.positional))
            self.assign_attribute(only(obj), "args", given, point.node)
        elif bases - {"builtins.object"}:
            self.handed_over(arguments, point, obj.cls.node.name)

    def fill_content(self, obj: Obj, arguments: Arguments, point: CallPoint) -> None:
        """`dict.__init__` or its like on an instance of a class that inherits from a container."""
        content = self.content(obj)
        if content is not None:
            filling = Method(content, "update" if content.kind in ("dict", "set") else "extend")
            self.call(only(filling), arguments, CallPoint(point.node, point.at, direct=False))

    # Records.

    def record_fields(self, cls: ClassRef) -> list[str]:
        """The names of a record's fields in order, those of its bases first."""
        return list(self._fields(cls))

    def _fields(self, cls: ClassRef) -> dict[str, ast.AnnAssign]:
        fields: dict[str, ast.AnnAssign] = {}
        for ancestor in reversed(self.linearized(cls)):
            for statement in ancestor.node.body:
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    names = {getattr(n, "id", None) or getattr(n, "attr", None) for n in ast.walk(statement.annotation)}
                    if not names & _NO_FIELDS:
                        fields[statement.target.id] = statement
        return fields

    def record_items(self, obj: Obj) -> list[Values] | None:
        """The fields of a record one by one."""
        if obj.cls is None or not self.is_record(obj.cls):
            return None
        return [self.read(attribute_cell(obj, name)) for name in self.record_fields(obj.cls)]

    def _fill_record(self, obj: Obj, order: list[ClassRef], arguments: Arguments, point: CallPoint) -> None:
        assert obj.cls is not None
        fields = self._fields(obj.cls)
        parameters = [name for name, statement in fields.items() if not _left_out(statement.value)]
        rest = join(arguments.star or EMPTY, arguments.double_star or EMPTY)
        for name in fields:
            given = arguments.argument(parameters.index(name), name) if name in parameters else EMPTY
            if not given:
                given = join(rest, self._default(order, name, point))
            self.assign_attribute(only(obj), name, given, point.node)
        self._call_after(obj, order, point)

    def finish_record(self, copy: Values, point: CallPoint) -> None:
        """`__post_init__`, which `dataclasses.replace` calls too."""
        for value in ordered(copy):
            if isinstance(value, Obj) and value.cls is not None:
                self._call_after(value, self.linearized(value.cls), point)

    def _call_after(self, obj: Obj, order: list[ClassRef], point: CallPoint) -> None:
        after = self.class_attribute(order, "__post_init__")
        if after is not None:
            bound: Values = frozenset(Bound(value, obj) for value in after)
            self.call(bound, NO_ARGUMENTS, CallPoint(point.node, point.at, direct=False))

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
            env = Env(owner, self.env.module, qualname, frozenset(fields), self.env, closed=True)
            self.made_classes[key] = ClassRef(made, env)
            self.bases[self.made_classes[key]] = [only(External("typing.NamedTuple"))]
        return self.made_classes[key]

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

    # Enums.

    def enum_member(self, cls: ClassRef, name: str, values: Values, node: ast.expr) -> Values:
        """The member `name` of an enum, or what else the class has under that name."""
        site = _member_sites(cls.node).get(name)
        if site is None or any(isinstance(value, Function | Descriptor) for value in values):
            return joined(self._through_class(value, cls, node) for value in values)
        member = Obj("instance", site, cls.env.owner, cls)
        cell = attribute_cell(member, "value")
        if cell not in self.store:
            self.write(cell, values)
            self.write(attribute_cell(member, "name"), const(name))
            created = self.class_attribute(self.linearized(cls), "__init__")
            if created is not None:
                items = [self.items(value) if isinstance(value, Obj) else None for value in values]
                given = items[0] if len(items) == 1 and items[0] is not None else [values]
                bound: Values = frozenset(Bound(value, member) for value in created)
                self.call(bound, Arguments(tuple(given)), CallPoint(node, node, direct=False))
        return only(member)

    def enum_members(self, cls: ClassRef, node: ast.expr) -> Values:
        """All members of an enum."""
        return joined(self.attribute(only(cls), name, node) for name in _member_sites(cls.node))

    def _members_of_value(self, cls: ClassRef, wanted: Values, node: ast.expr) -> Values:
        members = self.enum_members(cls, node)
        return frozenset(member for member in members if not self._differs(member, wanted))

    def _differs(self, member: Value, wanted: Values) -> bool:
        own, other = single(self.read(attribute_cell(member, "value"))), single(wanted)
        return isinstance(own, Const) and isinstance(other, Const) and own != other

    def item_of_instance(self, obj: Obj, keys: Values) -> Values | None:
        """`record[0]`, where the index is known."""
        items, key = self.record_items(obj), single(keys)
        index = key.value if isinstance(key, Const) else None
        if items is None or not isinstance(index, int):
            return None
        return items[index] if -len(items) <= index < len(items) else NONE


def _left_out(default: ast.expr | None) -> bool:
    """Whether a field takes no part in the constructor: `field(init=False)`."""
    options = default.keywords if isinstance(default, ast.Call) else []
    return any(o.arg == "init" and isinstance(o.value, ast.Constant) and o.value.value is False for o in options)


def _member_sites(node: ast.ClassDef) -> dict[str, ast.Name]:
    """The names that an enum's body assigns to, which are its members."""
    sites: dict[str, ast.Name] = {}
    for statement in node.body:
        match statement:
            case ast.Assign(targets=targets):
                names = [target for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr()):
                names = [target]
            case _:
                names = []
        sites.update({name.id: name for name in names if not name.id.startswith("_")})
    return sites
