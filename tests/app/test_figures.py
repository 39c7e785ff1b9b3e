import pytest

from app.figures import count, duration


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


@pytest.mark.parametrize(("number", "words"), [(12_310.0, "12,310"), (0.5, "0.5"), (1_234.56, "1,234.6")])
def test_that_whole_counts_have_no_decimals(number: float, words: str) -> None:
    assert count(number) == words
