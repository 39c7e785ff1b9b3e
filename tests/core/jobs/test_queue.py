from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from core.jobs.context import Control
from core.jobs.queue import JobQueue
from tests.core.jobs.test_executors import wait_for


@dataclass
class Waiting:
    """An entry that runs until it is let go, or stopped."""

    id: int
    done: threading.Event = field(default_factory=threading.Event)

    def run(self, control: Control) -> None:
        ended = self.done
        control.listen(lambda: ended.set() if control.cancelled else None)
        if control.cancelled:
            ended.set()
        assert ended.wait(20)


class Server:
    """Serves a queue on a thread of its own, and notes what ran and how it ended."""

    def __init__(self) -> None:
        self.changes = 0
        self.queue: JobQueue[Waiting] = JobQueue(self.count)
        self.entries = [Waiting(number) for number in range(1, 6)]
        self.ended: list[tuple[int, bool]] = []
        self.thread = threading.Thread(target=self.queue.serve, args=(self.run_one,))

    def count(self) -> None:
        self.queue.snapshot()  # whoever hears of a change asks what it was
        self.changes += 1

    def run_one(self, entry: Waiting, control: Control) -> None:
        entry.run(control)
        self.ended.append((entry.id, control.cancelled))

    def start(self, count: int) -> None:
        """Add the first `count` entries; the first one runs."""
        for entry in self.entries[:count]:
            self.queue.add(entry)
        self.thread.start()
        self.wait_for_run(1)

    def wait_for_run(self, number: int) -> None:
        wait_for(lambda: (running := self.queue.snapshot().running) is not None and running.id == number)

    @property
    def waiting(self) -> list[int]:
        return [entry.id for entry in self.queue.snapshot().waiting]

    def let_go(self, *numbers: int) -> None:
        for number in numbers:
            self.entries[number - 1].done.set()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.queue.stop()
    if made.thread.ident is not None:
        made.thread.join(20)
        assert not made.thread.is_alive()


def test_that_one_entry_runs_at_a_time_in_the_order_of_adding(server: Server) -> None:
    server.start(3)
    assert server.waiting == [2, 3]
    server.let_go(3, 2, 1)
    wait_for(lambda: len(server.ended) == 3)
    assert server.ended == [(1, False), (2, False), (3, False)]
    wait_for(lambda: server.queue.snapshot().running is None)


def test_that_an_entry_added_to_an_idle_queue_starts(server: Server) -> None:
    server.thread.start()
    server.queue.add(server.entries[0])
    server.wait_for_run(1)


def test_that_the_running_entry_is_stopped_through_its_control(server: Server) -> None:
    server.start(2)
    assert server.queue.cancel(1) is None
    server.wait_for_run(2)
    assert server.ended == [(1, True)]


def test_that_a_waiting_entry_is_taken_out_and_handed_back(server: Server) -> None:
    server.start(3)
    assert server.queue.cancel(2) is server.entries[1]
    assert server.waiting == [3]
    assert server.queue.cancel(77) is None
    server.let_go(1, 3)
    wait_for(lambda: len(server.ended) == 2)
    assert server.ended == [(1, False), (3, False)]


@pytest.mark.parametrize(
    ("number", "position", "order"),
    [(4, 0, [4, 2, 3]), (2, 1, [3, 2, 4]), (2, 9, [3, 4, 2]), (3, -1, [3, 2, 4]), (1, 2, [2, 3, 4])],
)
def test_that_waiting_entries_are_moved(server: Server, number: int, position: int, order: list[int]) -> None:
    server.start(4)
    server.queue.move(number, position)
    assert server.waiting == order


def test_that_the_running_entry_is_paused_and_goes_on(server: Server) -> None:
    server.start(2)
    server.queue.pause(2)  # it only waits
    assert not server.queue.snapshot().paused
    server.queue.pause(1)
    assert server.queue.snapshot().paused
    server.queue.resume(1)
    assert not server.queue.snapshot().paused
    server.queue.pause(1)
    server.queue.cancel(1)
    server.wait_for_run(2)
    assert not server.queue.snapshot().paused


def test_that_a_held_queue_starts_nothing_until_it_is_released(server: Server) -> None:
    server.start(2)
    server.queue.hold()
    server.let_go(1)
    wait_for(lambda: server.queue.snapshot().running is None)
    assert server.waiting == [2]
    assert server.queue.snapshot().held
    server.queue.release()
    server.wait_for_run(2)


def test_that_what_is_put_aside_comes_before_the_next_job_and_is_not_seen(server: Server) -> None:
    server.start(2)
    done: list[bool] = []
    server.queue.put_aside(lambda control: done.append(control.cancelled))
    assert done == []
    assert server.waiting == [2]
    server.queue.hold()
    server.let_go(1)
    wait_for(lambda: done == [False])
    assert server.waiting == [2]
    assert server.queue.snapshot().running is None
    server.queue.release()
    server.wait_for_run(2)


def test_that_stopping_ends_the_running_entry_and_leaves_the_others_waiting(server: Server) -> None:
    server.start(3)
    server.queue.stop()
    server.thread.join(20)
    assert server.ended == [(1, True)]
    assert server.waiting == [2, 3]
    assert server.queue.snapshot().running is None


def test_that_every_change_is_told(server: Server) -> None:
    server.start(3)
    before = server.changes
    steps: list[Callable[[], object]] = [
        lambda: server.queue.move(3, 0),
        lambda: server.queue.pause(1),
        lambda: server.queue.resume(1),
        lambda: server.queue.hold(),
        lambda: server.queue.release(),
        lambda: server.queue.cancel(2),
    ]
    for number, step in enumerate(steps, 1):
        step()
        assert server.changes == before + number


def test_that_a_fault_of_who_serves_leaves_nothing_running() -> None:
    queue: JobQueue[Waiting] = JobQueue()
    queue.add(Waiting(1))

    def fail(entry: Waiting, control: Control) -> None:
        raise KeyError(entry.id)

    with pytest.raises(KeyError):
        queue.serve(fail)
    assert queue.snapshot().running is None


def test_that_many_threads_may_ask_at_once(server: Server) -> None:
    for entry in server.entries:
        entry.done.set()
    server.thread.start()
    added = [Waiting(number, server.entries[0].done) for number in range(100, 500)]

    def add(part: list[Waiting]) -> None:
        for entry in part:
            server.queue.add(entry)
            server.queue.move(entry.id, 0)

    threads = [threading.Thread(target=add, args=(added[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for(lambda: len(server.ended) == len(added))
    assert sorted(number for number, _ in server.ended) == [entry.id for entry in added]
