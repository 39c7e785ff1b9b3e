"""Words cut once, beside whole texts cut by the tokenizer."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from core.encoders import word_cache
from core.encoders.word_cache import WordCache, cuts_at_spaces
from tests.core.encoders.toys import TEXTS, wordpiece
from tests.real_models import real_model


def toy(**changed: Any) -> Tokenizer:
    data = wordpiece() | {"truncation": None, "padding": None} | changed
    return Tokenizer.from_str(json.dumps(data))


def assert_same(tokenizer: Tokenizer, texts: list[str]) -> None:
    ids, starts = WordCache(tokenizer).ids(texts)
    expected = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    assert [ids[a:b].tolist() for a, b in pairwise(starts.tolist())] == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.sampled_from("aeTs \n\t\x1c\x85\u00a0\u200b.,'é漢#[]-UNK"), max_size=40), max_size=8)
)
def test_that_texts_have_the_tokens_of_their_words(texts: list[str]) -> None:
    for tokenizer in (toy(), toy(pre_tokenizer={"type": "Whitespace"}, normalizer={"type": "Lowercase"})):
        assert cuts_at_spaces(tokenizer)
        assert_same(tokenizer, [*texts, "[UNK] the[SEP]ship", *texts])


def test_that_real_tokens_are_the_same() -> None:
    tokenizer = Tokenizer.from_file(str(real_model("minilm") / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    assert cuts_at_spaces(tokenizer)
    assert_same(tokenizer, [*TEXTS, "Größe\nnaïve", "", " ", "a  b", "漢字 x²", "it's\tu.s.a. 1,000"])


def test_that_words_are_forgotten_before_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_cache, "_MOST_WORDS", 3)
    cache = WordCache(toy())
    once = cache.ids(list(TEXTS))
    again = cache.ids(list(TEXTS))
    assert all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))


@pytest.mark.parametrize(
    "changed",
    [
        {"pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"}},
        {"pre_tokenizer": {"type": "Punctuation", "behavior": "Isolated"}},
        {"pre_tokenizer": None},
        {"normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "_"}},
    ],
)  # fmt: skip
def test_that_others_cut_whole_texts(changed: dict[str, Any]) -> None:
    assert not cuts_at_spaces(toy(**changed))
