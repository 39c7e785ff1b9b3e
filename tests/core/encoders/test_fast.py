"""Encoding in 16 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core.encoders import fast as module
from core.encoders.fast import FastEncoder, fast_type
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.encoders.transformer import TransformerEncoder
from core.jobs.context import Context
from tests.core.encoders.texts import ListedTexts
from tests.core.encoders.toys import TEXTS, write_encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder") / "toy")


@pytest.fixture
def ctx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(module, "fast_type", lambda device: torch.bfloat16)
    return Context(workdir=tmp_path)


def test_that_it_is_near_and_told_apart(folder: Path, ctx: Context) -> None:
    fast = open_encoder(EncoderFields(model=folder, precision="fast"), ctx)
    exact = open_encoder(EncoderFields(model=folder), ctx)
    assert isinstance(fast, FastEncoder)
    found = fast.fitted(ListedTexts(TEXTS), ctx)
    assert found is fast
    assert 0.999 <= fast.cosine < 1
    assert fast.digest != exact.digest
    one, other = fast.encode(TEXTS, ctx), exact.encode(TEXTS, ctx)
    assert one.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1, atol=1e-5)
    assert (one * other).sum(axis=1).mean() >= 0.999


def test_that_vectors_too_far_away_are_not_used(
    folder: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = open_encoder(EncoderFields(model=folder, precision="fast"), ctx)
    monkeypatch.setattr(module, "LEAST_COSINE", 0.9999999)
    found = fast.fitted(ListedTexts(TEXTS), ctx)
    assert type(found) is TransformerEncoder
    assert found.digest == open_encoder(EncoderFields(model=folder), ctx).digest
    assert "toy is encoded in float32: with fewer bits" in ctx.warnings[0]
    assert type(open_encoder(EncoderFields(model=folder, precision="fast"), ctx)) is TransformerEncoder


def test_that_a_processor_without_such_numbers_is_told(
    folder: Path, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "fast_type", fast_type)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True}, raising=False)
    assert type(open_encoder(EncoderFields(model=folder, precision="fast"), ctx)) is TransformerEncoder
    assert "does not multiply numbers of 16 bits" in ctx.warnings[0]
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True})
    assert fast_type("cpu") is torch.bfloat16
