"""The choice of Unigram pieces, against brute force on small cases."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.special import digamma

from core.errors import Cancelled
from core.jobs.context import Context, Control
from core.tokenizers import unigram
from core.tokenizers.unigram import learn_pieces

CTX = Context(workdir=Path("unused"))
WORDS = {"hello": 5, "hell": 3, "low": 4, "yellow": 2, "mellow": 2, "ow": 1, "lo": 2}


def cuts(word: str, pieces: set[str]) -> Iterator[list[str]]:
    """All ways to cut a word into pieces."""
    if not word:
        yield []
    for end in range(1, len(word) + 1):
        if word[:end] in pieces:
            for rest in cuts(word[end:], pieces):
                yield [word[:end], *rest]


def test_that_expected_counts_are_those_over_all_ways_to_cut() -> None:
    pieces = [*"helowym", "he", "ll", "llo", "ow", "low", "hell", "ello"]
    scores = np.log(np.linspace(1, 2, len(pieces)) / 20)
    of = dict(zip(pieces, scores, strict=True))
    expected: Counter[str] = Counter()
    for word, count in WORDS.items():
        ways = list(cuts(word, set(pieces)))
        weights = [math.exp(sum(of[piece] for piece in way)) for way in ways]
        for way, weight in zip(ways, weights, strict=True):
            for piece in way:
                expected[piece] += count * weight / sum(weights)
    groups = unigram._groups(list(WORDS), pieces, CTX)
    occurrences = np.array(list(WORDS.values()), dtype=np.float64)
    found = sum(group.expected(scores, occurrences) for group in groups)
    np.testing.assert_allclose(found, [expected[piece] for piece in pieces], rtol=1e-12)


def test_that_the_best_cut_of_a_piece_without_itself_is_found() -> None:
    pieces = [*"helowym", "he", "ll", "llo", "ow", "low", "hell", "ello"]
    scores = np.log(np.linspace(1, 2, len(pieces)) / 20)
    of = dict(zip(pieces, scores, strict=True))
    for group in unigram._groups(pieces, pieces, CTX):
        if group.length == 1:
            continue
        best = group.without_whole(len(pieces)).best(scores)
        for row, value in zip(group.rows, best, strict=True):
            ways = cuts(pieces[row], set(pieces) - {pieces[row]})
            assert value == pytest.approx(max(sum(of[piece] for piece in way) for way in ways))


def test_that_digamma_is_scipys() -> None:
    x = np.concatenate([np.linspace(0.5, 20, 500), np.logspace(1, 9, 50)])
    np.testing.assert_allclose(unigram._digamma(x), digamma(x), rtol=0, atol=1e-9)


def test_that_pieces_have_probabilities_and_come_sorted() -> None:
    learnt = learn_pieces(WORDS, 12, "helowym", CTX)
    assert len(learnt) == 12
    scores = [score for _, score in learnt]
    assert scores == sorted(scores, reverse=True)
    assert sum(map(math.exp, scores)) <= 1 + 1e-9
    assert set("helowym") <= {piece for piece, _ in learnt}


def test_that_frequent_words_become_pieces_and_the_order_of_words_does_not_matter() -> None:
    words = {f"{start}{end}": 10 for start in ("walk", "talk", "jump") for end in ("ing", "ed", "er")}
    learnt = learn_pieces(words, 26, set("".join(words)), CTX)
    assert {"ing", "jump"} <= {piece for piece, _ in learnt}
    backwards = dict(reversed(words.items()))
    assert learn_pieces(backwards, 26, set("".join(words)), CTX) == learnt


def test_that_a_rare_character_is_left_out_and_cuts_the_word() -> None:
    learnt = learn_pieces({"aaaa": 9, "aa語aa": 2}, 10, "a", CTX)
    assert not any("語" in piece for piece, _ in learnt)
    assert {"aa", "aaaa"} <= {piece for piece, _ in learnt}


def test_that_no_piece_is_longer_than_sixteen_characters_however_long_the_word() -> None:
    learnt = learn_pieces({"ab" * 200: 50}, 40, "ab", CTX)
    assert max(len(piece) for piece, _ in learnt) == 16


def test_that_fewer_pieces_come_back_where_there_are_no_more() -> None:
    assert [piece for piece, _ in learn_pieces({"a": 3}, 100, "a", CTX)] == ["a"]
    assert [piece for piece, _ in learn_pieces({}, 100, "ab", CTX)] == ["a", "b"]


def test_that_stop_is_heard() -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        learn_pieces(WORDS, 12, "helowym", Context(workdir=Path("unused"), control=control))
