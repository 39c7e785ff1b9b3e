"""A score split among words and tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.collections.memory import MemoryTexts
from core.collections.write import write_collection
from core.errors import UserError
from core.retrieval.systems.dense import Dense
from core.retrieval.why.result import WhyResult
from core.retrieval.why.run import why
from tests.core.encoders.toys import write_encoder


def written(folder: Path, documents: dict[str, str], queries: dict[str, str]) -> Path:
    write_collection(
        folder,
        MemoryTexts(list(documents), list(documents.values())),
        MemoryTexts(list(queries), list(queries.values())),
        {query: {next(iter(documents)): 1} for query in queries},
    )
    return folder


@pytest.fixture
def words(tmp_path: Path) -> tuple[Path, Path]:
    """Word vectors and a collection: those of the known answers."""
    vectors = tmp_path / "words.txt"
    vectors.write_text("2 2\nsun 1 0\nrain 0 1\n")
    return vectors, written(tmp_path / "c", {"d": "sun rain rain"}, {"q": "sun rain", "none": "snow"})


def test_that_known_answers_come_out(words: tuple[Path, Path]) -> None:
    vectors, collection = words
    found = why(collection=collection, encoder=Dense(model=vectors), query="q", document="d")
    assert found.score == pytest.approx(0.948683, abs=1e-6)
    assert [token.share for token in found.document.tokens] == pytest.approx([0.316228] * 3, abs=1e-6)
    assert [word.fall for word in found.document.words] == pytest.approx(
        [0.241577, -0.051317, -0.051317], abs=1e-6
    )
    assert found.document.additive
    assert sum(token.share or 0 for token in found.query.tokens) == pytest.approx(found.score)
    assert [(token.text, token.start, token.end) for token in found.document.tokens[:2]] == [
        ("sun", 0, 3),
        ("rain", 4, 8),
    ]
    assert [(match.query, match.document, match.similarity) for match in found.matches] == [
        (0, 0, 1),
        (1, 1, 1),
    ]
    assert found.alignment == [[1, 0, 0], [0, 1, 1]]
    assert found.max_sim == 2
    assert found.document.completeness is None
    assert "no embeddings under a network" in found.notes[0]
    assert "0.9487" in found.summary()
    assert WhyResult.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("pooling", "additive"), [(None, True), ("weightedmean", True), ("cls", True), ("max", False)]
)
def test_that_shares_sum_to_the_score_and_gradients_to_its_rise(
    pooling: str | None, additive: bool, tmp_path: Path
) -> None:
    model = write_encoder(tmp_path / "toy")
    documents = {"d1": "The ship left the harbour at night.", "d2": "Lamps burn on the bridge."}
    collection = written(tmp_path / "c", documents, {"q": "When did the ship leave?"})
    encoder = Dense.model_validate({"model": model, "pooling": pooling})
    found = why(collection=collection, encoder=encoder, query="q", document="d1", steps=300)
    for side in (found.query, found.document):
        assert side.additive == additive
        if additive:
            assert sum(token.share or 0 for token in side.tokens) == pytest.approx(found.score, abs=1e-5)
        assert side.completeness is not None
        if additive:  # the maximum is not smooth
            assert side.completeness < 0.1
        assert all(token.gradient == 0 for token in side.tokens if token.special)
    assert " ".join(word.text for word in found.document.words) == "The ship left the harbour at night"
    rows = np.array(found.alignment)
    assert rows.shape == (len(found.query_tokens), len(found.document_tokens))
    assert [match.similarity for match in found.matches] == pytest.approx(rows.max(axis=1), abs=1e-3)
    columns = [found.document_tokens.index(match.document) for match in found.matches]
    assert rows[np.arange(len(rows)), columns].tolist() == rows.max(axis=1).tolist()


def test_that_the_first_words_are_left_out_where_a_text_is_long(words: tuple[Path, Path]) -> None:
    vectors, collection = words
    found = why(collection=collection, encoder=Dense(model=vectors), query="q", document="d", most_words=1)
    assert len(found.document.words) == 1
    assert found.document.words_left == 2


def test_that_a_text_that_is_too_long_is_told_with_its_cut(tmp_path: Path) -> None:
    model = write_encoder(tmp_path / "toy", most_tokens=8)
    text = "The ship left the harbour at night and nobody saw it."
    collection = written(tmp_path / "c", {"d": text}, {"q": "ship"})
    found = why(collection=collection, encoder=Dense(model=model), query="q", document="d", gradients=False)
    assert found.query.cut_from is None
    assert found.document.cut_from == found.document.tokens[-2].end < len(text)
    assert "reads only the beginning of the document" in " ".join(found.notes)
    assert found.document.completeness is None


@pytest.mark.parametrize(
    ("query", "document", "says"),
    [
        ("qq", "d", "no query 'qq' in the collection. Did you mean 'q'?"),
        ("q", "x", "no document 'x'"),
        ("none", "d", "knows none of its words"),
    ],
)
def test_that_what_is_not_there_is_one_sentence(
    query: str, document: str, says: str, words: tuple[Path, Path]
) -> None:
    vectors, collection = words
    with pytest.raises(UserError, match=says.replace("?", r"\?")):
        why(collection=collection, encoder=Dense(model=vectors), query=query, document=document)
