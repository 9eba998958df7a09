"""Frozen records: what `typing.NamedTuple` offers, at a sixth of what it costs to define one.

Some seventy are defined before `eagerc check` looks at its first file. A `NamedTuple` compiles a constructor of its
own; these share one, which is slower to call, and not called often enough for that to matter.
"""

from operator import itemgetter
from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record(tuple[Any, ...]):  # noqa: SLOT001 - a subclass would have to repeat the empty slots
    """A tuple whose elements have the names and defaults that the subclass annotates, in that order.

    As with `NamedTuple`, equal tuples of different classes are equal. Whether a call fits is left to the type checker.
    """

    _names: ClassVar[tuple[str, ...]]
    _defaults: ClassVar[dict[str, Any]]

    def __init_subclass__(cls) -> None:
        cls._names = tuple(cls.__annotations__)
        cls._defaults = {name: cls.__dict__[name] for name in cls._names if name in cls.__dict__}
        for index, name in enumerate(cls._names):
            setattr(cls, name, property(itemgetter(index)))
        setattr(cls, "__match_args__", cls._names)  # noqa: B010 - mypy takes it for the one of the class itself

    def __new__(cls, *values: Any, **named: Any) -> Self:
        if len(values) < len(cls._names):
            rest = {**cls._defaults, **named}
            values += tuple(rest[name] for name in cls._names[len(values) :])
        return super().__new__(cls, values)

    def __repr__(self) -> str:
        elements = (f"{name}={value!r}" for name, value in zip(self._names, self, strict=True))
        return f"{type(self).__name__}({', '.join(elements)})"

    def replaced(self, **changes: Any) -> Self:
        """A copy in which some elements are others."""
        return type(self)(*(changes.get(name, value) for name, value in zip(self._names, self, strict=True)))
