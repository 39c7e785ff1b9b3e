"""Whatever the text: an extended tokenizer gives it back as the old one does, in no more tokens."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.folders import resources_folder
from core.tokenizers.extend.run import extend
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer

STARTER = resources_folder() / "starter"
WORDS = st.lists(
    st.sampled_from(["def", "return", " self", "self.", "_name", "the", " ", "\n", "    ", "x1", "()", ":"])
    | st.text(max_size=4)
).map("".join)


class Pair(NamedTuple):
    old: Tokenizer
    new: Tokenizer


@pytest.fixture(scope="module", params=["prose-bpe", "prose-unigram"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    out: Path = tmp_path_factory.mktemp("extended") / "out"
    folder = STARTER / request.param
    extend(tokenizer=folder, text=[STARTER / "texts" / "python.txt"], add=200, out=out)
    return Pair(open_tokenizer(folder), open_tokenizer(out))


@given(text=WORDS)
@settings(max_examples=150, deadline=None)
def test_that_no_text_is_lost_or_gets_longer(pair: Pair, text: str) -> None:
    old, new = pair.old.encode(text), pair.new.encode(text)
    assert pair.new.decode(new.ids) == pair.old.decode(old.ids)
    assert len(new.ids) <= len(old.ids)
    spans = new.spans
    assert not text or (spans[0][0], spans[-1][1]) == (0, len(text.encode()))
