"""Vectors that somebody has made already."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.encoders.stored import stored_vectors
from core.errors import UserError
from core.jobs.context import Context
from tests.core.encoders.texts import ListedTexts

IDS = ["d1", "d2", "d3"]
VECTORS = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
UNIT = VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)
TEXTS = ListedTexts(["a", "b", "c"], ["d3", "d1", "d2"])


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def write(folder: Path, kind: str, name: str = "vectors", vectors: np.ndarray = VECTORS) -> Path:
    file = folder / f"{name}.{kind}"
    if kind == "npy":
        np.save(file, vectors)
        (folder / f"{name}.ids.txt").write_text("\r\n".join(IDS) + "\r\n", encoding="utf-8-sig")
    elif kind == "npz":
        np.savez(file, vectors=vectors, ids=np.array(IDS))
    elif kind == "safetensors":
        save_file({"v": vectors}, file)
        (folder / "ids.json").write_text(json.dumps(IDS), encoding="utf-8")
    else:
        pq.write_table(pa.table({"n": [7, 8, 9], "doc_id": IDS, "vector": vectors.tolist()}), file)
    return file


def found(path: Path, ctx: Context, texts: ListedTexts = TEXTS, **said: object) -> np.ndarray:
    encoder = open_encoder(EncoderFields(model=path, **said), ctx)  # type: ignore[arg-type]
    return stored_vectors(encoder, texts, ctx, role="document").vectors


@pytest.mark.parametrize("kind", ["npy", "npz", "safetensors", "parquet"])
def test_that_rows_are_found_by_their_ids(kind: str, tmp_path: Path, ctx: Context) -> None:
    file = write(tmp_path, kind)
    np.testing.assert_allclose(found(file, ctx), UNIT[[2, 0, 1]], atol=1e-6)
    np.testing.assert_allclose(found(file, ctx, normalise=False), VECTORS[[2, 0, 1]], atol=1e-6)
    first = UNIT[[2, 0, 1], :2]
    np.testing.assert_allclose(
        found(file, ctx, dimensions=2), first / np.linalg.norm(first, axis=1, keepdims=True), atol=1e-6
    )


def test_that_a_folder_holds_documents_and_queries(tmp_path: Path, ctx: Context) -> None:
    write(tmp_path, "npy", "documents")
    np.save(tmp_path / "queries.npy", VECTORS[:2].astype(np.float16))
    for path in (tmp_path, tmp_path / "documents.npy"):
        encoder = open_encoder(EncoderFields(model=path), ctx)
        queries = stored_vectors(encoder, ListedTexts(["x", "y"]), ctx, role="query").vectors
        np.testing.assert_allclose(queries, UNIT[:2], atol=1e-3)
        np.testing.assert_allclose(encoder.ready(IDS, ctx, role="document"), UNIT, atol=1e-6)


def test_that_what_does_not_fit_is_one_sentence(tmp_path: Path, ctx: Context) -> None:
    np.save(tmp_path / "documents.npy", VECTORS)
    with pytest.raises(UserError, match="has 3 vectors for 2 texts, and no list of ids; put one beside"):
        found(tmp_path, ctx, ListedTexts(["a", "b"]))
    np.save(tmp_path / "queries.npy", VECTORS[:, :3])
    with pytest.raises(UserError, match=r"has vectors of 4 numbers, but queries\.npy of 3"):
        found(tmp_path, ctx)
    (tmp_path / "queries.npy").unlink()
    (tmp_path / "documents.ids.txt").write_text("d1\nd2\n", encoding="utf-8")
    with pytest.raises(UserError, match="has 3 vectors, but 2 ids are listed for them"):
        found(tmp_path, ctx)


def test_that_missing_texts_and_broken_numbers_are_told(tmp_path: Path, ctx: Context) -> None:
    file = write(tmp_path, "parquet")
    with pytest.raises(UserError, match="has no vector for 1 of the 2 documents, 'd9' among them"):
        found(file, ctx, ListedTexts(["a", "b"], ["d1", "d9"]))
    with pytest.raises(UserError, match="has a vector for none of the 2 documents"):
        found(file, ctx, ListedTexts(["a", "b"]))
    broken = VECTORS.copy()
    broken[1, 2] = np.nan
    with pytest.raises(UserError, match="the vector of 'd2' holds what is no number"):
        found(write(tmp_path, "npz", "broken", broken), ctx)


def test_that_damaged_files_are_told(tmp_path: Path, ctx: Context) -> None:
    for kind, sentence in (
        ("parquet", "damaged parquet"),
        ("npz", "damaged archive"),
        ("npy", "damaged array"),
    ):
        file = write(tmp_path, kind)
        file.write_bytes(file.read_bytes()[:90])
        with pytest.raises(UserError, match=sentence):
            found(file, ctx)
    pq.write_table(pa.table({"id": IDS, "v": [[1.0], [1.0, 2.0], [1.0]]}), tmp_path / "uneven.parquet")
    with pytest.raises(UserError, match="vectors of different widths"):
        found(tmp_path / "uneven.parquet", ctx)
    pq.write_table(pa.table({"id": IDS, "v": [1.0, 2.0, 3.0]}), tmp_path / "flat.parquet")
    with pytest.raises(UserError, match="should have a column of ids and one of vectors"):
        found(tmp_path / "flat.parquet", ctx)
    np.save(tmp_path / "documents.npy", np.arange(6).reshape(3, 2))
    with pytest.raises(UserError, match=r"holds no vectors: an array of shape \(3, 2\) and type int64"):
        found(tmp_path, ctx)


def test_that_no_text_can_be_encoded(tmp_path: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=write(tmp_path, "parquet")), ctx)
    with pytest.raises(UserError, match="no other text can be encoded"):
        encoder.encode(["a"], ctx)
    with pytest.raises(UserError, match="has no vectors of single tokens"):
        encoder.token_states(["a"], ctx)
