"""States of all layers, and encoders whose vectors a trained head makes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.encoders.encoder import EMPTY, OK, TRUNCATED, Encoder
from core.encoders.headed import FILE, HeadedEncoder, Said, is_headed, save_head
from core.encoders.heads import Head
from core.encoders.heads.last_layer import LastLayer
from core.encoders.heads.multi_layer import MultiLayer
from core.encoders.layers import looks_ahead
from core.encoders.opened import open_encoder
from core.encoders.request import EncoderFields
from core.encoders.transformer import TransformerEncoder, open_transformer
from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from tests.core.encoders.toys import TEXTS, write_encoder
from tests.tiny_models import write_tiny_model


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path)


def opened(path: Path, ctx: Context, **fields: object) -> Encoder:
    return open_encoder(EncoderFields.model_validate({"model": path, **fields}), ctx)


def with_head(folder: Path, model: Path, head: Head) -> Path:
    torch.manual_seed(3)
    network = head.network(16, 2)
    said = Said(
        head=head.model_dump(),
        model=str(model),
        model_mark=content_hash(model, "model"),
        attention="as made",
        looks_ahead=True,
        most_tokens=32,
        width=16,
        layers=2,
    )
    save_head(folder, network, said)
    return folder


def test_that_the_states_of_each_layer_are_those_that_are_pooled(tmp_path: Path, ctx: Context) -> None:
    model = write_encoder(tmp_path / "model")
    encoder = open_transformer(model, ctx)
    for layer in (0, 1, 2):
        expected = opened(model, ctx, layer=layer).encode(TEXTS, ctx)
        found = np.zeros_like(expected)
        for some in encoder.layer_states([*TEXTS], ctx):
            assert some.layers == 2
            weights = some.pooled[:, :, None].float()
            mean = (some.states[layer] * weights).sum(1) / weights.sum(1)
            found[some.rows] = encoder.after(mean).numpy()
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_that_layers_are_read_at_the_last_token_where_tokens_look_back_only(
    tmp_path: Path, ctx: Context
) -> None:
    encoder = open_transformer(write_encoder(tmp_path / "model"), ctx)
    assert isinstance(encoder, TransformerEncoder)
    (some,) = encoder.layer_states([TEXTS[0], TEXTS[1]], ctx)
    back, ahead = some.by_layer(False), some.by_layer(True)
    assert back.shape == ahead.shape == (2, 2, 16)
    last = int(some.there[0].sum()) - 1
    torch.testing.assert_close(back[0, 1], some.states[2][0, last])
    torch.testing.assert_close(ahead[0, 0], some.states[1][0, : last + 1].mean(dim=0))


def test_that_encoders_look_ahead_and_decoders_do_not(tmp_path: Path, ctx: Context) -> None:
    assert looks_ahead(open_transformer(write_encoder(tmp_path / "encoder"), ctx).model)
    assert not looks_ahead(open_transformer(write_tiny_model(tmp_path / "decoder"), ctx).model)


@pytest.mark.parametrize("head", [LastLayer(latents=3), MultiLayer(heads=2)])
def test_that_a_saved_head_is_an_encoder(tmp_path: Path, ctx: Context, head: Head) -> None:
    folder = with_head(tmp_path / "head", write_encoder(tmp_path / "model"), head)
    assert is_headed(folder)
    encoder = opened(folder, ctx)
    assert isinstance(encoder, HeadedEncoder)
    assert (encoder.name, encoder.width, encoder.most_tokens, encoder.similarity) == (
        "head",
        16,
        32,
        "cosine",
    )
    texts = [*TEXTS, " ", "bridge " * 60]
    vectors = encoder.encode(texts, ctx)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [*[1.0] * 5, 0.0, 1.0], atol=1e-5)
    alone = np.concatenate([encoder.encode([text], ctx) for text in texts])
    np.testing.assert_allclose(alone, vectors, atol=1e-5)
    status = {
        int(row): int(part.status[at])
        for part in encoder.parts(texts, ctx)
        for at, row in enumerate(part.rows)
    }
    assert status == {**dict.fromkeys(range(5), OK), 5: EMPTY, 6: TRUNCATED}
    again = opened(folder, ctx)
    assert again.digest == encoder.digest
    assert opened(folder, ctx, dimensions=4).encode(texts, ctx).shape == (7, 4)


def test_that_a_head_without_its_model_says_so(tmp_path: Path, ctx: Context) -> None:
    model = write_encoder(tmp_path / "model")
    folder = with_head(tmp_path / "head", model, MultiLayer())
    with pytest.raises(UserError, match="is no model for which Pooling can be chosen"):
        opened(folder, ctx, pooling="cls")
    (model / "config.json").write_text(
        (model / "config.json").read_text(encoding="utf-8") + " ", encoding="utf-8"
    )
    with pytest.raises(UserError, match="which has changed since then"):
        opened(folder, ctx)
    model.rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="which is not there any more"):
        opened(folder, ctx)
    (folder / FILE).write_text(json.dumps({"head": {"kind": "unheard-of"}}), encoding="utf-8")
    with pytest.raises(UserError, match="damaged, or of a newer version"):
        opened(folder, ctx)
