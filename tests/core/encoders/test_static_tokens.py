"""Folders of model2vec, by its own rules."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.errors import UserError
from core.jobs.context import Context
from tests.core.transplant.toys import wordpiece

TOKENS = ["[PAD]", "[UNK]", "the", "ship", "lamp", "##s"]
MATRIX = np.random.default_rng(1).normal(size=(6, 4)).astype(np.float32)


def write_model2vec(folder: Path, *, normalise: bool = True, **tensors: np.ndarray) -> Path:
    folder.mkdir()
    data = wordpiece(TOKENS)
    data["padding"] = {
        "strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
        "pad_type_id": 0, "pad_token": "[PAD]",
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": normalise}))
    save_file({"embeddings": MATRIX} | tensors, folder / "model.safetensors")
    return folder


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def test_that_neither_padding_nor_the_unknown_token_counts(tmp_path: Path, ctx: Context) -> None:
    encoder = open_encoder(EncoderFields(model=write_model2vec(tmp_path / "m")), ctx)
    assert (encoder.width, encoder.most_tokens, encoder.similarity) == (4, 512, "cosine")
    found = encoder.encode(["the ships", "the zebra", "zebra", "", "lamp " * 600], ctx)
    for vector, ids in zip(found, ([2, 3, 5], [2]), strict=False):
        mean = MATRIX[ids].mean(axis=0)
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-6)
    assert not found[2:4].any()
    (part,) = encoder.parts(["the", "zebra", "lamp " * 600], ctx)
    assert part.status.tolist() == [1, 2, 3]


def test_that_weights_and_shared_rows_count(tmp_path: Path, ctx: Context) -> None:
    weights, mapping = np.linspace(0.1, 2, 6), np.array([0, 1, 2, 2, 3, 0])
    folder = write_model2vec(tmp_path / "m", normalise=False, weights=weights, mapping=mapping)
    encoder = open_encoder(EncoderFields(model=folder), ctx)
    ids = [2, 3, 5]
    expected = (MATRIX[mapping[ids]] * weights[ids, None]).mean(axis=0)
    np.testing.assert_allclose(encoder.encode(["the ships"], ctx)[0], expected, atol=1e-6)
    assert encoder.similarity == "dot"


def test_that_tokens_have_states_and_characters(tmp_path: Path, ctx: Context) -> None:
    folder = write_model2vec(tmp_path / "m")
    encoder = open_encoder(EncoderFields(model=folder, query_prompt="the "), ctx)
    (tokens,) = encoder.token_states(["zebra ships"], ctx, role="query")
    assert tokens.ids.tolist() == [2, 3, 5]
    assert tokens.offsets.tolist() == [[0, 0], [6, 10], [10, 11]]
    np.testing.assert_allclose(tokens.states, MATRIX[[2, 3, 5]])


def test_that_damage_is_told(tmp_path: Path, ctx: Context) -> None:
    few = write_model2vec(tmp_path / "few", embeddings=MATRIX[:4])
    with pytest.raises(UserError, match="its tokenizer has 6 tokens, but there are only 4 vectors"):
        open_encoder(EncoderFields(model=few), ctx)
    broken = write_model2vec(tmp_path / "broken", embeddings=np.full_like(MATRIX, np.nan))
    with pytest.raises(UserError, match="is damaged: it holds what is no number"):
        open_encoder(EncoderFields(model=broken), ctx)
    with pytest.raises(UserError, match="no model for which Pooling can be chosen"):
        open_encoder(EncoderFields(model=few, pooling="cls"), ctx)
