"""The list of invocations on the deck."""

import re

from eagerc_runtime.distributed.invocations import ROWS, Invocations
from eagerc_runtime.distributed.launching import Place
from eagerc_runtime.distributed.polling import Child

CHILD = Child(Place("project", "domain"), "e123-fit-456")


def cells(page: str) -> list[list[str]]:
    rows: list[str] = re.findall("<tr>(<td>.*?)</tr>", page)
    return [re.findall("<td>(.*?)</td>", row) for row in rows]


def test_each_has_its_site_entity_link_state_and_duration() -> None:
    invocations = Invocations("http://console")
    first, second = invocations.begin("m:f#fit#1", "m.fit"), invocations.begin("m:f#test#2", "m.test")
    invocations.launched(first, CHILD)
    invocations.end(first, "succeeded", 1.25)
    page = invocations.page()
    address = "http://console/console/projects/project/domains/domain/executions/e123-fit-456"
    link = f'<a target="_blank" href="{address}">e123-fit-456</a>'
    assert cells(page) == [
        ["m:f#fit#1", "m.fit", link, "succeeded", "1.2"],
        ["m:f#test#2", "m.test", "", "running", "0.0"],
    ]
    assert "1 running, 1 succeeded" in page
    invocations.end(second, "failed", 2.0)
    assert "<p>1 failed, 1 succeeded</p>" in invocations.page()


def test_everything_is_escaped() -> None:
    invocations = Invocations('http://"><script>')
    row = invocations.begin("<script>1", "<script>2")
    invocations.launched(row, CHILD._replace(name="<script>3"))
    assert "<script>" not in invocations.page()


def test_of_very_many_the_first_are_shown_and_all_are_counted() -> None:
    invocations = Invocations("")
    for _ in range(ROWS + 5):
        invocations.end(invocations.begin("s", "m.fit"), "succeeded", 0.1)
    page = invocations.page()
    assert len(cells(page)) == ROWS
    assert f"{ROWS + 5} succeeded" in page
    assert f"The first {ROWS} of {ROWS + 5}" in page


def test_nothing_invoked() -> None:
    assert "<p>none</p>" in Invocations("").page()
