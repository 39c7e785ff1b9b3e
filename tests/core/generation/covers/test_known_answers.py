"""Laws of bytes against chains that were worked out by hand (exact fractions)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, product
from math import exp, prod
from pathlib import Path

import pytest

from core.generation.byte_model import END, ByteModel, ByteState
from core.generation.covers.opened import byte_model
from tests.core.generation.covers.toys import model_of
from tests.core.generation.table_model import toy_bpe

A, B, C = b"abc"


def two_state_chain(tokens: tuple[str, ...]) -> Mapping[str, float]:
    """The token law of the chain P(a) = .6, P(a|a) = .7, P(a|b) = .4 under the one merge a+a."""
    if not tokens:
        return {"b": 0.4, "a": 0.18, "aa": 0.42}
    return {
        "b": {"b": 0.6, "a": 0.12, "aa": 0.28},
        "aa": {"b": 0.3, "a": 0.21, "aa": 0.49},
        "a": {"b": 1.0},
    }[tokens[-1]]


def independent(tokens: tuple[str, ...]) -> Mapping[str, float]:
    """The token law of independent bytes a .5, b .3, c .2 under the merges b+c and a+bc."""
    free = {"abc": 0.03, "a": 0.47, "bc": 0.06, "b": 0.24, "c": 0.20}
    if tokens[-1:] == ("a",):
        return {token: p / 0.94 for token, p in free.items() if token != "bc"}
    if tokens[-1:] == ("b",):
        return {token: p / 0.8 for token, p in free.items() if token != "c"}
    return free


def leaking(tokens: tuple[str, ...]) -> Mapping[str, float]:
    """Independent tokens: some of what it says the tokenizer would not write."""
    return {"a": 0.3, "b": 0.2, "c": 0.1, "bc": 0.15, "abc": 0.1, "": 0.15}


@pytest.fixture
def pair(tmp_path: Path) -> ByteModel:
    return byte_model(model_of(toy_bpe(tmp_path, "ab", [("a", "a")]), two_state_chain))


@pytest.fixture
def triple(tmp_path: Path) -> ByteModel:
    return byte_model(model_of(toy_bpe(tmp_path, "abc", [("b", "c"), ("a", "bc")]), independent))


def leaky(tmp_path: Path, convention: str) -> ByteModel:
    tokenizer = toy_bpe(tmp_path, "abc", [("b", "c"), ("a", "bc")])
    return byte_model(model_of(tokenizer, leaking), convention=convention, beam=None)  # type: ignore[arg-type]


def after(model: ByteModel, text: str) -> ByteState:
    return model.read(model.start(), text.encode())


def next_of(model: ByteModel, text: str, *bytes: int) -> list[float]:
    law = model.law(after(model, text)).log_probabilities
    return [exp(law[byte]) for byte in bytes]


@pytest.mark.parametrize(
    ("text", "probability", "law"),
    [
        ("a", 0.6, (0.7, 0.3)),
        ("ba", 0.16, (0.7, 0.3)),
        ("baa", 0.112, (0.7, 0.3)),
        ("baaa", 0.0784, (0.7, 0.3)),
    ],
)
def test_that_a_chain_of_two_letters_is_found_again(
    pair: ByteModel, text: str, probability: float, law: tuple[float, float]
) -> None:
    assert exp(after(pair, text).log_probability) == pytest.approx(probability, abs=1e-12)
    assert next_of(pair, text, A, B) == pytest.approx(law, abs=1e-12)
    assert pair.law(after(pair, text)).leaked == pytest.approx(0, abs=1e-12)


def test_that_every_short_string_has_the_chains_own_probability(pair: ByteModel) -> None:
    chain = {"a": {"a": 0.7, "b": 0.3}, "b": {"a": 0.4, "b": 0.6}}
    states = {"": pair.start()}
    for length in range(1, 8):
        for letters in product("ab", repeat=length):
            text = "".join(letters)
            states[text] = pair.push(states[text[:-1]], ord(text[-1]))
            own = {"a": 0.6, "b": 0.4}[text[0]] * prod(chain[one][two] for one, two in pairwise(text))
            assert exp(states[text].log_probability) == pytest.approx(own, rel=1e-12)
    assert len(states) == 255
    for text, state in states.items():
        expected = chain[text[-1]] if text else {"a": 0.6, "b": 0.4}
        law = pair.law(state).log_probabilities
        assert [exp(law[A]), exp(law[B])] == pytest.approx([expected["a"], expected["b"]], rel=1e-12)


@pytest.mark.parametrize(("text", "probability"), [("ab", 0.15), ("abab", 0.0225)])
def test_that_covers_going_back_two_tokens_are_not_forgotten(
    triple: ByteModel, text: str, probability: float
) -> None:
    """Token healing gives c nothing here, and so does conditioning on the prompt's own tokens."""
    assert exp(after(triple, text).log_probability) == pytest.approx(probability, abs=1e-12)
    assert next_of(triple, text, A, B, C) == pytest.approx([0.5, 0.3, 0.2], abs=1e-12)


def test_that_independent_bytes_stay_independent(triple: ByteModel) -> None:
    chance = {"a": 0.5, "b": 0.3, "c": 0.2}
    for length in range(1, 6):
        for letters in product("abc", repeat=length):
            text = "".join(letters)
            assert exp(after(triple, text).log_probability) == pytest.approx(
                prod(chance[letter] for letter in letters), rel=1e-12
            )
            assert next_of(triple, text, A, B, C) == pytest.approx([0.5, 0.3, 0.2], abs=1e-12)


@pytest.mark.parametrize(
    ("text", "probability", "law"),
    [
        ("ab", 0.205, (0.117073, 0.102439, 0.736585, 0.043902)),
        ("abc", 0.151, (0.4, 0.35, 0.1, 0.15)),
        ("bab", 0.041, (0.117073, 0.102439, 0.736585, 0.043902)),
    ],
)
def test_that_every_spelling_counts_if_all_are_to_count(
    tmp_path: Path, text: str, probability: float, law: tuple[float, ...]
) -> None:
    model = leaky(tmp_path, "all")
    assert exp(after(model, text).log_probability) == pytest.approx(probability, abs=1e-12)
    assert next_of(model, text, A, B, C, END) == pytest.approx(law, abs=5e-7)
    assert model.law(after(model, text)).leaked == pytest.approx(0, abs=1e-12)


def test_that_what_the_tokenizer_would_not_write_leaks(tmp_path: Path) -> None:
    model = leaky(tmp_path, "valid")
    state = after(model, "ab")
    law = model.law(state)
    assert exp(state.log_probability) == pytest.approx(0.16, abs=1e-12)
    assert next_of(model, "ab", A, B, C, END) == pytest.approx(
        [0.155844, 0.136364, 0.649351, 0.058442], abs=5e-7
    )
    assert law.leaked * 0.16 == pytest.approx(0.006, abs=1e-12)
