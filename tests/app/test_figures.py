from datetime import datetime

import pytest

from app.figures import count, decimals, duration, exact_time, fixed, percent, size, when


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.42, "0.4 s"),
        (0.96, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (70, "1 min 10 s"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
    ],
)
def test_that_a_duration_has_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("number", "words"), [(12_310.0, "12,310"), (0.5, "0.5"), (1_234.56, "1,235")])
def test_that_whole_and_large_counts_have_no_decimals(number: float, words: str) -> None:
    assert count(number) == words


def test_that_a_size_has_three_digits_at_most() -> None:
    sizes = [0, 812, 999, 1_000, 64_000, 999_600, 10_200_000, 1_500_000_000, 2 * 10**15]
    assert [size(number) for number in sizes] == [
        "0 B", "812 B", "999 B", "1 kB", "64 kB", "1 MB", "10.2 MB", "1.5 GB", "2000 TB",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "places"),
    [
        ([], 0),
        ([0.0, float("nan")], 0),
        ([4_771.0, 3_421.0], 0),
        ([2.04, 12_310.4], 3),
        ([0.45, 2.04], 3),
        ([61.2, 55.0], 2),
        ([183.4], 1),
        ([12_310.4], 0),
        ([0.0123], 4),
        ([1e-9, 5.5], 6),
    ],
)
def test_that_a_column_has_the_precision_of_its_smallest_figure(values: list[float], places: int) -> None:
    assert decimals(values) == places


def test_that_a_figure_shows_its_sign_its_thousands_and_what_it_is_not() -> None:
    assert fixed(1_204.5, 2) == "1,204.50"
    assert fixed(-0.171, 2) == "−0.17"
    assert fixed(0.06, 2, signed=True) == "+0.06"
    assert fixed(-0.0001, 2, signed=True) == "0.00"
    assert [fixed(value, 2) for value in (None, float("nan"), float("inf"), float("-inf"))] == [
        "–", "NaN", "∞", "−∞",
    ]  # fmt: skip


def test_that_a_time_is_told_as_a_person_says_it() -> None:
    now = datetime(2026, 3, 1, 0, 30).astimezone()
    moments = [(2026, 3, 1, 0, 5), (2026, 2, 28, 23, 59), (2026, 2, 27, 12, 0), (2025, 11, 3, 9, 0)]
    assert [when(datetime(*moment).astimezone(), now) for moment in moments] == [
        "today 0:05", "yesterday 23:59", "27 Feb", "3 Nov 2025",
    ]  # fmt: skip
    assert exact_time(now).startswith("2026-03-01 00:30:00")


def test_that_a_share_has_the_digits_that_tell_it() -> None:
    told = {0.996: "99.6 %", 0.9999: ">99.9 %", 1.0: "100 %", 0.0: "0 %", 0.0033: "0.33 %", 2e-5: "0.002 %"}
    assert {share: percent(share) for share in told} == told
    assert percent(5.2e-6) == "<0.001 %"
