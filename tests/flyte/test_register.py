"""`eagerc register` on the loopback Flyte: what it registers, and what it says where it cannot."""

import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.flyte.cluster import DOMAIN, PROJECT, Cluster
from tests.flyte.conftest import PARENTS

pytestmark = pytest.mark.slow

WORK = """\
from flytekit import eager, task

@task
def one(x: int) -> int:
    return x + 1

@eager
async def work(x: int) -> int:
    return await one(x=x)
"""
REGISTERED = {
    ("task", "work.one"),
    ("task", "work.work"),
    ("task", "work.work-cleanup"),
    ("workflow", "work.work"),
    ("launch plan", "work.work"),
}


def version(stdout: str) -> str:
    """Find the version in what registration prints."""
    return stdout.partition(" version ")[2].split(".")[0]


def manifest(cluster: Cluster) -> dict[str, Any]:
    """Read the manifest of the tree that was built last."""
    found = (cluster.folder / "cache").rglob("eagerc_runtime/manifest.json")
    loaded: dict[str, Any] = json.loads(max(found, key=lambda path: path.stat().st_mtime).read_text())
    return loaded


def expected(kind: str, name: str) -> set[tuple[str, str]]:
    """Name what has to be registered for an entity of a manifest."""
    around = {("workflow", name), ("launch plan", name)}
    match kind:
        case "reference" | "remote":
            return set()
        case "workflow" | "imperative_workflow":
            return around
        case "launch_plan":
            return {("launch plan", name)}
        case "eager":
            return {("task", name), ("task", f"{name}-cleanup"), *around}
        case "map_task":
            mapped = re.sub(r"(.*)\.\w+\.map_task\((\w+)\)", r"\1.map_\2", name)
            return {("task", mapped), ("workflow", f"{mapped}-workflow"), ("launch plan", f"{mapped}-workflow")}
        case _:
            return {("task", name)}


def test_the_closure_of_the_manifest_is_registered(cluster: Cluster) -> None:
    source = PARENTS.read_text()
    cluster.write({"parents.py": source})
    done = cluster.eagerc("register", "parents.py")
    assert done.status == 0, done.stderr
    line = 1 + source.partition("def other_task(")[0].count("\n")
    assert f"Not registered, as it is elsewhere: parents.other_task (parents.py:{line})" in done.stdout
    registered = {
        (kind, re.sub(r"_[0-9a-f]{32}-arraynode", "", name)) for kind, name in cluster.registered(version(done.stdout))
    }
    entities = manifest(cluster)["entities"]
    assert registered == set().union(*(expected(one["kind"], one["name"]) for one in entities))
    assert {one["name"] for one in entities} == {
        name for function in manifest(cluster)["functions"] for name in (function["name"], *function["closure"])
    }


def test_nothing_is_left_to_register_for_the_pods(cluster: Cluster) -> None:
    cluster.write({"parents.py": PARENTS.read_text()})
    done = cluster.eagerc("register", "parents.py")
    cluster.pyflyte("register", "-p", PROJECT, "-d", DOMAIN, "--version", "v1", "parents.py")  # for the references
    cluster.control("reset", {})
    parent = cluster.launch("parents.kinds", version=version(done.stdout), kind="workflow")
    assert cluster.result(parent, 120) == [2, 3, 5, 10, 5, 106, 7, 9, 11, 110, 12]
    assert {call for call in cluster.calls() if call.startswith("Create")} == {"CreateExecution"}


def test_what_was_registered_before_is_left_alone(cluster: Cluster) -> None:
    cluster.write({"work.py": WORK})
    first = cluster.eagerc("register", "work.py")
    assert cluster.registered(version(first.stdout)) == REGISTERED
    cluster.control("reset", {})
    again = cluster.eagerc("register", "work.py")
    assert again == first
    created = {call: count for call, count in cluster.calls().items() if call != "CreateUploadLocation"}
    assert cluster.control("stats")["errors"] == {f"{call}:ALREADY_EXISTS": count for call, count in created.items()}


def test_a_dry_run_talks_to_nobody(cluster: Cluster) -> None:
    cluster.write({"work.py": WORK})
    done = cluster.eagerc("register", "--dry-run", "work.py")
    assert done.status == 0, done.stderr
    assert {(line[:12].strip(), line[13:]) for line in done.stdout.splitlines()} == REGISTERED
    assert cluster.calls() == {}


def test_an_interrupted_registration_goes_on(cluster: Cluster) -> None:
    cluster.write({"work.py": WORK + "# interrupted\n"})
    cluster.control("faults", {"method": "CreateWorkflow", "delay_s": 3})
    process = cluster.start("register", "work.py")
    cluster.until(lambda: cluster.calls().get("CreateTask", 0) >= 3)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    # The last answer may still have been on its way.
    told = "eagerc: interrupted with [23] of 5 entities registered; the same command goes on from there\n"
    assert re.fullmatch(told, stderr)
    cluster.control("faults", {})
    done = cluster.eagerc("register", "work.py")
    assert done.status == 0, done.stderr
    assert cluster.registered(version(done.stdout)) == REGISTERED


def test_an_entity_of_an_import_in_a_function_is_registered(cluster: Cluster) -> None:
    local = "from flytekit import eager\n\n@eager\nasync def main(x: int) -> int:\n    from hidden import one\n"
    cluster.write({"main.py": local + "    return await one(x=x)\n", "hidden.py": WORK})
    done = cluster.eagerc("register", "main.py")
    assert done.status == 0, done.stderr
    names = cluster.registered(version(done.stdout))
    assert {name for kind, name in names if kind == "task"} == {"main.main", "main.main-cleanup", "hidden.one"}


UNNAMED = """\
from flytekit import ContainerTask, LaunchPlan, eager, kwtypes, map_task, task, workflow

@task
def one(x: int) -> int:
    return x + 1

@workflow
def flow(x: int) -> int:
    return one(x=x)

PLANS = {"a": LaunchPlan.get_or_create(flow, "plan-a"), "b": LaunchPlan.get_or_create(flow, "plan-b")}
MAPS = [map_task(one)]

def container(name: str):
    return ContainerTask(name=name, image="i:1", inputs=kwtypes(x=int), command=["true"])

CONTAINERS = [container("first"), container("second")]

class Tasks:
    shell = ContainerTask(name="shell", image="i:1", inputs=kwtypes(x=int), command=["true"])

@eager
async def main(x: int, which: str = "a") -> int:
    await MAPS[0](x=[x])
    for task in CONTAINERS:
        await task(x=x)
    await Tasks.shell(x=x)
    return await PLANS[which](x=x)
"""


def test_entities_without_a_name_in_python_are_found(cluster: Cluster) -> None:
    cluster.write({"main.py": UNNAMED})
    done = cluster.eagerc("register", "--dry-run", "main.py")
    assert done.status == 0, done.stderr
    assert {re.sub(r"_[0-9a-f]{32}", "", line[13:]) for line in done.stdout.splitlines()} == {
        "first",
        "main.flow",
        "main.main",
        "main.main-cleanup",
        "main.map_one-arraynode",
        "main.map_one-arraynode-workflow",
        "main.one",
        "plan-a",
        "plan-b",
        "second",
        "shell",
    }


BROKEN = {
    "serialization": (
        {"main.py": WORK.replace("@task", '@task(container_image="{{.image.absent.fqn}}:1")')},
        "main.py:4: main.one cannot be serialized: AssertionError: Image Config with name absent not found",
    ),
    "import": (
        {"main.py": WORK + "from flytekit import nothing_of_the_kind\n"},
        "main.py:10: ImportError: cannot import name 'nothing_of_the_kind' from 'flytekit'",
    ),
    "exit": ({"main.py": WORK + "import sys\nsys.exit('no.')\n"}, "main.py:11: SystemExit: no; mend it"),
    "missing module": (
        {"main.py": "import absent\n" + WORK},
        "main.py:1: ModuleNotFoundError: No module named 'absent'; install it for ",
    ),
    "missing entity": (
        {
            "main.py": WORK.replace("@task", "import os\nif 'NEVER' in os.environ:\n  @task").replace(
                "def one", "  def one"
            )
        },
        "main.py:6: the task main.one is not there once its module is imported; define it",
    ),
    "two of one name": (
        {
            "main.py": "from flytekit import ContainerTask, eager\n"
            "a = ContainerTask(name='c', image='i:1', command=['a'])\n"
            "b = ContainerTask(name='c', image='i:1', command=['b'])\n"
            "@eager\nasync def work() -> None:\n    await a()\n    await b()\n"
        },
        "there are two different tasks of the name c; rename one of them",
    ),
}


@pytest.mark.parametrize(("files", "message"), BROKEN.values(), ids=BROKEN)
def test_one_broken_entity_registers_nothing(cluster: Cluster, files: dict[str, str], message: str) -> None:
    cluster.write(files)
    done = cluster.eagerc("register", "main.py")
    assert done.status == 1
    assert done.stderr.startswith(f"eagerc: {message}")
    assert done.stderr.count("\n") == 1
    assert cluster.calls() == {}


REFUSED = {
    "unreachable": ((), {"FLYTE_PLATFORM_URL": "127.0.0.1:1"}, "Flyte at 127.0.0.1:1 cannot be reached: "),
    "project": (("-p", "nowhere"), {}, "refuses: project [nowhere] is not registered"),
    "domain": (("-d", "nowhere"), {}, "domain [nowhere] is unrecognized by system"),
    "image": (("--image", "untagged"), {}, "--image: Incorrectly formatted image untagged, missing tag or digest"),
    "variable": (("--env", "A"), {}, "Expected key-value pair of the form key=value, got A"),
    "configuration": (("--config", "absent.yaml"), {}, "absent.yaml: there is no such configuration file"),
    "broken configuration": (("--config", "list.yaml"), {}, "--config list.yaml: "),
}


@pytest.mark.parametrize(("arguments", "variables", "message"), REFUSED.values(), ids=REFUSED)
def test_a_cluster_that_does_not_answer_is_told_in_one_line(
    cluster: Cluster, arguments: tuple[str, ...], variables: dict[str, str], message: str
) -> None:
    cluster.write({"work.py": WORK, "list.yaml": "- platform\n"})
    done = cluster.eagerc("register", *arguments, "work.py", **variables)
    assert done.status == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_another_content_needs_another_version(cluster: Cluster) -> None:
    cluster.write({"work.py": WORK})
    assert cluster.eagerc("register", "work.py").status == 0
    done = cluster.eagerc("register", "--image", "other:1", "work.py")
    assert done.status == 1
    assert "different structure already exists" in done.stderr
    assert "give this one a --version of its own" in done.stderr
    done = cluster.eagerc("register", "--image", "other:1", "--version", "mine", "work.py")
    assert done.status == 0, done.stderr
    assert cluster.registered("mine") == REGISTERED
    assert cluster.remote.fetch_task(name="work.one", version="mine").template.container.image == "other:1"


def test_launch_plans_are_as_the_options_say(cluster: Cluster) -> None:
    cluster.write({"work.py": WORK})
    options = ("--activate-launchplans", "--service-account", "robot", "--env", "A=b", "--version", "plans")
    done = cluster.eagerc("register", *options, "work.py")
    assert done.status == 0, done.stderr
    active = cluster.remote.fetch_active_launchplan(name="work.work")
    assert active.id.version == "plans"
    assert active.security_context.run_as.k8s_service_account == "robot"
    assert cluster.remote.fetch_task(name="work.one", version="plans").template.container.env["A"] == "b"


IMAGES = """\
import os
from flytekit import ImageSpec, eager, task
from flytekit.image_spec.image_spec import ImageBuildEngine, ImageSpecBuilder

class Builder(ImageSpecBuilder):
    def should_build(self, spec):
        return True

    def build_image(self, image_spec):
        if image_spec.name == os.environ.get("BROKEN"):
            raise RuntimeError("no space left")
        with open("images", "a") as log:
            log.write(image_spec.name + "\\n")

ImageBuildEngine.register("own", Builder())

@task(container_image=ImageSpec(name="first", builder="own", registry="localhost:1"))
def one(x: int) -> int:
    return x

@task(container_image=ImageSpec(name="second", builder="own", registry="localhost:1"))
def two(x: int) -> int:
    return x

@task(container_image=ImageSpec(name="unneeded", builder="own", registry="localhost:1"))
def three(x: int) -> int:
    return x

@eager
async def main(x: int) -> int:
    return await one(x=x) + await two(x=x)
"""


def test_images_are_built_before_anything_is_sent(cluster: Cluster) -> None:
    cluster.write({"main.py": IMAGES})
    assert cluster.eagerc("register", "--dry-run", "main.py").status == 0
    assert not (cluster.folder / "images").exists()
    done = cluster.eagerc("register", "main.py", BROKEN="second")
    assert (done.status, cluster.calls()) == (2, {})
    assert "the image of main.two cannot be built: no space left" in done.stderr
    (cluster.folder / "images").unlink()
    done = cluster.eagerc("register", "main.py")
    assert done.status == 0, done.stderr
    assert (cluster.folder / "images").read_text().split() == ["first", "second"]
    task = cluster.remote.fetch_task(name="main.two", version=version(done.stdout))
    assert task.template.container.image.startswith("localhost:1/second:")


def test_a_tree_that_git_ignores_reaches_the_pods(cluster: Cluster) -> None:
    cluster.write({"work.py": WORK, ".gitignore": "build/\n"})
    subprocess.run(["git", "init", "--quiet", "."], cwd=cluster.folder, check=True)
    done = cluster.eagerc("register", "--build-dir", "build", "work.py")
    assert done.status == 0, done.stderr
    execution = cluster.launch("work.work", version=version(done.stdout), kind="workflow", x=2)
    assert cluster.result(execution) == 3
    assert Path(cluster.folder, "build", "work.py").is_file()
