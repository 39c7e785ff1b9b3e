"""Byte-level BPE: the order of merges by hand, digits, limits."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer

from core.tokenizers.train.algorithms.bpe import Bpe
from tests.core.tokenizers.train.texts import CTX, TEXTS

LEAST = Bpe().least()


def merges(tokenizer: Tokenizer) -> list[str]:
    return ["+".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


def test_that_the_toy_corpus_gives_the_merges_known_for_it() -> None:
    """Words low 5, lower 2, newest 6, widest 3. Of equally common pairs the smaller ids come first.

    So 1 (es, st: 9) and 3 (lo, ow: 7) are as by first occurrence; 5 (ne, ew, w+est: 6) is e+w, not n+e, and
    6 leads to new all the same.
    """
    texts = ["low\n" * 5, "lower\n" * 2, "newest\n" * 6, "widest\n" * 3]
    tokenizer = Bpe().train(texts, LEAST + 6, [], CTX)
    assert merges(tokenizer) == ["e+s", "es+t", "l+o", "lo+w", "e+w", "n+ew"]
    encoded = [tokenizer.encode(word).tokens for word in ("low", "lower", "newest", "widest")]
    assert encoded == [["low"], ["low", "e", "r"], ["new", "est"], ["w", "i", "d", "est"]]


def test_that_each_merge_is_the_commonest_pair_where_there_are_no_ties() -> None:
    texts = ["ab\n" * 9, "abc\n" * 7, "cd\n" * 5, "bd\n" * 3]
    tokenizer = Bpe().train(texts, LEAST + 4, [], CTX)
    assert merges(tokenizer) == ["a+b", "ab+c", "c+d", "b+d"]  # 16, 7, 5 and 3 times


@pytest.mark.parametrize(
    ("digits", "cut"),
    [
        ("left", ["123", "456", "7"]),
        ("right", ["1", "234", "567"]),
        ("single", [*"1234567"]),
        ("whole", ["1234567"]),
    ],
)
def test_that_digits_are_kept_apart_as_asked(digits: str, cut: list[str]) -> None:
    tokenizer = Bpe(digits=digits).train(["1234567 x\n"] * 3, LEAST, [], CTX)
    parts = [part for part, _ in tokenizer.pre_tokenizer.pre_tokenize_str("1234567")]
    assert parts == cut


def test_that_a_long_number_is_cut_in_good_time() -> None:
    tokenizer = Bpe(digits="right").train(["1234567 x\n"] * 3, LEAST, [], CTX)
    parts = [part for part, _ in tokenizer.pre_tokenizer.pre_tokenize_str("1" * 30_001)]
    assert set(map(len, parts[-20:])) == {3}
    assert "".join(parts) == "1" * 30_001


def test_that_no_token_reaches_across_words_or_beyond_the_longest() -> None:
    tokenizer = Bpe(longest=5).train(TEXTS, LEAST + 200, [], CTX)
    learnt = [token for token, id in tokenizer.get_vocab().items() if id >= LEAST]
    assert max(map(len, learnt)) == 5
    assert not [token for token in learnt if "Ġ" in token.strip("Ġ")]


def test_that_a_pair_must_be_common_enough() -> None:
    tokenizer = Bpe(min_frequency=3).train(["abab ab\n", "cdcd\n"], LEAST + 1, [], CTX)
    assert merges(tokenizer) == ["a+b"]
