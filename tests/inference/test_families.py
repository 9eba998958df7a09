"""The index of what is known of libraries leads to everything that their modules know, and to nothing else."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from analyzers.inference import families, library

FAMILIES = sorted(path.stem for path in Path(library.__path__[0]).glob("*.py") if path.stem != "__init__")


def module(family: str) -> ModuleType:
    return import_module(f"analyzers.inference.library.{family}")


@pytest.mark.parametrize("family", FAMILIES)
def test_everything_that_a_family_knows_is_found(family: str) -> None:
    known = {table: getattr(module(family), table, {}) for table in ("HANDLERS", "PRODUCERS", "METHODS")}
    assert any(known.values())
    assert {name: families.handler(name) for name in known["HANDLERS"]} == known["HANDLERS"]
    assert {name: families.producer(name) for name in known["PRODUCERS"]} == known["PRODUCERS"]
    assert {key: families.method(*key) for key in known["METHODS"]} == known["METHODS"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_function_is_called_or_gives_a_lazy_iterator(family: str) -> None:
    assert not getattr(module(family), "HANDLERS", {}).keys() & getattr(module(family), "PRODUCERS", {}).keys()


def functions_of(family: str) -> list[str]:
    return [*getattr(module(family), "HANDLERS", ()), *getattr(module(family), "PRODUCERS", ())]


def test_no_family_is_looked_into_for_nothing() -> None:
    for name, (family,) in families.BUILTINS.items():
        assert f"builtins.{name}" in functions_of(family)
    for part, several in families.LIBRARIES.items():
        for family in several:
            assert any(name.startswith(f"{part}.") for name in functions_of(family)), (part, family)
    for kind, family in families.OBJECTS.items():
        assert kind in {known for known, _ in module(family).METHODS}


def test_what_nobody_knows_is_not_found() -> None:
    assert families.handler("builtins.print") is None
    assert families.producer("itertools.nothing") is None
    assert families.method("list", "append") is None
