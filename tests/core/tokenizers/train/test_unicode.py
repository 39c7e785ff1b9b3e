"""Unicode-centric vocabularies: two layouts, n-grams that merges reach, bytes for the rest."""

from __future__ import annotations

import json

import pytest
from tokenizers import Tokenizer

from core.errors import UserError
from core.tokenizers.train.algorithms.unicode import PLANE, Unicode
from tests.core.tokenizers.train.texts import CTX, TEXTS


def by_id(tokenizer: Tokenizer) -> list[str]:
    return sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)


def test_that_characters_come_before_n_grams_longer_ones_first() -> None:
    texts = ["abc abc abd\n"] * 4
    names = by_id(Unicode().train(texts, 257 + 6 + 6, [], CTX))
    assert names[0] == "<|endoftext|>"
    assert names[1:257] == [f"<0x{byte:02X}>" for byte in range(256)]
    assert names[257:263] == ["\n", " ", "a", "b", "c", "d"]
    lengths = [len(name) for name in names[263:]]
    assert lengths == [3, 3, 3, 2, 2, 2]
    assert {"ab", " a"} < set(names[263:])


def test_that_every_n_gram_is_reached_by_a_merge_of_two_tokens() -> None:
    tokenizer = Unicode(longest_run=4).train(TEXTS, 700, [], CTX)
    names = by_id(tokenizer)
    runs = [name for name in names[257:] if len(name) > 1]
    assert {len(run) for run in runs} == {2, 3, 4}
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    assert {left + right for left, right in merges} == set(runs)
    assert all(left in names and right in names for left, right in merges)
    lengths = [len(left + right) for left, right in merges]
    assert lengths == sorted(lengths, reverse=True)
    [two] = [sorted(map(tuple, (pair for pair in merges if "".join(pair) == runs[-1])))]
    assert two == [tuple(runs[-1])]


def test_that_a_character_without_a_token_is_spelt_in_bytes() -> None:
    tokenizer = Unicode().train([*TEXTS, "<0xE8> "], 600, [], CTX)
    assert tokenizer.encode("語").tokens == ["<0xE8>", "<0xAA>", "<0x9E>"]
    assert "".join(tokenizer.encode("<0xE8>").tokens) == "<0xE8>"
    assert tokenizer.decode(tokenizer.encode("<0xE8>").ids) == "<0xE8>"


def test_that_the_plane_has_the_papers_ids() -> None:
    tokenizer = Unicode(layout="plane").train(TEXTS, PLANE, ["<|user|>"], CTX)
    names = by_id(tokenizer)
    assert len(names) == PLANE
    for code in (0, 0x41, 0x4E2D, 0xD7FF, 0xF900, 0xFFFE):
        assert names[code] == chr(code)
    assert names[0xE000:0xE100] == [f"<0x{byte:02X}>" for byte in range(256)]
    assert names[0xE100:0xE102] == ["<|endoftext|>", "<|user|>"]
    assert len(names[0xD800]) == 3
    others = [*names[0xD800:0xE000], *names[0xE102:0xF900], names[0xFFFF]]
    assert all(len(name) in (2, 3) or name.startswith("<unused") for name in others)
    text = "中 A\ue000\uffff🙂"
    assert tokenizer.decode(tokenizer.encode(text).ids) == text
    assert tokenizer.encode("中").ids == [0x4E2D]


def test_that_ids_that_the_text_cannot_fill_are_unused() -> None:
    tokenizer = Unicode(layout="plane").train(["abab"], PLANE + 10, [], CTX)
    names = by_id(tokenizer)
    assert names[-1] == f"<unused{PLANE + 9}>"
    assert names[0xD800] == "ab"


def test_that_a_small_vocabulary_has_no_room_for_the_plane() -> None:
    with pytest.raises(UserError, match="at least 65,536") as caught:
        Unicode(layout="plane").train(TEXTS, 8_192, [], CTX)
    assert caught.value.field == "vocab_size"


def test_that_the_rarest_characters_go_where_there_are_too_many() -> None:
    texts = ["aaaa bbb cc d"]
    names = by_id(Unicode().train(texts, 257 + 3, [], CTX))
    assert names[257:] == [" ", "a", "b"]
