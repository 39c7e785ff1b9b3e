"""Random tokenizers and random laws: what the covers say is what enumerating all token strings says."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from itertools import product
from math import exp, log
from pathlib import Path

import pytest

from core.generation.byte_model import END
from core.generation.covers.opened import byte_model
from core.tokenizers.open import Tokenizer
from tests.core.generation.covers.toys import Law, begun, is_canonical, model_of
from tests.core.generation.table_model import toy_bpe, toy_unigram

LETTERS = "abc"


def random_bpe(folder: Path, seed: int) -> Tokenizer:
    rng = random.Random(seed)
    tokens, merges = list(LETTERS), []
    while len(merges) < 4 + seed % 9:
        pair = (rng.choice(tokens), rng.choice(tokens))
        if len("".join(pair)) <= 5 and "".join(pair) not in tokens:
            merges.append(pair)
            tokens.append("".join(pair))
    return toy_bpe(folder, LETTERS, merges)


def random_unigram(folder: Path, seed: int) -> Tokenizer:
    rng = random.Random(seed)
    pieces = {letter: log(rng.uniform(0.01, 0.1)) for letter in LETTERS}
    while len(pieces) < 9:
        pieces["".join(rng.choices(LETTERS, k=rng.randint(2, 4)))] = log(rng.uniform(0.001, 0.1))
    return toy_unigram(folder, pieces)


def random_law(tokenizer: Tokenizer, seed: int) -> Law:
    """Of the last two tokens; the end may come at any time."""
    names = [token.content for token in tokenizer.vocabulary][:-1]

    @cache
    def law(last: tuple[str, ...]) -> Mapping[str, float]:
        rng = random.Random(f"{seed} {last}")
        weights = {name: rng.random() ** 3 for name in [*names, ""]}
        return {name: weight / sum(weights.values()) for name, weight in weights.items()}

    return lambda tokens: law(tokens[-2:])


def checked(tokenizer: Tokenizer, law: Law, convention: str, length: int) -> None:
    model = byte_model(model_of(tokenizer, law), convention=convention, beam=None)  # type: ignore[arg-type]
    counts = is_canonical(tokenizer) if convention == "valid" else lambda tokens: True
    for letters in product(LETTERS, repeat=length):
        text = "".join(letters)
        state = model.start()
        for at, letter in enumerate(text):
            state = model.push(state, ord(letter))
            if at + 1 == length:
                assert exp(state.log_probability) == pytest.approx(begun(law, text, counts), rel=1e-9)
        assert model.read(model.start(), text.encode()).log_probability == pytest.approx(
            state.log_probability
        )
        told = model.law(state)
        assert sum(map(exp, told.log_probabilities)) == pytest.approx(1, abs=1e-12)
        for letter in LETTERS:
            own = begun(law, text + letter, counts) / exp(state.log_probability) / (1 - told.leaked)
            assert exp(told.log_probabilities[ord(letter)]) == pytest.approx(own, abs=1e-9)
        if convention == "all":
            assert told.leaked == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("convention", ["valid", "all"])
@pytest.mark.parametrize("seed", range(6))
def test_that_random_bpe_agrees_with_enumeration(tmp_path: Path, seed: int, convention: str) -> None:
    tokenizer = random_bpe(tmp_path, seed)
    checked(tokenizer, random_law(tokenizer, seed), convention, 3)


@pytest.mark.parametrize("convention", ["valid", "all"])
@pytest.mark.parametrize("seed", range(6))
def test_that_random_unigram_agrees_with_enumeration(tmp_path: Path, seed: int, convention: str) -> None:
    tokenizer = random_unigram(tmp_path, seed)
    checked(tokenizer, random_law(tokenizer, seed), convention, 3)


@pytest.mark.parametrize("seed", range(3))
def test_that_a_long_prompt_agrees_with_enumeration(tmp_path: Path, seed: int) -> None:
    tokenizer = random_bpe(tmp_path, seed)
    law = random_law(tokenizer, seed)
    model = byte_model(model_of(tokenizer, law), convention="all", beam=None)
    state = model.read(model.start(), b"abcab")
    assert exp(state.log_probability) == pytest.approx(begun(law, "abcab"), rel=1e-9)
    assert exp(model.law(state).log_probabilities[END]) > 0


def test_that_a_beam_tells_what_it_drops(tmp_path: Path) -> None:
    tokenizer = random_bpe(tmp_path, 5)
    law = random_law(tokenizer, 5)
    exact = byte_model(model_of(tokenizer, law), convention="all", beam=None)
    narrow = byte_model(model_of(tokenizer, law), convention="all", beam=3)
    text = b"abcabcab"
    whole, some = exact.read(exact.start(), text), narrow.read(narrow.start(), text)
    assert some.log_probability < whole.log_probability
    assert 0 < narrow.law(some).pruned < 1
    assert exact.law(whole).pruned == pytest.approx(0, abs=1e-9)
    assert len(whole.ways) > len(some.ways) == 3  # type: ignore[attr-defined]
