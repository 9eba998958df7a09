"""`eagerc run --remote` on the loopback Flyte: launching, following, recovering."""

import re
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.flyte.cluster import Cluster, Done

pytestmark = pytest.mark.slow

RECOVERED = (Path(__file__).parent / "data" / "recovered.py").read_text()
FAIL = {"runner": "synthetic", "fail": {"message": "out of luck", "code": "USER:Luck", "kind": "USER"}}

INPUTS = """\
from flytekit import eager, task, workflow
from flytekit.types.file import FlyteFile

@task
def first_line(path: FlyteFile, shout: bool) -> str:
    with open(path) as file:
        line = file.readline().strip()
    return line.upper() if shout else line

@eager
async def lines(path: FlyteFile, times: list[int], shout: bool = False, end: str = ".") -> tuple[list[int], str]:
    return times, await first_line(path=path, shout=shout) + end

@workflow
def both(path: FlyteFile, shout: bool = True) -> str:
    return first_line(path=path, shout=shout)
"""


@pytest.fixture
def recovered(cluster: Cluster) -> Cluster:
    """The cluster, with a project whose eager function fails at its end."""
    cluster.write({"recovered.py": RECOVERED})
    rules = [{"task": "recovered.slow", "runner": "synthetic"}, FAIL | {"task": "recovered.shaky"}]
    cluster.control("rules", {"rules": rules})
    return cluster


def launched(done: Done) -> str:
    """Find the name of the execution in what a run prints first."""
    found = re.match(
        r"Launched (\w+): http://\S+/console/projects/flytesnacks/domains/development/executions/\1\n", done.stdout
    )
    assert found, done
    return found[1]


def run(cluster: Cluster, *options: str, n: int = 3) -> Done:
    return cluster.eagerc("run", "--remote", "--wait", *options, "recovered.py", "outer", "--n", str(n))


def heal(cluster: Cluster) -> None:
    cluster.control("rules", {"rules": [{"task": "recovered.s*", "runner": "synthetic"}]})


def counts(cluster: Cluster) -> Counter[str]:
    """Count the executions by entity and phase."""
    return Counter(f"{one['entity'].split('.')[1][:6]} {one['phase']}" for one in cluster.control("executions"))


def test_the_result_is_the_last_line_and_what_goes_on_is_told(recovered: Cluster) -> None:
    heal(recovered)
    done = run(recovered)
    assert done.status == 0, done.stderr
    assert done.stdout.splitlines()[1:] == ["14 3 4 3 none"]
    name = launched(done)
    execution = recovered.remote.fetch_execution(name=name)
    assert execution.spec.launch_plan.resource_type_name() == "LAUNCH_PLAN"
    lines = [re.sub(r"\b[er][a-z0-9]{11,}(-[a-z0-9]+)*|\d+\.\d s", "…", line) for line in done.stderr.splitlines()]
    assert lines[0] == "eagerc: recovered.outer started as …"
    assert lines[-1] == "eagerc: recovered.outer succeeded after … (…)"
    nested = "eagerc: recovered.outer > recovered.inner > recovered.shaky succeeded after … (…)"
    assert lines.count(nested) == 1
    assert counts(recovered)["slow SUCCEEDED"] == 4


def test_a_failure_is_told_as_the_user_s_code_raised_it(recovered: Cluster) -> None:
    done = run(recovered)
    assert done.status == 1
    assert len(done.stdout.splitlines()) == 1
    *_, last = done.stderr.splitlines()
    assert (
        last == "eagerc: recovered.outer failed with EagerException: recovered.shaky failed with USER:Luck: out of luck"
    )
    frames = re.findall(r'File "([^"]*)"', done.stderr)
    assert {Path(frame).name for frame in frames} == {"recovered.py"}


def test_without_waiting_the_run_is_launched_and_that_is_all(recovered: Cluster) -> None:
    heal(recovered)
    done = recovered.eagerc("run", "--remote", "recovered.py", "inner", "--n", "1")
    assert (done.status, done.stderr) == (0, "")
    assert recovered.result(launched(done)) == 1


def test_inputs_of_all_kinds_reach_any_entity(cluster: Cluster) -> None:
    cluster.write({"inputs.py": INPUTS, "notes.txt": "first\nsecond\n"})
    common = ("--path", "notes.txt")
    remote = ("run", "--remote", "--wait", "inputs.py")
    done = cluster.eagerc(*remote, "lines", *common, "--times", "[1, 2]", "--end", "!")
    assert done.stdout.splitlines()[-1:] == ["DefaultNamedTupleOutput(o0=[1, 2], o1='first!')"], done.stderr
    done = cluster.eagerc(*remote, "both", *common)
    assert done.stdout.splitlines()[-1:] == ["FIRST"], done.stderr
    done = cluster.eagerc(*remote, "first_line", *common, "--no-shout")
    assert done.stdout.splitlines()[-1:] == ["first"], done.stderr


def test_an_interrupted_wait_lets_the_run_go_on(recovered: Cluster) -> None:
    recovered.control("rules", {"rules": [{"task": "recovered.s*", "runner": "synthetic", "duration": 4}]})
    process = recovered.start("run", "--remote", "--wait", "recovered.py", "inner", "--n", "1")
    recovered.until(lambda: "recovered.slow" in recovered.running(), 60)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    name = launched(Done(130, stdout, stderr))
    *_, told, how = stderr.splitlines()
    assert told.startswith(f"eagerc: {name} goes on; it is followed at http://")
    assert how == f"eagerc:   flytectl delete execution {name} -p flytesnacks -d development"
    assert recovered.result(name) == 1


def test_a_server_that_goes_away_for_a_while_is_waited_for(recovered: Cluster) -> None:
    recovered.control("rules", {"rules": [{"task": "recovered.s*", "runner": "synthetic", "duration": 3}]})
    process = recovered.start("run", "--remote", "--wait", "recovered.py", "inner", "--n", "1")
    recovered.until(lambda: "recovered.slow" in recovered.running(), 60)
    recovered.control("outage", {"seconds": 2})
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert stdout.splitlines()[-1] == "1"


def test_what_succeeded_is_not_run_again(recovered: Cluster) -> None:
    first = launched(run(recovered))
    ran = counts(recovered)
    assert ran == Counter(
        {
            "outer FAILED": 1,
            "map_do SUCCEEDED": 1,
            "pair SUCCEEDED": 1,
            "slow SUCCEEDED": 4,
            "inner FAILED": 1,
            "shaky FAILED": 1,
        }
    )
    heal(recovered)
    done = recovered.eagerc("run", "--remote", "--wait", "--recover", first, "recovered.py", "outer")
    assert done.status == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "14 3 4 3 none"
    assert counts(recovered) - ran == Counter({"outer SUCCEEDED": 1, "inner SUCCEEDED": 1, "shaky SUCCEEDED": 1})


def test_a_recovery_is_recovered_though_its_parent_is_killed(recovered: Cluster) -> None:
    first = launched(run(recovered))
    ran = counts(recovered)
    again = ("run", "--remote", "--wait", "--recover")
    second = launched(recovered.eagerc(*again, first, "recovered.py", "outer", "--label", "killed"))
    assert counts(recovered) - ran == Counter({"outer FAILED": 1, "inner FAILED": 1, "shaky FAILED": 1})
    heal(recovered)
    done = recovered.eagerc(*again, second, "recovered.py", "outer")
    assert done.stdout.splitlines()[-1] == "14 3 4 3 killed", done.stderr
    assert len(recovered.control(f"execution/{launched(done)}")["logs"]) == 2
    assert counts(recovered) - ran == Counter(
        {"outer FAILED": 1, "inner FAILED": 1, "shaky FAILED": 1}
        | {"outer SUCCEEDED": 1, "inner SUCCEEDED": 1, "shaky SUCCEEDED": 1}
    )


def test_a_changed_input_and_changed_code_run_anew_where_they_matter(recovered: Cluster) -> None:
    first = launched(run(recovered))
    ran = counts(recovered)
    mended = RECOVERED.replace("await shaky(x=n)", "n")
    assert mended != RECOVERED
    recovered.write({"recovered.py": f"# mended\n{mended}"})
    done = recovered.eagerc("run", "--remote", "--wait", "--recover", first, "recovered.py", "outer", "--n", "4")
    assert done.stdout.splitlines()[-1] == "18 4 6 4 none", done.stderr
    new = {"outer SUCCEEDED": 1, "map_do SUCCEEDED": 1, "pair SUCCEEDED": 1, "inner SUCCEEDED": 1, "slow SUCCEEDED": 5}
    assert counts(recovered) - ran == Counter(new)
    ran = counts(recovered)
    done = recovered.eagerc("run", "--remote", "--wait", "--recover", first, "recovered.py", "outer")
    assert done.stdout.splitlines()[-1] == "14 3 4 3 none", done.stderr
    assert counts(recovered) - ran == Counter({"outer SUCCEEDED": 1, "inner SUCCEEDED": 1})


def test_a_run_of_the_bare_task_is_recovered_as_such(recovered: Cluster) -> None:
    version = recovered.eagerc("register", "recovered.py").stdout.partition(" version ")[2].split(".")[0]
    first = recovered.launch("recovered.outer", version=version, n=3, label="bare")
    assert recovered.ended(first)["phase"] == "FAILED"
    ran = counts(recovered)
    heal(recovered)
    done = recovered.eagerc("run", "--remote", "--wait", "--recover", first, "recovered.py", "outer")
    assert done.stdout.splitlines()[-1] == "14 3 4 3 bare", done.stderr
    assert counts(recovered) - ran == Counter({"outer SUCCEEDED": 1, "inner SUCCEEDED": 1, "shaky SUCCEEDED": 1})


def test_only_a_failed_run_of_the_same_function_is_recovered(recovered: Cluster) -> None:
    heal(recovered)
    done = recovered.eagerc("run", "--remote", "--wait", "recovered.py", "inner", "--n", "1")
    name = launched(done)
    recovered.control("reset", {})
    for function, execution, message in (
        ("inner", "nobody", "there is no execution nobody in flytesnacks, development"),
        ("outer", name, f"{name} is an execution of recovered.inner, not of recovered.outer"),
        ("inner", name, f"{name} is succeeded; only what failed or was ended can be recovered"),
    ):
        done = recovered.eagerc("run", "--remote", "--recover", execution, "recovered.py", function)
        assert (done.status, done.stderr) == (2, f"eagerc: --recover: {message}\n")
    assert not [call for call in recovered.calls() if call.startswith("Create")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inner",), "Missing option '--n'"),
        (("inner", "--n", "many"), "'many' is not a valid"),
        (("iner",), "recovered.py holds no entity 'iner'; did you mean 'inner'?"),
    ],
)
def test_wrong_inputs_launch_nothing(recovered: Cluster, arguments: tuple[str, ...], message: str) -> None:
    done = recovered.eagerc("run", "--remote", "recovered.py", *arguments, COLUMNS="200")
    assert done.status == 2
    assert message in done.stderr
    assert recovered.calls() == {}
