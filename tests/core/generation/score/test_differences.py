"""Words that tell two models apart."""

from __future__ import annotations

import numpy as np

from core.generation.score.differences import MOST_PASSAGES, WordDifferences


def found(text: str, gaps: dict[str, float]) -> WordDifferences:
    """Every word costs the first model so many bits more, on its last byte."""
    data = text.encode()
    one, two = np.ones(len(data)), np.ones(len(data))
    for word, gap in gaps.items():
        one[data.index(word.encode()) + len(word.encode()) - 1] += gap
    differences = WordDifferences(1)
    differences.add(text, 100, one, two)
    return differences


def test_that_words_come_by_what_they_differ() -> None:
    text = "Ein größerer Hund\nund die Katze"
    first, second, *rest = found(text, {"größerer": 4.0, "Katze": -6.0, "die": 1.0}).passages()
    assert (first.text, second.text, [one.text for one in rest]) == ("Katze", "größerer", ["die"])
    assert second.bits == (10 + 1 + 4, 11)  # ten bytes and the space before them
    assert text.encode()[second.start - 100 : second.end - 100] == " größerer".encode()
    assert (second.before, second.after) == ("Ein", " Hund\nund die Katze")


def test_that_half_of_the_difference_is_counted_in_words() -> None:
    difference = found("a b c d e", {"a": 1, "b": -5, "c": 2, "d": 1}).difference()
    assert (difference.words, difference.half) == (5, 1)
    difference = found("a b c d e", {"a": 1, "b": 1, "c": 1, "d": 1}).difference()
    assert difference.half == 2
    assert found("a b", {}).difference().half == 0


def test_that_words_that_one_could_not_score_are_left_out() -> None:
    differences = WordDifferences(1)
    differences.add("ab cd", 0, np.array([np.nan, 1, 1, 1, 1]), np.array([5.0, 1, 1, 1, 4]))
    assert [one.text for one in differences.passages()] == ["cd"]
    assert differences.difference().words == 1


def test_that_only_the_most_different_are_kept_over_all_passages() -> None:
    differences = WordDifferences(1)
    for start in range(0, 100 * 2, 2):
        differences.add("x ", start, np.array([1 + start, 0.0]), np.zeros(2))
    kept = differences.passages()
    assert len(kept) == MOST_PASSAGES
    assert kept[0].start == 198
    assert [one.bits[0] for one in kept] == sorted((one.bits[0] for one in kept), reverse=True)
    assert differences.difference().words == 200, "each passage has an x and a space"
