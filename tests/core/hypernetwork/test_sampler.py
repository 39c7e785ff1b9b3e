"""Tokenizers drawn from a text."""

from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer, models

from core.hypernetwork.sampler import LONGEST, DrawnTokenizer, TokenizerSampler
from core.hypernetwork.words import LONGEST_WORD, read_words

TEXT = "the cat sat on the mat, the cat saw 21 mats.\n\nThe  dog's été 日本 " * 8


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def sampler(text: str = TEXT) -> TokenizerSampler:
    return TokenizerSampler(read_words([text]))


def test_that_the_words_of_a_text_are_the_text() -> None:
    words = read_words([TEXT, "x" * 200])
    assert b"".join(words.distinct[id] for id in words.ids) == (TEXT + "x" * 200).encode()
    assert words.counts.sum() == len(words.ids)
    assert words.counts[words.distinct.index(b" cat")] == 16
    assert max(map(len, words.distinct)) <= LONGEST_WORD
    assert {b" 21", b",", b"\n", b" dog"} <= set(words.distinct)


def test_that_a_drawn_tokenizer_cuts_any_bytes_and_loses_none() -> None:
    drawn = sampler().draw(300, rng())
    assert drawn.pieces[:256] == [bytes([byte]) for byte in range(256)]
    assert len(set(drawn.pieces)) == len(drawn.pieces) <= 300
    assert all(2 <= len(piece) <= LONGEST for piece in drawn.pieces[256:])
    for word in (b"", b" the", b"\xff\x00zz", "ärger".encode(), b"q" * 50):
        assert b"".join(drawn.pieces[id] for id in drawn.cut(word)) == word


def test_that_pieces_stand_in_the_order_of_their_scores_and_bytes_are_least() -> None:
    drawn = sampler().draw(320, rng(3))
    assert (np.diff(drawn.scores[256:]) <= 0).all()
    assert (drawn.scores[:256] == drawn.scores.min()).all()


def test_that_the_cut_has_the_highest_sum_of_scores() -> None:
    """Against every way to cut, tried one by one."""
    pieces = [b"a", b"b", b"c", b"ab", b"bc", b"abc", b"ca"]
    scores = np.array([-2.0, -3.1, -1.7, -4.2, -2.9, -6.5, -3.0])
    drawn = DrawnTokenizer(pieces, scores)

    def best(word: bytes) -> float:
        if not word:
            return 0.0
        return max(
            scores[id] + best(word[len(piece) :]) for id, piece in enumerate(pieces) if word.startswith(piece)
        )

    for word in (b"abc", b"abcabc", b"cabcab", b"bbbccc", b"acbabccab"):
        assert np.isclose(sum(scores[id] for id in drawn.cut(word)), best(word))


def test_that_the_cut_is_that_of_a_unigram_model() -> None:
    drawn = sampler().draw(330, rng(1))
    spelt = ["".join(map(chr, piece)) for piece in drawn.pieces]
    library = Tokenizer(models.Unigram(list(zip(spelt, drawn.scores.tolist(), strict=True)), 0, False))
    for word in (b" the", b" mats", b" cat", b" saw", b"The", b" sat on"):
        ids = library.encode("".join(map(chr, word))).ids
        assert np.isclose(drawn.scores[ids].sum(), drawn.scores[drawn.cut(word)].sum())


def test_that_a_draw_follows_from_its_stream_alone() -> None:
    some = sampler()
    first = some.draw(400, rng(5))
    some.draw(400, rng(6))
    again = some.draw(400, rng(5))
    assert first.pieces == again.pieces
    assert any(some.draw(400, rng(seed)).pieces != first.pieces for seed in range(4))


def test_that_a_text_of_single_letters_gives_bytes_alone() -> None:
    assert len(sampler("a b c").draw(400, rng()).pieces) >= 256
    assert len(sampler("a").draw(400, rng()).pieces) == 256
