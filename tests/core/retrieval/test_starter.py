"""What ships to try retrieval out on: the help pages, the starter encoder, the sample triplets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.collections.collection import Collection
from core.collections.read import open_collection
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.jobs.context import Context
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.evaluate.run import evaluate
from core.retrieval.intrinsic.tables import Tally, read_triplets

STARTER = Path(__file__).parents[3] / "resources" / "starter"
EMBEDDER, HELP = STARTER / "embedder", STARTER / "help"
MOST_BYTES = 10_000_000


@pytest.fixture(scope="module")
def pages() -> Collection:
    return open_collection(HELP)


def test_that_the_help_pages_are_a_collection_without_a_fault(pages: Collection) -> None:
    assert list(pages.skipped) == []
    assert 120 <= len(pages.documents) <= 250
    assert 60 <= len(pages.queries) <= 120
    for place in range(len(pages.documents)):
        assert pages.documents.title(place)
        assert 40 <= len(pages.documents.body(place).split()) <= 120, pages.documents.ids[place]
    judged = [grade for grades in pages.judgements.values() for grade in grades.values()]
    assert set(judged) == {1, 2}
    assert all(document in pages.places for grades in pages.judgements.values() for document in grades)
    assert all(2 in grades.values() for grades in pages.judgements.values())


def test_that_the_encoder_is_small_and_equal_in_sentence_transformers(
    pages: Collection, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    assert sum(file.stat().st_size for file in EMBEDDER.rglob("*") if file.is_file()) <= MOST_BYTES
    texts = pages.documents.texts(0, len(pages.documents))
    encoder = open_encoder(EncoderFields.model_validate({"model": EMBEDDER}), Context(workdir=tmp_path))
    ours = encoder.encode(texts, Context(workdir=tmp_path))
    theirs = SentenceTransformer(str(EMBEDDER), device="cpu").encode(texts).astype(np.float32)
    cosines = (ours * theirs).sum(axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() > 0.9999
    card = (EMBEDDER / "README.md").read_text(encoding="utf-8")
    assert "Apache-2.0" in card
    assert "MiniLM" in card
    assert "/work/" not in card


def test_that_the_encoder_finds_more_of_the_help_than_words_do(tmp_path: Path) -> None:
    request = RetrievalRequest.model_validate(
        {"collection": HELP, "systems": [f"dense model={EMBEDDER}", "bm25"], "cache": False}
    )
    result = evaluate(request, Context(workdir=tmp_path))
    starter, words = (system.measures["nDCG@10"].value for system in result.systems)
    assert starter > 0.5 > words > 0.4


def test_that_the_sample_triplets_are_of_the_help_pages(pages: Collection) -> None:
    tally = Tally()
    triplets = read_triplets(STARTER / "tests" / "triplets.jsonl", tally, field="triplets")
    texts = {pages.documents.text(place): id for place, id in enumerate(pages.documents.ids)}
    assert len(triplets) == len(pages.queries)
    assert tally.skipped() == []
    for place, (anchor, near, far) in enumerate(triplets):
        query = pages.queries.ids[place]
        assert anchor == pages.queries.text(place)
        assert pages.judgements[query][texts[near]] == 2
        assert texts[far] not in pages.judgements[query]
    assert json.loads((EMBEDDER / "modules.json").read_text())[0]["path"] == "0_StaticEmbedding"
