"""The threads that calls run in."""

import threading

from eagerc_runtime.threads import LIMIT, Crew, crew


def test_jobs_beyond_the_limit_wait_for_a_free_thread() -> None:
    crew_of_test = Crew("test")
    release = threading.Event()
    running: set[str] = set()
    done = threading.Semaphore(0)

    def job() -> None:
        running.add(threading.current_thread().name)
        release.wait(20)
        done.release()

    for _ in range(2 * LIMIT):
        crew_of_test.submit(job)
    release.set()
    assert all(done.acquire(timeout=20) for _ in range(2 * LIMIT))
    assert len(running) <= LIMIT


def test_threads_are_used_again() -> None:
    crew_of_test = Crew("test")
    names: list[str] = []
    for _ in range(20):
        done = threading.Event()
        crew_of_test.submit(lambda: names.append(threading.current_thread().name))
        crew_of_test.submit(done.set)
        assert done.wait(20)
    assert len(set(names)) < 10


def test_threads_do_not_keep_the_process_alive() -> None:
    daemon: list[bool] = []
    done = threading.Event()

    def job() -> None:
        daemon.append(threading.current_thread().daemon)
        done.set()

    Crew("test").submit(job)
    assert done.wait(20)
    assert daemon == [True]


def test_each_level_has_a_crew_of_its_own() -> None:
    assert crew(3) is crew(3)
    assert crew(3) is not crew(4)
