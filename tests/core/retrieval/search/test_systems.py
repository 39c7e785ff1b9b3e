"""Whole systems on a small collection: what they find, what they cost, what they say of bad input."""

from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from transformers import BertConfig, BertForSequenceClassification

from core.collections.collection import Collection
from core.collections.memory import MemoryTexts
from core.encoders.opened import open_encoder
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.evaluate.ranked import rank_all
from core.retrieval.ranking import Ranking, Task
from core.retrieval.search.maxsim import maxsim, token_vectors
from core.retrieval.systems import AnySystem, System
from core.retrieval.systems.late import Late
from tests.core.encoders.toys import TEXTS, wordpiece, write_encoder
from tests.core.transplant.toys import ROLES, write_tokenizer

DOCUMENTS = [*TEXTS, "", "The lamps of the ship were out in the morning."]
QUERIES = ["lamps out", "the bridge in the rain", "ship", ""]
READ: TypeAdapter[System] = TypeAdapter(AnySystem)


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("model") / "toy")


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(
        "made",
        tmp_path,
        MemoryTexts([f"d{place}" for place in range(len(DOCUMENTS))], DOCUMENTS),
        MemoryTexts([f"q{place}" for place in range(len(QUERIES))], QUERIES),
        {"q0": {"d0": 1, "d6": 1}, "q1": {"d2": 1}, "q2": {"d1": 2}},
    )


def ranked(lines: list[str], collection: Collection, ctx: Context, **more: object) -> dict[str, Ranking]:
    return rank_all([READ.validate_python(line) for line in lines], collection, 5, ctx, **more)


def test_that_a_dense_system_finds_the_nearest(model: Path, collection: Collection, ctx: Context) -> None:
    found = ranked([str(model)], collection, ctx)["toy"]
    encoder = open_encoder(READ.validate_python(str(model)), ctx)
    scores = encoder.encode(QUERIES, ctx, role="query") @ encoder.encode(DOCUMENTS, ctx, role="document").T
    assert found.places[0].tolist() == np.argsort(-scores[0])[:5].tolist()
    np.testing.assert_allclose(found.scores[0], np.sort(scores[0])[::-1][:5], atol=1e-5)
    assert 5 not in found.places  # it has no text
    assert found.costs.index_bytes == 6 * 16 * 4
    assert set(found.costs.latency_ms) == {"p50", "p95", "encode", "search"}
    assert found.costs.encode_seconds > 0


def test_that_indexes_and_codes_find_alike_and_are_kept(
    model: Path, collection: Collection, ctx: Context, tmp_path: Path
) -> None:
    lines = [str(model), *(f"{model} index={kind}" for kind in ("flat", "ivf", "hnsw"))]
    lines.append(f"{model} compress=float16")
    first = ranked(lines, collection, ctx, cache=tmp_path / "cache")
    assert len({found.places.tobytes() for found in first.values()}) == 1
    again = ranked(lines, collection, ctx, cache=tmp_path / "cache")
    for name, found in again.items():
        assert found.costs.cached
        assert found.costs.encode_seconds == 0
        assert found.places.tolist() == first[name].places.tolist()
    assert first["toy · HNSW"].details["recall@5 against exact search"] == 1.0


def test_that_a_code_is_not_combined_with_another_index(model: Path) -> None:
    with pytest.raises(ValidationError, match="leave out index=hnsw"):
        READ.validate_python(f"{model} compress=float16 index=hnsw")


def test_that_an_unknown_code_is_one_sentence(model: Path, collection: Collection, ctx: Context) -> None:
    with pytest.raises(UserError, match="there is no 'zip'"):
        ranked([f"{model} compress=zip"], collection, ctx)


def test_that_a_hybrid_takes_the_dense_system_and_bm25(
    model: Path, collection: Collection, ctx: Context
) -> None:
    found = ranked(["hybrid", "bm25", str(model)], collection, ctx)
    assert list(found) == ["Hybrid · RRF of both", "BM25 · k1 1.2, b 0.75", "toy"]
    assert (found["Hybrid · RRF of both"].places[2] >= 0).sum() == 5


def test_that_late_interaction_orders_candidates_by_maxsim(
    model: Path, collection: Collection, ctx: Context
) -> None:
    found = ranked([f"late model={model}", "bm25", f"late model={model} of=toy", str(model)], collection, ctx)
    alone, words, over, dense = found.values()
    assert set(alone.places[0]) == set(words.places[0])
    assert set(over.places[1]) == set(dense.places[1])
    encoder = open_encoder(Late.model_validate({"model": model}), ctx)
    query = token_vectors(encoder.token_states([QUERIES[1]], ctx, role="query")[0])[0]
    states = encoder.token_states(DOCUMENTS, ctx, role="document")
    expected = {place: maxsim(query, token_vectors(states[place])[0]).total for place in over.places[1]}
    best = sorted(expected, key=lambda place: -expected[place])
    assert over.places[1].tolist() == best
    np.testing.assert_allclose(over.scores[1], [expected[place] for place in best], atol=1e-4)


def test_that_a_second_encoder_reorders_the_first_ones_and_leaves_the_rest(
    model: Path, collection: Collection, ctx: Context
) -> None:
    found = ranked([str(model), f"rerank model={model} of=toy depth=2"], collection, ctx)
    dense, again = found.values()
    assert again.places.tolist() == dense.places.tolist()  # the same model
    assert again.scores[0, 2] == pytest.approx(again.scores[0, 1] - 1)
    assert (np.diff(again.scores[0]) < 0).all()
    assert "recall@2" in next(key for key in again.details if "recall" in key)


def write_cross_encoder(folder: Path, labels: int = 1) -> Path:
    write_tokenizer(folder, wordpiece(), ROLES["wordpiece"])
    config = BertConfig(
        vocab_size=400, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=64, num_labels=labels, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_that_a_cross_encoder_reads_pairs(tmp_path: Path, collection: Collection, ctx: Context) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    folder = write_cross_encoder(tmp_path / "cross")
    found = ranked(["bm25", f"rerank model={folder} depth=10"], collection, ctx)["BM25 → cross"]
    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    reader = AutoModelForSequenceClassification.from_pretrained(str(folder)).eval()
    for place, score in zip(found.places[0], found.scores[0], strict=True):
        if place >= 0:
            pair = tokenizer(
                QUERIES[0], DOCUMENTS[place], truncation="only_second", max_length=64, return_tensors="pt"
            )
            with torch.inference_mode():
                assert float(reader(**pair).logits[0, 0]) == pytest.approx(score, abs=1e-5)


def test_that_a_model_with_several_labels_is_no_reranker(
    tmp_path: Path, collection: Collection, ctx: Context
) -> None:
    folder = write_cross_encoder(tmp_path / "three", labels=3)
    with pytest.raises(UserError, match="gives 3 labels"):
        ranked(["bm25", f"rerank model={folder}"], collection, ctx)


def test_that_a_run_file_is_taken_in_its_order(tmp_path: Path, collection: Collection, ctx: Context) -> None:
    file = tmp_path / "theirs.run"
    file.write_text("q0 Q0 d1 9 0.5 x\nq0 Q0 d3 1 0.5 x\nq0 Q0 d2 2 0.9 x\nzz Q0 d1 1 1 x\n")
    found = READ.validate_python(f"file path={file}").rank(
        Task(collection, 2, barred=np.array([2, -1, -1, -1])), ctx
    )
    assert found.places.tolist() == [[3, 1], [-1, -1], [-1, -1], [-1, -1]]
    assert found.scores[0].tolist() == [0.5, 0.5]
    assert any("no hits for 3 queries" in warning for warning in ctx.warnings)
    file.write_text("q0 Q0 d1 1 1 x\nq0 Q0 elsewhere 2 0.5 x\n")
    with pytest.raises(UserError, match="ranks 1 documents that the collection has not, 'elsewhere' first"):
        READ.validate_python(f"file path={file}").rank(Task(collection, 2), ctx)


def test_that_ready_vectors_are_searched(tmp_path: Path, collection: Collection, ctx: Context) -> None:
    rows = np.eye(7, dtype=np.float32)
    np.save(tmp_path / "documents.npy", rows)
    np.save(tmp_path / "queries.npy", rows[[3, 1, 0, 6]])
    for name, ids in (("documents", collection.documents.ids), ("queries", collection.queries.ids)):
        (tmp_path / f"{name}.ids.txt").write_text("\n".join(ids) + "\n")
    found = next(iter(ranked([f"{tmp_path}"], collection, ctx).values()))
    assert found.places[:, 0].tolist() == [3, 1, 0, 6]
    assert set(found.costs.latency_ms) == {"p50", "p95"}
