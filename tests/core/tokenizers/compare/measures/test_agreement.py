"""Whether two tokenizers cut a text alike."""

from __future__ import annotations

import pytest

from tests.core.tokenizers.compare.measured import agreement, cut

A = "un|believ|able| times"
B = "unbel|iev|able| |times"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("boundary_f1", 0.5714285714),
        ("boundary_jaccard", 0.4),
        ("boundary_precision", 2 / 4),
        ("boundary_recall", 2 / 3),
        ("span_f1", 0.2222222222),
    ],
)
def test_that_agreement_is_the_known_one(key: str, expected: float) -> None:
    assert agreement(key, cut(A), cut(B)) == pytest.approx(expected, abs=1e-9)


def test_that_where_the_text_is_cut_into_units_makes_no_difference() -> None:
    first, second = cut("un|believ|able", " times"), cut("unbel|iev|able", " |times")
    for key in ("boundary_f1", "boundary_jaccard", "boundary_precision", "boundary_recall", "span_f1"):
        assert agreement(key, first, second) == pytest.approx(agreement(key, cut(A), cut(B)))


def test_that_precision_and_recall_change_places_with_the_reference() -> None:
    assert agreement("boundary_precision", cut(B), cut(A)) == agreement("boundary_recall", cut(A), cut(B))
    assert agreement("boundary_f1", cut(B), cut(A)) == agreement("boundary_f1", cut(A), cut(B))


@pytest.mark.parametrize(
    "key", ["boundary_f1", "boundary_jaccard", "boundary_precision", "boundary_recall", "span_f1"]
)
def test_that_the_same_cuts_agree_wholly(key: str) -> None:
    assert agreement(key, cut(A), cut(A)) == 1
    assert agreement(key, cut("one"), cut("one")) == 1  # no boundary in either


def test_that_no_boundary_on_one_side_is_no_agreement() -> None:
    one, two = cut("onetwo"), cut("one|two")
    assert agreement("boundary_f1", one, two) == agreement("boundary_f1", two, one) == 0
    assert agreement("boundary_jaccard", one, two) == 0
    assert agreement("boundary_precision", one, two) == 0
    assert agreement("boundary_recall", one, two) is None  # nought of nought
    assert agreement("boundary_precision", two, one) is None
    assert agreement("span_f1", one, two) == 0


def test_that_each_text_has_a_beginning_that_is_no_boundary() -> None:
    first, second = cut("a|b", "c|d"), cut("a|b", "cd")
    assert agreement("boundary_recall", first, second, documents=2) == 1 / 2
    assert agreement("boundary_recall", first, second, documents=1) == 2 / 3


def test_that_empty_tokens_are_no_cut() -> None:
    assert agreement("boundary_f1", cut("|a||b"), cut("a|b")) == 1
    assert agreement("span_f1", cut("|a||b"), cut("a|b")) == 1


def test_that_a_text_without_tokens_has_no_agreement() -> None:
    assert agreement("span_f1", cut(""), cut("")) is None
