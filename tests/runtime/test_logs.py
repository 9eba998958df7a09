"""Records of the controller as lines of JSON."""

import json
import logging
from collections.abc import Iterator

import pytest
from eagerc_runtime.logs import LOG, about, show


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = LOG.level, LOG.propagate, LOG.handlers
    yield
    LOG.level, LOG.propagate, LOG.handlers = before


def test_a_record_is_a_line_with_site_entity_and_execution(capsys: pytest.CaptureFixture[str]) -> None:
    show({"EAGERC_LOG": "info"})
    LOG.debug("unheard")
    LOG.info("launched", extra=about("m:f#g#1", "m.g", "e123"))
    try:
        raise KeyError("x")
    except KeyError:
        LOG.warning("no %s", "deck", exc_info=True)
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first.pop("time") <= second.pop("time")
    assert first == {
        "level": "INFO",
        "message": "launched",
        "site": "m:f#g#1",
        "entity": "m.g",
        "execution": "e123",
    }
    assert second.pop("traceback").endswith("KeyError: 'x'")
    assert second == {"level": "WARNING", "message": "no deck"}


def test_nothing_is_set_up_where_nobody_asks() -> None:
    before = LOG.handlers
    show({})
    assert LOG.handlers is before


def test_a_configuration_that_silences_other_loggers_does_not_silence_this_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    LOG.disabled = True
    show({"EAGERC_LOG": "INFO"})
    LOG.info("launched")
    assert json.loads(capsys.readouterr().err)["message"] == "launched"


def test_an_unknown_level_is_named() -> None:
    with pytest.raises(ValueError, match="EAGERC_LOG='loud' is no level of logging"):
        show({"EAGERC_LOG": "loud"})


def test_records_are_those_of_logging(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "eagerc"):
        LOG.info("launched", extra=about("s", "m.g", "e1"))
    assert caplog.records[0].__dict__.items() >= {"site": "s", "entity": "m.g", "execution": "e1"}.items()
