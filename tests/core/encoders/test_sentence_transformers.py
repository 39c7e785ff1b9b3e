"""Folders that sentence-transformers itself wrote, encoded by it and by us."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.errors import UserError
from core.jobs.context import Context
from tests.core.encoders.toys import TEXTS, write_encoder
from tests.real_models import real_model

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

pytestmark = pytest.mark.parity

MANY = [*TEXTS, "The Bridge: " * 20, "lamps", "THE SHIP left the Harbour.", "a"]


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("toy") / "toy")


def saved(folder: Path, toy: Path, parts: Sequence[torch.nn.Module], **settings: Any) -> SentenceTransformer:
    torch.manual_seed(1)
    transformer = modules.Transformer(str(toy), max_seq_length=24)
    theirs = SentenceTransformer(modules=[transformer, *parts], device="cpu", **settings)
    theirs.save(str(folder), create_model_card=False)
    return theirs


def assert_same(ours: np.ndarray, theirs: np.ndarray) -> None:
    theirs = theirs / np.linalg.norm(theirs, axis=1, keepdims=True)
    assert ours.shape == theirs.shape
    assert float((ours * theirs).sum(axis=1).min()) >= 0.99999


def vectors(folder: Path, tmp_path: Path, texts: Sequence[str] = MANY, **said: Any) -> np.ndarray:
    ctx = Context(workdir=tmp_path)
    role = said.pop("role", "")
    return open_encoder(EncoderFields(model=folder, **said), ctx).encode(texts, ctx, role=role)


@pytest.mark.parametrize(
    "mode",
    [
        "cls", "mean", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken", ("cls", "mean"),
        ("weightedmean", "max", "lasttoken"),
    ],
)  # fmt: skip
def test_that_poolings_are_theirs(mode: Any, toy: Path, tmp_path: Path) -> None:
    theirs = saved(tmp_path / "m", toy, [modules.Pooling(16, pooling_mode=mode)])
    assert_same(vectors(tmp_path / "m", tmp_path), theirs.encode(MANY))


def test_that_what_follows_the_pooling_is_theirs(toy: Path, tmp_path: Path) -> None:
    norm = modules.LayerNorm(12)
    torch.nn.init.normal_(norm.norm.weight)
    parts = [
        modules.Pooling(16, pooling_mode="mean"),
        modules.Dense(16, 12, activation_function=torch.nn.GELU()),
        modules.Dropout(0.5),
        norm,
        modules.Dense(12, 12, bias=False, activation_function=torch.nn.Identity(), use_residual=True),
        modules.Dense(12, 8, use_residual=True),
        modules.Normalize(),
    ]
    theirs = saved(tmp_path / "m", toy, parts)
    assert_same(vectors(tmp_path / "m", tmp_path), theirs.encode(MANY))
    found = vectors(tmp_path / "m", tmp_path, dimensions=4)
    assert_same(found, theirs.encode(MANY)[:, :4])


def test_that_prompts_are_theirs(toy: Path, tmp_path: Path) -> None:
    prompts = {"query": "The lamps: ", "document": "A ship is "}
    for include, name in ((True, "in"), (False, "out")):
        pooling = modules.Pooling(16, pooling_mode=("weightedmean", "cls", "mean"), include_prompt=include)
        theirs = saved(tmp_path / name, toy, [pooling], prompts=prompts, default_prompt_name="document")
        assert_same(vectors(tmp_path / name, tmp_path, role="query"), theirs.encode_query(MANY))
        assert_same(vectors(tmp_path / name, tmp_path, role="document"), theirs.encode_document(MANY))
        assert_same(vectors(tmp_path / name, tmp_path), theirs.encode(MANY))
        own = vectors(tmp_path / name, tmp_path, role="query", query_prompt="It was ")
        assert_same(own, theirs.encode(MANY, prompt="It was "))
        assert_same(
            vectors(tmp_path / name, tmp_path, role="query", query_prompt=""), theirs.encode(MANY, prompt="")
        )


def test_that_inner_products_keep_lengths(toy: Path, tmp_path: Path) -> None:
    theirs = saved(tmp_path / "m", toy, [modules.Pooling(16)], similarity_fn_name="dot")
    np.testing.assert_allclose(vectors(tmp_path / "m", tmp_path), theirs.encode(MANY), rtol=1e-4, atol=1e-5)
    ctx = Context(workdir=tmp_path)
    assert open_encoder(EncoderFields(model=tmp_path / "m"), ctx).similarity == "dot"
    forced = open_encoder(EncoderFields(model=tmp_path / "m", normalise=True), ctx)
    assert forced.similarity == "cosine"
    np.testing.assert_allclose(np.linalg.norm(forced.encode(MANY, ctx), axis=1), 1, atol=1e-5)


def test_that_lower_case_is_theirs(toy: Path, tmp_path: Path) -> None:
    saved(tmp_path / "m", toy, [modules.Pooling(16)])
    file = tmp_path / "m" / "sentence_bert_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"do_lower_case": True}), encoding="utf-8")
    assert_same(
        vectors(tmp_path / "m", tmp_path), SentenceTransformer(str(tmp_path / "m"), device="cpu").encode(MANY)
    )


def test_that_static_embeddings_are_theirs(toy: Path, tmp_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(toy / "tokenizer.json"))
    tokenizer.no_truncation()
    static = modules.StaticEmbedding(tokenizer, embedding_dim=16)
    parts = [static, modules.Dense(16, 8), modules.Normalize()]
    theirs = SentenceTransformer(modules=parts, device="cpu")
    theirs.save(str(tmp_path / "m"), create_model_card=False)
    assert_same(vectors(tmp_path / "m", tmp_path), theirs.encode(MANY))


def test_that_unknown_modules_and_pickles_are_refused_by_name(toy: Path, tmp_path: Path) -> None:
    saved(tmp_path / "m", toy, [modules.Pooling(16), modules.Dense(16, 8)])
    (tmp_path / "m" / "2_Dense" / "model.safetensors").rename(
        tmp_path / "m" / "2_Dense" / "pytorch_model.bin"
    )
    with pytest.raises(UserError, match=r"There is no .*2_Dense.*Its pytorch_model.bin is a pickle"):
        vectors(tmp_path / "m", tmp_path)
    file = tmp_path / "m" / "modules.json"
    file.write_text(file.read_text().replace("modules.dense.Dense", "models.CNN"), encoding="utf-8")
    with pytest.raises(UserError, match="asks for the step CNN, which is not known here"):
        vectors(tmp_path / "m", tmp_path)


def test_that_minilm_is_theirs(tmp_path: Path) -> None:
    folder = real_model("minilm")
    texts = [*MANY, "Wing flutter at supersonic speeds, measured in a wind tunnel. " * 12]
    assert_same(
        vectors(folder, tmp_path, texts), SentenceTransformer(str(folder), device="cpu").encode(texts)
    )
