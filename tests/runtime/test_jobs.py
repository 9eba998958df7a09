"""The processes of tasks: how many there are, how they end, and what their end means for the calls."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from eagerc_runtime import EagerException, eager, invoke, invoke_blocking
from eagerc_runtime.embedded import jobs
from flytekit import task
from flytekit.core.testing import task_mock

from .conftest import Run

pytestmark = pytest.mark.slow

LIMIT = 3


@pytest.fixture(scope="module")
def shop(program: Callable[[str], Any]) -> Any:
    """The module of the tasks."""
    return program("endings")


@pytest.fixture(scope="module")
def shared() -> Iterator[jobs.Jobs]:
    with contextlib.closing(jobs.Jobs(LIMIT)) as pool:
        yield pool


@pytest.fixture
def pool(shared: jobs.Jobs, monkeypatch: pytest.MonkeyPatch) -> jobs.Jobs:
    """Processes for whatever the test invokes; those that are idle are kept for the next test."""
    monkeypatch.setattr(jobs, "pool", lambda: shared)
    return shared


def result_of(body: Callable[[], Any]) -> Any:
    """What an eager function with this body gives."""
    results: list[Any] = []

    @eager
    async def function() -> int:
        results.append(await body())
        return 0

    asyncio.run(function())
    return results[0]


def alive(*pids: int) -> list[int]:
    """Those of the processes that have not ended; the system may take a moment for that."""
    deadline = time.monotonic() + 10
    while (left := [pid for pid in pids if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def _runs(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX" or len(os.listdir(f"/proc/{pid}/task")) > 1
    return False


async def written(*files: Path) -> list[int]:
    """The numbers in the files, once they are there."""
    while not all(file.exists() and file.read_text() for file in files):  # noqa: ASYNC110 - other processes write them
        await asyncio.sleep(0.01)
    return [int(word) for file in files for word in file.read_text().split()]


# Where tasks run


@pytest.mark.usefixtures("pool")
def test_tasks_run_side_by_side_in_processes_of_their_own(shop: Any, tmp_path: Path) -> None:
    async def body() -> list[int]:
        calls = [
            invoke("s", shop.meet, folder=str(tmp_path), name=str(number), others=LIMIT) for number in range(LIMIT)
        ]
        return await asyncio.gather(*calls)

    pids = result_of(body)
    assert len({*pids, os.getpid()}) == LIMIT + 1


@pytest.mark.usefixtures("pool")
def test_there_are_never_more_than_the_limit(shop: Any) -> None:
    pids = result_of(lambda: asyncio.gather(*(invoke("s", shop.pid, seconds=0.0) for _ in range(4 * LIMIT))))
    assert len(set(pids)) <= LIMIT
    assert os.getpid() not in pids


def test_no_more_are_started_than_are_needed(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> list[int]:
        return [await invoke("s", shop.pid, seconds=0.0) for _ in range(5)]

    with contextlib.closing(jobs.Jobs(64)) as own:
        monkeypatch.setattr(jobs, "pool", lambda: own)
        pids = result_of(body)
        assert len(set(pids)) == 1
    assert alive(*pids) == []


@pytest.mark.usefixtures("pool")
def test_a_blocking_call_goes_to_a_process(shop: Any) -> None:
    async def body() -> int:
        pid: int = invoke_blocking("s", shop.pid, seconds=0.0)
        return pid

    assert result_of(body) != os.getpid()


@pytest.mark.usefixtures("pool")
def test_what_no_process_would_find_runs_in_a_thread(shop: Any) -> None:
    @task
    def nested() -> int:
        return os.getpid()

    assert result_of(lambda: invoke("s", nested)) == os.getpid()
    assert jobs.address(shop.pid) == ("endings", "pid")
    for entity in (nested, shop.a_workflow, shop.speaks, len):
        assert jobs.address(entity) is None
    with task_mock(shop.says) as mock:
        mock.return_value = "mocked"
        assert result_of(lambda: invoke("s", shop.says, word="real")) == "mocked"


@pytest.mark.parametrize("words", ["", "0", "-3"])
def test_without_a_number_there_are_none(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EAGERC_JOBS", words)
    assert jobs.pool.__wrapped__() is None


# What crosses


@pytest.mark.usefixtures("pool")
def test_what_cannot_be_sent_of_an_exception_is_told_with_the_site(shop: Any) -> None:
    for entity, kind in ((shop.holds_a_lock, shop.HoldsALockError), (shop.local_class, shop.HoldsALockError)):
        with pytest.raises(kind, match="open") as caught:
            result_of(partial(invoke, "module:function#entity#1", entity, word="open"))
        assert isinstance(caught.value, EagerException)
        note, place = caught.value.__notes__
        assert place.startswith("invoked at ")
        assert note.startswith("eagerc: not all of it could be sent from the process of the task: ")
        assert note.endswith(" (module:function#entity#1)")


# How processes end


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("leave", {"code": 3}, "the process of endings.leave ended with exit code 3 (site)"),
        ("leave", {"code": 0}, "the process of endings.leave ended with exit code 0 (site)"),
        (
            "killed",
            {"name": "SIGKILL"},
            "the process of endings.killed was killed by SIGKILL, perhaps because memory ran out (site)",
        ),
        ("killed", {"name": "SIGSEGV"}, "the process of endings.killed was killed by SIGSEGV (site)"),
    ],
)
def test_a_process_that_dies_fails_its_own_call_alone(
    name: str, inputs: dict[str, Any], message: str, shop: Any
) -> None:
    async def body() -> Any:
        others = [invoke("s", shop.pid, seconds=0.2) for _ in range(LIMIT)]
        return await asyncio.gather(invoke("site", getattr(shop, name), **inputs), *others, return_exceptions=True)

    failure, *pids = result_of(body)
    assert type(failure) is EagerException
    assert str(failure) == message
    assert all(type(pid) is int for pid in pids)


@pytest.mark.usefixtures("pool")
def test_a_process_that_leaves_a_fork_behind_is_known_to_be_dead(shop: Any, tmp_path: Path) -> None:
    with pytest.raises(EagerException, match="exit code 3"):
        result_of(lambda: invoke("s", shop.leave_a_fork, folder=str(tmp_path)))
    assert alive(int((tmp_path / "fork").read_text())) == []


@pytest.mark.usefixtures("pool")
def test_an_idle_process_that_died_is_replaced(shop: Any) -> None:
    first = result_of(lambda: invoke("s", shop.pid, seconds=0.0))
    os.kill(first, signal.SIGKILL)
    assert alive(first) == []
    assert result_of(lambda: invoke("s", shop.pid, seconds=0.0)) != first


# How calls are cancelled


@pytest.mark.usefixtures("pool")
def test_a_time_limit_ends_what_runs(shop: Any, tmp_path: Path) -> None:
    async def body() -> list[int]:
        computing = asyncio.ensure_future(invoke("s", shop.compute, folder=str(tmp_path), name="c"))
        pids = await written(tmp_path / "c")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(computing, 0.01)
        return [*pids, await invoke("s", shop.pid, seconds=0.0)]

    computed, child, after = result_of(body)
    assert alive(computed, child) == []
    assert after != computed


@pytest.mark.usefixtures("pool")
def test_a_cancelled_coroutine_cleans_up_and_its_process_stays(shop: Any, tmp_path: Path) -> None:
    async def body() -> int:
        waiting = asyncio.ensure_future(invoke("s", shop.wait, folder=str(tmp_path), name="w"))
        (pid,) = await written(tmp_path / "w")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (tmp_path / "w.cleaned").exists()
        return pid

    assert result_of(body) in result_of(
        lambda: asyncio.gather(*(invoke("s", shop.pid, seconds=0.3) for _ in range(LIMIT)))
    )


@pytest.mark.usefixtures("pool")
def test_a_coroutine_that_does_not_end_is_ended(shop: Any, tmp_path: Path) -> None:
    async def body() -> list[int]:
        waiting = asyncio.ensure_future(invoke("s", shop.refuse_to_end, folder=str(tmp_path), name="r"))
        pids = await written(tmp_path / "r")
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return pids

    assert alive(*result_of(body)) == []


@pytest.mark.usefixtures("pool")
@pytest.mark.skipif(sys.version_info < (3, 11), reason="task groups are new in Python 3.11")
def test_a_failing_group_ends_what_runs(shop: Any, tmp_path: Path) -> None:
    async def body() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(invoke("s", shop.compute, folder=str(tmp_path), name="a"))
            await written(tmp_path / "a")
            group.create_task(invoke("s", shop.leave, code=1))

    with pytest.raises(ExceptionGroup) as caught:
        result_of(body)
    assert [type(error) for error in caught.value.exceptions] == [EagerException]
    assert alive(*map(int, (tmp_path / "a").read_text().split())) == []


def test_a_call_that_waits_for_a_process_is_cancelled_before_it_begins(
    shop: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def body() -> bool:
        first = asyncio.ensure_future(invoke("s", shop.compute, folder=str(tmp_path), name="first"))
        await written(tmp_path / "first")
        second = asyncio.ensure_future(invoke("s", shop.compute, folder=str(tmp_path), name="second"))
        await asyncio.sleep(0)
        for each in (second, first):
            each.cancel()
        await asyncio.wait([first, second])
        await invoke("s", shop.pid, seconds=0.0)
        return (tmp_path / "second").exists()

    with contextlib.closing(jobs.Jobs(1)) as own:
        monkeypatch.setattr(jobs, "pool", lambda: own)
        assert result_of(body) is False


# How programs end


@pytest.fixture
def leaves(workshop: Path) -> Callable[[Path, str], "subprocess.Popen[str]"]:
    def start(folder: Path, way: str) -> "subprocess.Popen[str]":
        folder.mkdir()
        start = f"import asyncio, endings; asyncio.run(endings.leaves(folder={str(folder)!r}, way={way!r}))"
        command = [sys.executable, "-c", start]
        environment = {**os.environ, "EAGERC_JOBS": "2"}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=workshop, env=environment, stdout=pipe, stderr=pipe, text=True)

    return start


def pids_in(folder: Path) -> list[int]:
    return [int(word) for file in folder.iterdir() for word in file.read_text().split()]


@pytest.mark.parametrize(
    ("way", "status"),
    [("return", 0), ("fail", 1), ("exit", 7)],
)
def test_the_end_of_the_program_ends_them(
    leaves: Callable[[Path, str], "subprocess.Popen[str]"], way: str, status: int, tmp_path: Path
) -> None:
    with leaves(tmp_path / "pids", way) as running:
        _, errors = running.communicate(timeout=120)
    assert running.returncode == status, errors
    assert len(pids_in(tmp_path / "pids")) == 4
    assert alive(*pids_in(tmp_path / "pids")) == []
    assert "was killed" not in errors


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_the_program_ends_them(
    leaves: Callable[[Path, str], "subprocess.Popen[str]"], sent: signal.Signals, tmp_path: Path
) -> None:
    with leaves(tmp_path / "pids", "wait") as running:
        assert running.stdout is not None
        assert "ready\n" in running.stdout
        running.send_signal(sent)
        running.communicate(timeout=120)
    assert running.returncode != 0
    assert len(pids_in(tmp_path / "pids")) == 4
    assert alive(*pids_in(tmp_path / "pids")) == []


def test_closing_ends_idle_and_busy_processes(shop: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = jobs.Jobs(2)
    monkeypatch.setattr(jobs, "pool", lambda: own)

    async def body() -> list[int]:
        computing = asyncio.ensure_future(invoke("s", shop.compute, folder=str(tmp_path), name="busy"))
        pids = [await invoke("s", shop.pid, seconds=0.0), *await written(tmp_path / "busy")]
        assert not computing.done()
        return pids

    pids = result_of(body)
    threading.Thread(target=own.close).start()
    assert alive(*pids) == []


@pytest.mark.usefixtures("workshop")
def test_what_tasks_print_appears_in_its_order(run: Run) -> None:
    done = run("-c", "import asyncio, endings; print(asyncio.run(endings.speaks()))", EAGERC_JOBS="2")
    printed = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert printed[-4:] == ["before", "hello to out", "hello without end of line; after", "result"]
    assert done.stderr.splitlines()[-1] == "hello to err"


def test_modules_of_the_working_folder_stay_out(workshop: Path, run: Run) -> None:
    (workshop / "work").mkdir()
    for name in ("types", "pickle", "queue"):
        (workshop / "work" / f"{name}.py").write_text("raise SystemExit('found in the working folder')")
    start = f"import sys; sys.path[0] = {str(workshop)!r}; import asyncio, endings, os; os.chdir('work'); "
    done = run("-c", start + "print(asyncio.run(endings.speaks()))", EAGERC_JOBS="2")
    assert done.stdout.splitlines()[-1] == "result", done.stderr
