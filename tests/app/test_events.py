from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app import events
from app.events import EventRelay
from core.jobs.events import Finished, Log, Partial, Progress


@pytest.fixture
def relay(qapp: object) -> Iterator[EventRelay]:
    made = EventRelay()
    yield made
    made.deleteLater()


def heard(relay: EventRelay) -> list[tuple[int, Any]]:
    found: list[tuple[int, Any]] = []
    relay.delivered.connect(lambda run, event: found.append((run, event)))
    return found


def progress(done: int) -> Progress:
    return Progress(stage="counting", done=done, total=1_000)


def test_that_a_flood_of_progress_becomes_twenty_a_second_and_ends_with_the_latest(
    qtbot: QtBot, relay: EventRelay
) -> None:
    found = heard(relay)
    began = time.monotonic()

    def flood() -> None:
        for number in range(2_000):
            relay.push(1, progress(number))
            time.sleep(0.0002)
        relay.push(1, Finished(status="done"))

    thread = threading.Thread(target=flood)
    thread.start()
    qtbot.waitUntil(lambda: bool(found) and found[-1][1].type == "finished")
    thread.join()
    seconds = time.monotonic() - began
    shown = [event.done for _, event in found if event.type == "progress"]
    assert len(shown) <= seconds / (0.95 * events.PERIOD) + 2  # Qt's timers may be a twentieth early
    assert shown == sorted(shown)
    assert shown[-1] == 1_999


def test_that_partial_results_keep_their_order_and_lose_none(qtbot: QtBot, relay: EventRelay) -> None:
    found = heard(relay)
    for number in range(500):
        relay.push(3, Partial(data={"step": number}))
    relay.push(3, Finished(status="done"))
    qtbot.waitUntil(lambda: len(found) == 501)
    assert [event.data["step"] for _, event in found[:-1]] == list(range(500))


def test_that_a_flood_of_log_lines_is_bounded_but_the_end_arrives(qtbot: QtBot, relay: EventRelay) -> None:
    found = heard(relay)
    relay.push(1, Finished(status="cancelled"))
    for number in range(events.KEPT + 100):
        relay.push(2, Log(message=str(number)))
    relay.push(2, Finished(status="done"))
    qtbot.waitUntil(lambda: (2, Finished(status="done")) in found)
    logs = [event for _, event in found if event.type == "log"]
    assert len(logs) == events.KEPT
    assert logs[-1].message == str(events.KEPT + 99)
    assert (1, Finished(status="cancelled")) in found


def test_that_events_arrive_on_the_main_thread(qtbot: QtBot, relay: EventRelay) -> None:
    seen: list[threading.Thread] = []
    relay.delivered.connect(lambda run, event: seen.append(threading.current_thread()))
    thread = threading.Thread(target=lambda: relay.push(1, Log(message="from afar")))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [threading.main_thread()]
