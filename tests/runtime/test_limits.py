"""Limits by the environment."""

import pytest
from eagerc_runtime.distributed.limits import Limits, limits


def test_the_defaults_hold_where_nothing_is_said() -> None:
    assert limits({}) == limits({"EAGERC_CONCURRENT_LAUNCHES": ""}) == Limits(100, 100, 10.0)


def test_each_can_be_set() -> None:
    environment = {
        "EAGERC_CONCURRENT_LAUNCHES": "5",
        "EAGERC_CONCURRENT_FETCHES": "6",
        "EAGERC_GRACE_SECONDS": "0.5",
    }
    assert limits(environment) == Limits(5, 6, 0.5)


@pytest.mark.parametrize("text", ["0", "-1", "many", "2.5"])
def test_a_number_that_is_of_no_use_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=f"EAGERC_CONCURRENT_LAUNCHES='{text}' is not a whole number from 1 on"):
        limits({"EAGERC_CONCURRENT_LAUNCHES": text})


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"FETCHES='x' .*; EAGERC_GRACE_SECONDS='nan' is not a number of seconds"):
        limits({"EAGERC_CONCURRENT_FETCHES": "x", "EAGERC_GRACE_SECONDS": "nan"})
