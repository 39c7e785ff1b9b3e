"""What trying a tokenizer tells of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.digits import Digits
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.probes import digits_in_words, is_reachable, lossy, probes, unreachable
from tests.core.tokenizers.files import BERT, BYTE_LEVEL, added, bpe, tokenizer, write
from tests.real_tokenizers import real_tokenizer

BYTES = {character: id for id, character in enumerate(
    [*map(chr, range(0x21, 0x7F)), *map(chr, range(0xA1, 0xAD)), *map(chr, range(0xAE, 0x100)),
     *map(chr, range(0x100, 0x144))]
)}  # fmt: skip
"""All of the byte-level alphabet."""


LEFT = {"normalizer": {"type": "Strip", "strip_left": True, "strip_right": False}}
PREFIX = {"pre_tokenizer": BYTE_LEVEL | {"add_prefix_space": True}}
COLLAPSE = {"normalizer": {"type": "Replace", "pattern": {"Regex": " +"}, "content": " "}}


def byte_level(folder: Path, *merges: str, tokens: tuple[str, ...] = (), **parts: Any) -> Tokenizer:
    vocab = BYTES | {token: len(BYTES) + number for number, token in enumerate(tokens)}
    parts = {"pre_tokenizer": BYTE_LEVEL, "decoder": BYTE_LEVEL} | parts
    data = tokenizer(bpe(vocab, *merges), **parts)
    return open_tokenizer(write(folder / "tokenizer.json", data))


def split(regex: str) -> dict[str, Any]:
    digits = {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}
    return {"type": "Sequence", "pretokenizers": [digits, BYTE_LEVEL | {"use_regex": False}]}


# What is lost


@pytest.mark.parametrize(
    ("normalizer", "badges"),
    [
        (None, []),
        ({"type": "NFC"}, ["normalises"]),
        ({"type": "NFKC"}, ["normalises"]),
        ({"type": "Lowercase"}, ["lowercases"]),
        ({"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}, ["strips"]),
        ({"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, ["strips"]),
        (
            {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
            ["normalises", "lowercases"],
        ),
        (BERT, ["lowercases", "strips"]),
    ],
)
def test_that_each_loss_is_told_from_the_others(tmp_path: Path, normalizer: Any, badges: list[str]) -> None:
    assert lossy(byte_level(tmp_path, normalizer=normalizer)) == badges


def test_that_minilm_loses_case_accents_spaces_and_what_it_does_not_know(shared_data: Path) -> None:
    minilm = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    assert lossy(minilm) == ["lowercases", "strips", "unk"]


@pytest.mark.parametrize("name", ["mistral-v1-sentencepiece", "gpt2-tiktoken"])
def test_that_those_with_a_token_for_every_byte_lose_nothing(shared_data: Path, name: str) -> None:
    assert lossy(open_tokenizer(shared_data / "tokenizers" / name)) == []


def test_that_characters_which_vanish_without_any_token_count_as_unknown(tmp_path: Path) -> None:
    data = tokenizer(bpe({"a": 0, "b": 1, "Ġ": 2}), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    assert "unk" in lossy(open_tokenizer(write(tmp_path / "tokenizer.json", data)))


def test_that_a_tokenizer_which_refuses_text_is_told_so_and_tried_on(tmp_path: Path) -> None:
    model = {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"}
    words = open_tokenizer(write(tmp_path / "tokenizer.json", tokenizer(model)))
    assert lossy(words) == ["unk"]
    assert digits_in_words(words) == "numbers are unknown"
    tried = probes(words)
    assert {probe.passed for probe in tried} == {False}
    assert all("cannot encode the text" in probe.finding for probe in tried)


# Digits


@pytest.mark.parametrize(
    ("regex", "words"),
    [
        (r"\p{N}", "single digits"),
        (r"\p{N}{1,3}", "groups of up to 3, from the left"),
        (r"\p{N}{1,3}(?=(\p{N}{3})*($|[^\p{N}]))", "groups of up to 3, from the right"),
    ],
)
def test_that_digits_are_put_into_words(tmp_path: Path, regex: str, words: str) -> None:
    """A piece of digits is a token as it is; then only the pattern tells how they are grouped."""
    pieces = tuple(f"{number:0{width}}" for width in (2, 3) for number in range(10**width))
    vocab = BYTES | {piece: len(BYTES) + number for number, piece in enumerate(pieces)}
    parts = {"pre_tokenizer": split(regex), "decoder": BYTE_LEVEL}
    data = tokenizer(bpe(vocab, ignore_merges=True), **parts)
    assert digits_in_words(open_tokenizer(write(tmp_path / "tokenizer.json", data))) == words


def test_that_learnt_groups_are_told_by_their_largest(shared_data: Path) -> None:
    gpt2 = open_tokenizer(shared_data / "tokenizers" / "gpt2-tiktoken")
    assert digits_in_words(gpt2) == "as learnt, up to 4 digits together"
    assert Digits(4, None).largest == 4


# Probes


def by_name(tokenizer: Tokenizer) -> dict[str, Any]:
    return {probe.name: probe for probe in probes(tokenizer)}


def test_that_a_lossless_tokenizer_passes_every_probe(tmp_path: Path) -> None:
    tried = by_name(byte_level(tmp_path))
    assert all(probe.passed and probe.after == probe.text for probe in tried.values())
    assert tried["code"].tokens[:2] == ["⇥", "i"]
    assert {"normalisation", "case and accents", "white space", "rare scripts", "digits"} < tried.keys()


def test_that_the_first_difference_is_named(tmp_path: Path) -> None:
    tried = by_name(byte_level(tmp_path, normalizer={"type": "NFKC"}))
    assert tried["normalisation"].finding == "Ａ (U+FF21) becomes A (U+0041)."
    assert not tried["normalisation"].passed
    stripping = by_name(
        byte_level(tmp_path, normalizer={"type": "Strip", "strip_left": True, "strip_right": True})
    )
    assert stripping["code"].finding == "⇥ (U+0009) is lost."


@pytest.mark.parametrize(
    ("parts", "finding"),
    [
        ({}, ""),
        (LEFT, "Spaces at the start of a text are lost."),
        (PREFIX, "A text begins with a space, whether it has one or not."),
        (COLLAPSE, "Several spaces at the start are taken for one."),
    ],
)
def test_that_what_happens_to_leading_spaces_is_told(tmp_path: Path, parts: Any, finding: str) -> None:
    assert by_name(byte_level(tmp_path, **parts))["leading space"].finding == finding


def test_that_a_space_put_before_is_told(shared_data: Path) -> None:
    mistral = open_tokenizer(shared_data / "tokenizers" / "mistral-v1-sentencepiece")
    assert by_name(mistral)["leading space"].finding == "A space is put before the text."


def test_that_names_of_special_tokens_are_tried_as_text(tmp_path: Path) -> None:
    tokens = (added(len(BYTES), "<|endoftext|>"), added(len(BYTES) + 1, "<think>", special=False))
    data = tokenizer(bpe(BYTES), *tokens, pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    probe = by_name(open_tokenizer(write(tmp_path / "tokenizer.json", data)))["special tokens"]
    assert probe.passed
    assert probe.text == probe.after == "<|endoftext|>"
    assert "but <think>, a token like others, is read" in probe.finding


# Tokens that no text gives


def test_that_a_token_without_merges_is_unreachable_and_half_a_character_is_not_asked(tmp_path: Path) -> None:
    small = byte_level(tmp_path, "a b", tokens=("ab", "ac", "Ġa"))
    assert unreachable(small) == [len(BYTES) + 1, len(BYTES) + 2]
    half = small.vocabulary.entries[BYTES["Ã"]]
    assert half is not None
    assert half.bytes == b"\xc3"
    assert is_reachable(small, half)


def test_that_a_token_which_the_pattern_cuts_is_unreachable(tmp_path: Path) -> None:
    assert unreachable(byte_level(tmp_path, "1 2", tokens=("12",), pre_tokenizer=split(r"\p{N}"))) == [
        len(BYTES)
    ]


def test_that_words_and_their_continuations_can_be_reached(shared_data: Path) -> None:
    minilm = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    for content in ("the", "##ing", "?", "日"):
        token = next(token for token in minilm.vocabulary if token.content == content)
        assert is_reachable(minilm, token)


def test_that_progress_of_the_search_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    unreachable(byte_level(tmp_path), report=lambda done, total: told.append((done, total)))
    assert told == [(0, 256), (256, 256)]


@pytest.mark.parity
def test_that_o200k_has_the_twelve_unreachable_tokens_that_were_measured() -> None:
    o200k = open_tokenizer(real_tokenizer("o200k_base.tiktoken"))
    found = {token.bytes for token in o200k.vocabulary if token.bytes[:2] in (b" I", b"\n/", b"\r\n")}
    never = [token for token in o200k.vocabulary if token.bytes in found and not is_reachable(o200k, token)]
    assert {b" I'", b"\n//", b"\r\n//"} <= {token.bytes for token in never}
