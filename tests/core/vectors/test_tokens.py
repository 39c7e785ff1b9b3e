"""Tokens in a space of words, and one space turned onto another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.vectors.aligned import common_words, read_dictionary, rotation, to_one_space
from core.vectors.tokens import token_text, token_vectors
from core.vectors.vectors import SubwordVectors, WordVectors
from tests.core.transplant.toys import byte_level, wordpiece, write_tokenizer


def opened(folder: Path, tokens: list[str]) -> Tokenizer:
    return open_tokenizer(write_tokenizer(folder, byte_level(tokens, special=["<s>"])))


def test_that_lower_case_vectors_serve_capitals(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, ["T", "t", "h", "e", "Ġ", "H", "x"])
    vectors = WordVectors(["the", "he"], np.array([[1.0, 0.0], [0.0, 3.0]], dtype=np.float32))
    found = token_vectors(tokenizer, vectors, Context(workdir=tmp_path))
    assert found[0].tolist() == [1, 0]  # only in "The"
    assert found[5].tolist() == [0, 3]  # only in "He"
    # In both words, in either spelling or one of them: "the" is twice as frequent as "he".
    assert found[3].tolist() == pytest.approx([2 / 3, 1.0])
    assert found[2].tolist() == pytest.approx([4 / 5, 3 / 5])
    assert found[[6, 7]].tolist() == [[0, 0], [0, 0]]


def test_that_with_ngrams_the_spelling_counts(tmp_path: Path) -> None:
    tokenizer = opened(tmp_path, ["the", "Ġthe", "æ", "Ġ"])
    draw = np.random.default_rng(0).standard_normal((21, 4), dtype=np.float32)
    vectors = SubwordVectors(["the"], draw, (3, 6))
    found = token_vectors(tokenizer, vectors, Context(workdir=tmp_path))
    assert np.array_equal(found[0], vectors.of(["the"])[0])
    assert np.array_equal(found[1], found[0])
    assert not found[2:].any()


def test_that_a_wordpiece_is_spelt_without_its_mark(tmp_path: Path) -> None:
    tokenizer = open_tokenizer(write_tokenizer(tmp_path, wordpiece(["[UNK]", "the", "##ing"])))
    assert [token_text(token) for token in tokenizer.vocabulary.entries] == ["", "the", "ing"]


def test_that_the_rotation_is_procrustes() -> None:
    scipy = pytest.importorskip("scipy.linalg", reason="scipy is not installed")
    draw = np.random.default_rng(0)
    left, right = draw.standard_normal((2, 40, 6)).astype(np.float32)
    expected, _ = scipy.orthogonal_procrustes(left.astype(float), right.astype(float))
    assert np.allclose(rotation(left, right), expected, atol=1e-5)


def test_that_words_of_a_dictionary_are_found_in_several_spellings(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    turn = np.linalg.qr(draw.standard_normal((3, 3)))[0]
    matrix = draw.standard_normal((4, 3)).astype(np.float32)
    one = WordVectors(["sea", "Ship", "house", "x"], matrix)
    other = WordVectors(["Meer", "schiff", "Haus", "y"], np.asarray(matrix @ turn, np.float32))
    path = tmp_path / "words.txt"
    path.write_text("SEA Meer\nship\tSchiff\n\nhouse haus\nnone niemand\n", encoding="utf-8")
    pairs = read_dictionary(path, field="method")
    assert len(pairs) == 4
    first, second = to_one_space(one, other, pairs, field="method")
    assert np.allclose(first, turn, atol=1e-4)
    assert np.array_equal(second, np.eye(3))
    assert common_words(one, other) == []
    with pytest.raises(UserError, match="None of the pairs"):
        to_one_space(one, other, [("a", "b")], field="method")
