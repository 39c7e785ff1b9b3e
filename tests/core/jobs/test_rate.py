from __future__ import annotations

import pytest

from core.jobs.rate import SHOW_EVERY, RateMeter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def meter(clock: Clock) -> RateMeter:
    return RateMeter(clock)


def test_that_reports_come_no_oftener_than_a_person_sees(meter: RateMeter, clock: Clock) -> None:
    shown = 0
    for step in range(10_000):
        clock.now += 0.001
        shown += meter.update(step, 10_000, "training") is not None
    assert shown <= 10 / SHOW_EVERY + 1


def test_that_the_first_and_the_last_report_of_a_stage_always_come(meter: RateMeter) -> None:
    assert meter.update(0, 3, "matching") is not None
    assert meter.update(1, 3, "matching") is None
    assert meter.update(3, 3, "matching") is not None
    assert meter.update(0, 3, "writing") is not None


def test_that_the_time_left_is_told_once_it_is_stable(meter: RateMeter, clock: Clock) -> None:
    meter.update(0, 100, "training")
    clock.now += 2
    early = meter.update(10, 100, "training")
    clock.now += 2
    late = meter.update(20, 100, "training")
    assert early is not None
    assert late is not None
    assert early.eta is None
    assert late.rate == pytest.approx(5)
    assert late.eta == pytest.approx(16)
    assert late.elapsed == pytest.approx(4)


def test_that_neither_a_pause_nor_resumed_work_flatters_the_rate(meter: RateMeter, clock: Clock) -> None:
    meter.update(50, 100, "training")  # resumed half-way
    clock.now += 5
    meter.pause()
    clock.now += 1000
    meter.resume()
    event = meter.update(60, 100, "training")
    assert event is not None
    assert event.rate == pytest.approx(2)
    assert event.eta == pytest.approx(20)
    assert event.elapsed == pytest.approx(5)


def test_that_a_new_stage_begins_anew(meter: RateMeter, clock: Clock) -> None:
    meter.update(0, 10, "matching")
    clock.now += 10
    meter.update(10, 10, "matching")
    event = meter.update(0, 1000, "writing")
    assert event is not None
    assert (event.rate, event.eta) == (None, None)
