"""Tasks that end in other ways than with a result or an exception of theirs."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from eagerc_runtime import eager, invoke
from flytekit import task, workflow


class HoldsALockError(ValueError):
    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
        self.lock = threading.Lock()


@task
def holds_a_lock(word: str) -> int:
    raise HoldsALockError(word)
    return 1


@task
def local_class(word: str) -> int:
    class LocalError(HoldsALockError):
        pass

    raise LocalError(word)
    return 1


@task
def pid(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


@task
def compute(folder: str, name: str) -> int:
    """Compute for ever, with a process of its own beside it."""
    child = subprocess.Popen(["sleep", "600"])
    (Path(folder) / name).write_text(f"{os.getpid()} {child.pid}")
    while True:
        pass
    return 1


@task
async def wait(folder: str, name: str) -> int:
    try:
        (Path(folder) / name).write_text(str(os.getpid()))
        await asyncio.Event().wait()
    finally:
        (Path(folder) / f"{name}.cleaned").touch()
    return 1


@task
async def refuse_to_end(folder: str, name: str) -> int:
    (Path(folder) / name).write_text(str(os.getpid()))
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
    return 1


@task
def meet(folder: str, name: str, others: int) -> int:
    (Path(folder) / name).touch()
    while len(os.listdir(folder)) < others:
        time.sleep(0.01)
    return os.getpid()


@task
def leave(code: int) -> int:
    os._exit(code)
    return 1


@task
def leave_a_fork(folder: str) -> int:
    """End the process while a fork of it still holds whatever it held."""
    child = os.fork()
    if child == 0:
        time.sleep(600)
    (Path(folder) / "fork").write_text(str(child))
    os._exit(3)
    return 1


@task
def killed(name: str) -> int:
    os.kill(os.getpid(), getattr(signal, name))
    return 1


@task
def says(word: str) -> str:
    print(f"{word} to out")
    print(f"{word} to err", file=sys.stderr)
    sys.stdout.write(f"{word} without end of line; ")
    return word


@workflow
def a_workflow(seconds: float) -> int:
    return pid(seconds=seconds)


@eager
async def leaves(folder: str, way: str) -> int:
    """Leave two tasks behind that compute for ever."""
    calls = [asyncio.ensure_future(invoke("s", compute, folder=folder, name=str(n))) for n in range(2)]
    while not all((Path(folder) / str(n)).exists() and (Path(folder) / str(n)).read_text() for n in range(2)):
        await asyncio.sleep(0.01)
    if way == "fail":
        raise ValueError("end")
    if way == "exit":
        sys.exit(7)
    if way != "return":
        print("ready", flush=True)
        await calls[0]
    return 1


@eager
async def speaks() -> str:
    print("before")
    await invoke("s", says, word="hello")
    print("after")
    return "result"
