"""Enums: their members, what `auto` makes of them, and what operators make of flags."""

import ast
import itertools
from collections.abc import Callable

from analyzers.inference.domain.records import CallPoint
from analyzers.inference.domain.value_sets import PLAIN, const, join, joined, only, ordered, single
from analyzers.inference.domain.values import (
    Arguments,
    Bound,
    ClassRef,
    Const,
    Descriptor,
    Function,
    Obj,
    Value,
    Values,
)
from analyzers.inference.memory.objects import attribute_cell
from analyzers.inference.objects.class_objects import ClassObjects

_FLAGS = frozenset({"enum.Flag", "enum.IntFlag"})
_MIXED = {
    "builtins.int": (int, float),
    "builtins.float": (int, float),
    "builtins.str": (str,),
    "enum.IntEnum": (int,),
    "enum.IntFlag": (int,),
    "enum.StrEnum": (str,),
}
"""Bases by which a member equals its value."""
_COMBINED_LIMIT = 16

Combine = Callable[[int, int], int]


class Enums(ClassObjects):
    """A member is one object for the whole program, named after the place of its name in the class."""

    def enum_member(self, cls: ClassRef, name: str, values: Values, node: ast.expr) -> Values:
        """The member `name` of an enum, or what else the class has under that name."""
        site = _member_sites(cls.node).get(name)
        if site is None or any(isinstance(value, Function | Descriptor) for value in values):
            return joined(self._through_class(value, cls, node) for value in values)
        member = self._first_of_value(cls, name, values) or Obj("instance", site, cls.env.owner, cls)
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

    def _first_of_value(self, cls: ClassRef, name: str, values: Values) -> Obj | None:
        """The member that stands before this one with the same value: of that one, it is another name."""
        for earlier, site in itertools.takewhile(lambda pair: pair[0] != name, _member_sites(cls.node).items()):
            if self._are_equal(self.read((cls.env.owner, earlier)), values):
                return Obj("instance", site, cls.env.owner, cls)
        return None

    def _are_equal(self, one: Values, other: Values) -> bool:
        first, second = (single(self.hashed(values)) for values in (one, other))
        if first is None or second is None:
            return False
        known = self.compared_as(first)
        return known is not None and known == self.compared_as(second)

    def enum_members(self, cls: ClassRef, node: ast.expr) -> Values:
        """All members of an enum; of flags, also what several of them make together."""
        members = joined(self.attribute(only(cls), name, node) for name in _member_sites(cls.node))
        return join(members, self._flag(cls, None)) if self.is_flag(cls) else members

    def members_one_by_one(self, value: Value) -> list[Values] | None:
        """What a loop over an enum gives, or over flags that are known."""
        if isinstance(value, ClassRef) and self.is_enum(value):
            return self._members_in_order(value)
        bits = self._bits_of(value)
        if bits is None or not isinstance(value, Obj) or value.cls is None:
            return None
        return [member for member in self._members_in_order(value.cls) if self._is_part(member, bits)]

    def _members_in_order(self, cls: ClassRef) -> list[Values]:
        sites = _member_sites(cls.node)
        members = [self.attribute(only(cls), name, self.stand_in(cls.node, name)) for name in sites]
        return list(dict.fromkeys(members))

    def _is_part(self, member: Values, bits: int) -> bool:
        """Whether a member is a single flag among some."""
        own = self._bits_of(single(member))
        return own is not None and own.bit_count() == 1 and bool(own & bits)

    def members_of_value(self, cls: ClassRef, wanted: Values, node: ast.expr) -> Values:
        """`Cls(value)`."""
        given = self.known(wanted)
        if self.is_flag(cls) and isinstance(given, int):
            return self._flag(cls, given)
        return frozenset(member for member in self.enum_members(cls, node) if not self._differs(member, wanted))

    def _differs(self, member: Value, wanted: Values) -> bool:
        own, other = single(self.read(attribute_cell(member, "value"))), single(wanted)
        return isinstance(own, Const) and isinstance(other, Const) and own != other

    def plain_member(self, member: Obj) -> Value | None:
        """What a member of an enum equals: itself, unless it is a number or a text; None where that is not known."""
        assert member.cls is not None
        types = [kinds for base, kinds in _MIXED.items() if base in self.external_bases(member.cls)]
        value = single(self.read(attribute_cell(member, "value")))
        if not types:
            return member
        return value if isinstance(value, Const) and isinstance(value.value, types[0]) else None

    # Values that nobody writes down.

    def next_value(self, call: ast.expr) -> Values:
        """What `auto()` stands for in the body of an enum; plain data where that is not known."""
        cls = self.class_in_making()
        if cls is None or not self.is_enum(cls):
            return PLAIN
        sites = _member_sites(cls.node)
        name = next((name for name, site in sites.items() if _is_assigned(cls, site, call)), None)
        if name is None or self.class_attribute(self.linearized(cls), "_generate_next_value_"):
            return PLAIN
        if "enum.StrEnum" in self.external_bases(cls):
            return const(name.lower())
        before = [self.known(self.read((cls.env.owner, each))) for each in itertools.takewhile(name.__ne__, sites)]
        numbers = [value for value in before if isinstance(value, int)]
        if len(numbers) < len(before) or numbers != sorted(numbers):
            return PLAIN
        highest = numbers[-1] if numbers else 0
        return const(1 << highest.bit_length() if self.is_flag(cls) else highest + 1)

    # Flags.

    def is_flag(self, cls: ClassRef) -> bool:
        return bool(self.external_bases(cls) & _FLAGS)

    def _flag(self, cls: ClassRef, bits: int | None) -> Values:
        """The member of this value, or what several members make together; `None` stands for any of these."""
        for name, site in _member_sites(cls.node).items() if bits is not None else ():
            if self.known(self.read((cls.env.owner, name))) == bits:
                return self.enum_member(cls, name, const(bits), site)
        made = Obj("instance", self.stand_in(cls.node, ("flag", bits)), cls.env.owner, cls)
        self.write(attribute_cell(made, "value"), PLAIN if bits is None else const(bits))
        self.write(attribute_cell(made, "name"), PLAIN)
        return only(made)

    def _bits_of(self, value: Value | None) -> int | None:
        if not (isinstance(value, Obj) and value.cls is not None and self.is_flag(value.cls)):
            return None
        bits = self.known(self.read(attribute_cell(value, "value")))
        return bits if isinstance(bits, int) else None

    def flags_combined(self, combine: Combine, left: Values, right: Values) -> Values | None:
        """What an operator makes of flags; None where not all operands are flags, or numbers beside flags."""
        pairs = list(itertools.islice(itertools.product(ordered(left), ordered(right)), _COMBINED_LIMIT + 1))
        owners = {cls for pair in pairs for cls in self._classes_of_flags(pair)}
        if not all(self._classes_of_flags(pair) for pair in pairs) or len(owners) != 1:
            return None
        cls = owners.pop()
        if len(pairs) > _COMBINED_LIMIT:
            return self._flag(cls, None)
        return joined(self._flag(cls, self._combined_bits(combine, *pair)) for pair in pairs)

    def _classes_of_flags(self, values: tuple[Value, ...]) -> set[ClassRef]:
        """The class of two operands of which one is a flag, the other one too or a number; nothing otherwise."""
        found = {value.cls for value in values if isinstance(value, Obj) and value.cls and self.is_flag(value.cls)}
        others = [value for value in values if not (isinstance(value, Obj) and value.cls in found)]
        return found if all(isinstance(value, Const) and isinstance(value.value, int) for value in others) else set()

    def _combined_bits(self, combine: Combine, left: Value, right: Value) -> int | None:
        bits = [value.value if isinstance(value, Const) else self._bits_of(value) for value in (left, right)]
        known = [each for each in bits if isinstance(each, int)]
        return combine(*known) if len(known) == len(bits) else None

    def flag_inverted(self, values: Values) -> Values | None:
        """`~flags`: all the others of the class; those of `IntFlag` are negative numbers, as far as bits go."""
        value = single(values)
        if not (isinstance(value, Obj) and value.cls is not None and self.is_flag(value.cls)):
            return None
        bits = self._bits_of(value)
        if bits is None or "enum.IntFlag" in self.external_bases(value.cls):
            return self._flag(value.cls, None if bits is None else ~bits)
        singles = [self._bits_of(single(member)) for member in self._members_in_order(value.cls)]
        known = [each for each in singles if each is not None]
        if len(known) < len(singles):
            return self._flag(value.cls, None)
        return self._flag(value.cls, sum({each for each in known if each.bit_count() == 1}) & ~bits)

    def has_flags(self, whole: Value | None, part: Value | None) -> bool | None:
        """`part in whole` for flags, where both are known."""
        bits, own = self._bits_of(whole), self._bits_of(part)
        return None if bits is None or own is None else own & bits == own


def _is_assigned(cls: ClassRef, site: ast.Name, value: ast.expr) -> bool:
    """Whether a statement of a class body does nothing but give this value to the name."""
    for statement in cls.node.body:
        match statement:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                if target is site:
                    return statement.value is value
            case _:
                pass
    return False


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
