"""The measures over arrays against their definitions, word by word and character by character."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizers.compare.measures.fertility import ContinuedWords, Fertility
from core.tokenizers.compare.measures.measure import Units
from core.tokenizers.compare.measures.split_characters import SplitCharacters
from core.tokenizers.compare.words import words_of
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.compare.measured import agreement, byte_level, cut_at

TEXTS = st.text(st.sampled_from("ab é日,-'\n🙂"), max_size=12)
CUTS = st.tuples(TEXTS, st.sets(st.integers(1, 30), max_size=8), st.sets(st.integers(1, 30), max_size=8))
UNITS = st.lists(CUTS, max_size=5)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return byte_level(tmp_path_factory.mktemp("definitions"))


def tokens_of(units: Units) -> Iterator[list[tuple[int, int]]]:
    """Of each unit, spans from its own beginning."""
    for unit in range(units.count):
        spans = units.spans[units.first_tokens[unit] : units.first_tokens[unit + 1]] - units.begins[unit]
        yield [(begin, end) for begin, end in spans.tolist()]


def overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


@given(UNITS)
def test_that_fertility_and_continued_words_are_as_defined(
    tokenizer: Tokenizer, cuts: list[tuple[str, set[int], set[int]]]
) -> None:
    units = cut_at([text for text, _, _ in cuts], [places for _, places, _ in cuts])
    charged, continued = [], []
    for (text, _, _), tokens in zip(cuts, tokens_of(units), strict=True):
        data = text.encode()
        words = [(begin - (data[:begin][-1:] == b" "), end) for begin, end in words_of(text)]
        charged.append(sum(any(overlap(token, word) for word in words) for token in tokens))
        continued.append(sum(sum(overlap(token, word) for token in tokens) > 1 for word in words))
    assert Fertility().columns(units, tokenizer)["word_tokens"].tolist() == charged
    assert ContinuedWords().columns(units, tokenizer)["continued_words"].tolist() == continued


@given(UNITS)
def test_that_split_characters_are_as_defined(
    tokenizer: Tokenizer, cuts: list[tuple[str, set[int], set[int]]]
) -> None:
    units = cut_at([text for text, _, _ in cuts], [places for _, places, _ in cuts])
    split = []
    for (text, _, _), tokens in zip(cuts, tokens_of(units), strict=True):
        ends = np.cumsum([0, *(len(character.encode()) for character in text)]).tolist()
        characters = list(pairwise(ends))
        split.append(sum(sum(overlap(token, c) for token in tokens) > 1 for c in characters))
    assert SplitCharacters().columns(units, tokenizer)["split_characters"].tolist() == split


@given(CUTS)
def test_that_agreement_is_as_defined(cuts: tuple[str, set[int], set[int]]) -> None:
    text, *both = cuts
    size = len(text.encode())
    first, second = (cut_at([text], [places]) for places in both)
    one, other = ({place for place in places if place < size} for places in both)
    f1 = 2 * len(one & other) / (len(one) + len(other)) if one or other else 1
    assert agreement("boundary_f1", first, second, documents=1 if text else 0) == f1
    if text:
        spans, others = (set(next(tokens_of(units))) for units in (first, second))
        shared = 2 * len(spans & others) / (len(spans) + len(others))
        assert agreement("span_f1", first, second) == shared
