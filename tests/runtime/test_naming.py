"""Names of executions: what they depend on, and what they do not."""

import random
import re

import pytest
from eagerc_runtime.distributed.naming import Names, Parent, is_below, prefix
from flyteidl.core import literals_pb2
from hypothesis import given
from hypothesis import strategies as st

PARENT = Parent("project", "domain", "a0123456789abcdefghi", "node")

Invocation = tuple[str, str, int]
invocations = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["m.fit", "m.test"]), st.integers(0, 2)))


def literals(value: int, digest: str = "") -> literals_pb2.LiteralMap:
    scalar = literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=value))
    return literals_pb2.LiteralMap(literals={"x": literals_pb2.Literal(scalar=scalar, hash=digest)})


def names(made: list[Invocation], parent: Parent = PARENT) -> list[str]:
    run = Names(parent)
    return [run.identity(site, entity, literals(value)).name(0) for site, entity, value in made]


@given(invocations, st.randoms(use_true_random=False))
def test_the_order_of_calls_does_not_matter(made: list[Invocation], order: random.Random) -> None:
    shuffled = made[:]
    order.shuffle(shuffled)
    assert sorted(names(made)) == sorted(names(shuffled))


@given(invocations)
def test_every_invocation_has_a_name_of_its_own_that_flyte_takes(made: list[Invocation]) -> None:
    found = names(made)
    assert len(set(found)) == len(made)
    assert all(re.fullmatch("[a-z][a-z0-9-]{0,62}", name) for name in found)
    assert all(name.startswith(prefix(*PARENT[:3]) + "-") for name in found)


@pytest.mark.parametrize("field", Parent._fields)
def test_parents_do_not_share_children(field: str) -> None:
    made = [("s", "m.fit", 1)]
    assert names(made) != names(made, PARENT._replace(**{field: "other"}))


@given(invocations)
def test_a_child_is_known_as_that_of_its_own_parent(made: list[Invocation]) -> None:
    other, whole = PARENT._replace(node="other"), PARENT._replace(node="")
    for name in names(made):
        assert is_below(PARENT, name)
        assert is_below(whole, name)
        assert not is_below(other, name)


def test_a_later_run_of_an_invocation_has_another_name() -> None:
    identity = Names(PARENT).identity("s", "m.fit", literals(1))
    assert len({identity.name(run) for run in range(3)}) == 3


def test_data_with_a_hash_count_by_it_wherever_they_are() -> None:
    inner = [literals(value, "same").literals["x"] for value in (1, 2)]
    lists = [literals_pb2.Literal(collection=literals_pb2.LiteralCollection(literals=[one])) for one in inner]
    maps = [literals_pb2.Literal(map=literals_pb2.LiteralMap(literals={"k": one})) for one in lists]
    for first, second in (inner, lists, maps):
        found = [
            Names(PARENT).identity("s", "e", literals_pb2.LiteralMap(literals={"x": one})).name(0)
            for one in (first, second)
        ]
        assert found[0] == found[1]


@pytest.mark.parametrize("entity", ["m.Ünïcode", "m._", "", "a.b.a_very_long_name_that_goes_on_and_on"])
def test_any_name_of_an_entity_will_do(entity: str) -> None:
    name = Names(PARENT).identity("s", entity, literals(1)).name(0)
    assert re.fullmatch("[a-z][a-z0-9-]{0,62}", name)
