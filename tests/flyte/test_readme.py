"""The commands that the README shows for a cluster, on the loopback Flyte."""

import re
import shlex
from pathlib import Path

import pytest

from tests.flyte.cluster import DOMAIN, PROJECT, Cluster
from tests.flyte.test_run_remote import launched

pytestmark = pytest.mark.slow

README = (Path(__file__).parents[2] / "README.md").read_text()
ORDER = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[0]
MENDED = ORDER.replace("    send_receipt(", "    await send_receipt(")
BROKEN = MENDED.replace('f"to {customer}: {text}"', "text[99]")


def commands(**names: str) -> list[list[str]]:
    """The arguments of the commands, with names of this cluster in the place of the README's."""
    section = README.partition("## On a cluster")[2].partition("\n## ")[0]
    lines = re.findall(r"^    eagerc (.*)$", section, re.MULTILINE)
    return [[names.get(word, word) for word in shlex.split(line, comments=True)] for line in lines]


def test_the_commands_do_what_they_say(cluster: Cluster) -> None:
    dry_run, register, run, _ = commands(PROJECT=PROJECT, DOMAIN=DOMAIN)
    cluster.write({"src/order.py": MENDED})
    listed = cluster.eagerc(*dry_run)
    assert listed.status == 0, listed.stderr
    assert cluster.calls() == {}
    registered = cluster.eagerc(*register)
    assert registered.status == 0, registered.stderr
    done = cluster.eagerc(*run)
    assert done.stdout.splitlines()[-1:] == ["Ada paid 3"], done.stderr


def test_a_run_that_failed_is_recovered(cluster: Cluster) -> None:
    _, _, run, _ = commands()
    cluster.write({"src/order.py": BROKEN})
    failed = cluster.eagerc(*run)
    assert failed.status == 1
    assert "IndexError: string index out of range" in failed.stderr
    cluster.write({"src/order.py": MENDED})
    *_, recover = commands(EXECUTION=launched(failed))
    done = cluster.eagerc(*recover)
    assert done.stdout.splitlines()[-1:] == ["Ada paid 3"], done.stderr
    charged = [one["phase"] for one in cluster.control("executions") if one["entity"] == "order.charge"]
    assert charged == ["SUCCEEDED"], "what succeeded has run once"
