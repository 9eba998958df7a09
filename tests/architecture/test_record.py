"""A `Record` is compared with the `NamedTuple` whose place it takes."""

from typing import NamedTuple

import pytest

from analyzers.model.record import Record


class Ours(Record):
    name: str
    size: int = 3
    unit: str = "kB"


class Theirs(NamedTuple):
    name: str
    size: int = 3
    unit: str = "kB"


def test_it_is_the_same_tuple() -> None:
    for values, named in ((("a",), {}), (("a", 1), {"unit": "MB"}), ((), {"size": 5, "name": "b"})):
        ours, theirs = Ours(*values, **named), Theirs(*values, **named)
        assert tuple(ours) == theirs
        assert hash(ours) == hash(theirs)
        assert (ours.name, ours.size, ours.unit) == tuple(theirs)
        assert repr(ours) == repr(theirs).replace("Theirs", "Ours")


def test_it_matches_by_position_and_by_name() -> None:
    match Ours("a", 7):
        case Ours(name, 7, unit=unit):
            assert (name, unit) == ("a", "kB")
        case _:
            pytest.fail("no match")


def test_a_copy_differs_where_it_is_told_to() -> None:
    ours = Ours("a")
    assert ours.replaced(size=9) == ("a", 9, "kB")
    assert ours == ("a", 3, "kB")


def test_it_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Ours("a").size = 4  # type: ignore[misc]  # what is tested
    with pytest.raises(KeyError, match="name"):
        Ours(size=1)  # type: ignore[call-arg]  # what is tested
