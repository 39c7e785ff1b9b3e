"""Word vectors as encoders, beside the formulas."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.errors import UserError
from core.jobs.context import Context
from tests.core.encoders.texts import ListedTexts
from tests.real_models import real_model

WORDS = ["the", "ship", "harbour", "lamp", "rain"]
MATRIX = np.random.default_rng(3).normal(size=(5, 4)).astype(np.float32)
DOCUMENTS = ["The ship, the harbour!", "the lamp", "the rain the rain", "Nothing known", "the ship"]


@pytest.fixture
def glove(tmp_path: Path) -> Path:
    lines = [f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, MATRIX.tolist(), strict=True)]
    (tmp_path / "glove.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "glove.txt"


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def rows(text: str) -> list[int]:
    return [
        WORDS.index(word) for word in text.lower().replace(",", "").replace("!", "").split() if word in WORDS
    ]


def unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def test_that_the_mean_is_over_known_words(glove: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=glove), ctx)
    means = np.array([MATRIX[rows(text)].mean(axis=0) if rows(text) else np.zeros(4) for text in DOCUMENTS])
    np.testing.assert_allclose(encoder.encode(DOCUMENTS, ctx), unit(means), atol=1e-6)
    raw = open_encoder(EncoderFields(model=glove, normalise=False), ctx)
    assert raw.similarity == "dot"
    np.testing.assert_allclose(raw.encode(DOCUMENTS, ctx), means, atol=1e-6)
    (part,) = encoder.parts(DOCUMENTS, ctx)
    assert part.status.tolist() == [1, 1, 1, 2, 1]
    assert encoder.fitted(ListedTexts(DOCUMENTS), ctx) is encoder


def test_that_rare_words_weigh_more(glove: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=glove, words="idf"), ctx).fitted(ListedTexts(DOCUMENTS), ctx)
    holding = Counter(row for text in DOCUMENTS for row in set(rows(text)))
    idf = np.array([np.log((1 + len(DOCUMENTS)) / (1 + holding[row])) + 1 for row in range(5)])
    means = [(MATRIX[rows(text)] * idf[rows(text), None]).mean(axis=0) for text in DOCUMENTS if rows(text)]
    known = [text for text in DOCUMENTS if rows(text)]
    np.testing.assert_allclose(encoder.encode(known, ctx), unit(np.array(means)), atol=1e-5)


def test_that_sif_takes_away_what_all_documents_share(glove: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=glove, words="sif"), ctx).fitted(ListedTexts(DOCUMENTS), ctx)
    counts = Counter(row for text in DOCUMENTS for row in rows(text))
    share = np.array([counts[row] / sum(counts.values()) for row in range(5)])
    weights = 1e-3 / (1e-3 + share)

    def mean(text: str) -> np.ndarray:
        found = rows(text)
        return (MATRIX[found] * weights[found, None]).mean(axis=0) if found else np.zeros(4)

    first = np.linalg.svd(np.array([mean(text) for text in DOCUMENTS]))[2][0]
    queries = ["rain on the harbour", "ship"]
    expected = np.array([mean(text) - (mean(text) @ first) * first for text in queries])
    np.testing.assert_allclose(encoder.encode(queries, ctx, role="query"), unit(expected), atol=1e-4)


def test_that_what_is_learnt_of_documents_is_part_of_the_digest(glove: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=glove, words="sif"), ctx)
    one, other = (encoder.fitted(ListedTexts(DOCUMENTS[:count]), ctx).digest for count in (3, 5))
    assert len({encoder.digest, one, other, open_encoder(EncoderFields(model=glove), ctx).digest}) == 4


@pytest.mark.parametrize("words", ["idf", "sif"])
def test_that_without_documents_frequent_words_weigh_less(glove: Path, words: str, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=glove, words=words), ctx)  # type: ignore[arg-type]
    (tokens,) = encoder.token_states(["the rain"], ctx)
    the, rain = np.linalg.norm(tokens.states, axis=1) / np.linalg.norm(MATRIX[[0, 4]], axis=1)
    assert the < rain


def test_that_words_have_states_and_characters(glove: Path, ctx: Context) -> None:
    (tokens,) = open_encoder(EncoderFields(model=glove), ctx).token_states(["Rain, not the lamp"], ctx)
    assert tokens.ids.tolist() == [4, 0, 3]
    assert tokens.offsets.tolist() == [[0, 4], [10, 13], [14, 18]]
    np.testing.assert_allclose(tokens.states, MATRIX[[4, 0, 3]])
    assert tokens.weights.tolist() == pytest.approx([1 / 3] * 3)


def test_that_capitals_count_where_the_file_has_them(tmp_path: Path, ctx: Context) -> None:
    (tmp_path / "cased.txt").write_text("May 1 0\nmay 0 1\nship 1 1\n", encoding="utf-8")
    found = open_encoder(EncoderFields(model=tmp_path / "cased.txt"), ctx).encode(
        ["May", "may", "SHIP Ship"], ctx
    )
    np.testing.assert_allclose(found, [[1, 0], [0, 1], [0.5**0.5, 0.5**0.5]], atol=1e-6)


def test_that_settings_of_models_are_refused(glove: Path, ctx: Context) -> None:
    for said in ({"pooling": "cls"}, {"most_tokens": 8}, {"query_prompt": "q"}, {"precision": "fast"}):
        with pytest.raises(UserError, match="leave it out"):
            open_encoder(EncoderFields(model=glove, **said), ctx)  # type: ignore[arg-type]


def test_that_subwords_give_unknown_words_a_vector(ctx: Context) -> None:
    from core.encoders.words import WordEncoder
    from core.vectors.vectors import SubwordVectors

    matrix = np.random.default_rng(0).normal(size=(3 + 50, 4)).astype(np.float32)
    vectors = SubwordVectors(WORDS[:3], matrix, (3, 6))
    encoder = WordEncoder("fasttext", vectors, "mean", "x", length_1=False)
    found = encoder.encode(["the ships", "ships unheard"], ctx)
    np.testing.assert_allclose(found[0], vectors.of(["the", "ships"]).mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(found[1], vectors.of(["ships", "unheard"]).mean(axis=0), atol=1e-6)
    fitted = WordEncoder("fasttext", vectors, "sif", "x").fitted(ListedTexts(DOCUMENTS), ctx)
    assert np.isfinite(fitted.encode(["unheard ships"], ctx)).all()


def test_that_real_vectors_find_what_means_alike(ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=real_model("glove")), ctx)
    ship, boat, tax = encoder.encode(["A ship in the harbour", "a boat at the pier", "income tax"], ctx)
    assert ship @ boat > ship @ tax + 0.1
