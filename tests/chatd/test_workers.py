"""`chatd/workers.py`: what is done elsewhere is done, in order, and no more is taken than can wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from chatd.workers import QUEUES, THREADS, Workers

WAIT_S = 20.0


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers()
    made.start()
    yield made
    made.stop(WAIT_S)


class Gate:
    """Tasks that keep all workers of a pool busy until they are let go."""

    def __init__(self, workers: Workers, pool: str) -> None:
        self._open = threading.Event()
        self._inside = threading.Semaphore(0)
        for _ in range(THREADS[pool]):
            assert workers.submit(pool, self._wait)
        for _ in range(THREADS[pool]):
            assert self._inside.acquire(timeout=WAIT_S)

    def _wait(self) -> None:
        self._inside.release()
        self._open.wait(WAIT_S)

    def open(self) -> None:
        self._open.set()


@pytest.mark.parametrize("pool", THREADS)
def test_a_task_is_done_in_a_thread_of_its_pool(workers: Workers, pool: str) -> None:
    names: list[str] = []
    done = threading.Event()

    def task() -> None:
        names.append(threading.current_thread().name)
        done.set()

    assert workers.submit(pool, task)
    assert done.wait(WAIT_S)
    assert names[0].startswith(f"{pool}-")


@pytest.mark.parametrize("pool", THREADS)
def test_one_pool_does_not_wait_for_another(workers: Workers, pool: str) -> None:
    gates = [Gate(workers, other) for other in THREADS if other != pool]
    done = threading.Event()
    assert workers.submit(pool, done.set)
    assert done.wait(WAIT_S)
    for gate in gates:
        gate.open()


@pytest.mark.parametrize("pool", THREADS)
def test_more_than_may_wait_is_refused_and_later_taken_again(workers: Workers, pool: str) -> None:
    gate, done = Gate(workers, pool), threading.Semaphore(0)
    for _ in range(QUEUES[pool]):
        assert workers.submit(pool, done.release)
    assert not workers.submit(pool, done.release)
    gate.open()
    for _ in range(QUEUES[pool]):
        assert done.acquire(timeout=WAIT_S)
    assert workers.submit(pool, done.release)
    assert done.acquire(timeout=WAIT_S)


def test_a_task_that_fails_ends_no_worker(workers: Workers, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("a mistake")

    done = threading.Event()
    with caplog.at_level(logging.CRITICAL, "obrolan.workers"):
        for _ in range(THREADS["read"]):
            assert workers.submit("read", fail)
        assert workers.submit("read", done.set)
        assert done.wait(WAIT_S)


def test_stopping_finishes_what_is_done_drops_what_waits_and_takes_nothing_more() -> None:
    workers = Workers()
    workers.start()
    gate, late = Gate(workers, "read"), threading.Event()
    assert workers.submit("read", late.set)
    stopper = threading.Thread(target=workers.stop, args=(WAIT_S,))
    stopper.start()
    while any(workers._queues["read"].queue):
        stopper.join(0.01)  # until what waited is dropped
    gate.open()
    stopper.join(WAIT_S)
    assert not stopper.is_alive()
    assert not late.is_set()
    assert not workers.submit("read", late.set)
