"""A sentence encoder, beside its model asked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from core.encoders import encoder as module
from core.encoders.encoder import open_encoder
from core.encoders.recipe import Recipe
from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from tests.core.encoders.toys import TEXTS, write_encoder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder") / "toy")


def by_hand(folder: Path, text: str, most_tokens: int = 32) -> np.ndarray:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most_tokens)
    model = BertModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        states = model(input_ids=torch.tensor([tokenizer.encode(text).ids])).last_hidden_state[0]
    vector = states.mean(dim=0)
    return np.asarray((vector / vector.norm()).numpy())


@pytest.mark.parametrize("budget", [8, 40, 1_024])
def test_that_batches_give_what_one_text_gives(
    folder: Path, budget: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "_TOKENS_ON_CPU", budget)
    ctx = Context(workdir=tmp_path)
    found = open_encoder(folder, ctx).encode([*TEXTS, TEXTS[1], ""], ctx)
    assert found.dtype == np.float32
    for text, vector in zip(TEXTS, found, strict=False):
        np.testing.assert_allclose(vector, by_hand(folder, text), atol=1e-5)
    assert found[5].tolist() == found[1].tolist()
    assert not found[6].any(), "no text, no vector"


def test_that_the_recipes_length_counts_and_not_the_tokenizers(folder: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    short = open_encoder(folder, ctx, recipe=Recipe(most_tokens=6, normalise=True)).encode(TEXTS[:1], ctx)
    np.testing.assert_allclose(short[0], by_hand(folder, TEXTS[0], 6), atol=1e-5)


def test_that_a_prompt_stands_before_each_text(folder: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    encoder = open_encoder(folder, ctx)
    asked = encoder.encode([TEXTS[1]], ctx, prompt="The bridge: ")
    np.testing.assert_allclose(asked[0], encoder.encode([f"The bridge: {TEXTS[1]}"], ctx)[0], atol=1e-6)


def test_that_no_texts_are_no_vectors(folder: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    encoder = open_encoder(folder, ctx)
    assert encoder.encode([], ctx).shape == (0, 16)
    assert encoder.encode(["", " "], ctx).shape == (2, 16)


def test_that_it_can_be_stopped(folder: Path, tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control)
    encoder = open_encoder(folder, ctx)
    control.cancel()
    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, ctx)


def test_that_damaged_weights_and_missing_files_are_told(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    folder = write_encoder(tmp_path / "nan")
    model = BertModel.from_pretrained(folder)
    with torch.no_grad():
        model.embeddings.LayerNorm.weight.fill_(torch.nan)
    model.save_pretrained(folder)
    with pytest.raises(UserError, match="nan gives no number"):
        open_encoder(folder, ctx).encode(TEXTS, ctx)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(UserError, match=r"tokenizer\.json cannot be opened"):
        open_encoder(folder, ctx)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}), encoding="utf-8")
    write_encoder(tmp_path / "whole")
    (folder / "tokenizer.json").write_bytes((tmp_path / "whole" / "tokenizer.json").read_bytes())
    with pytest.raises(UserError, match=r"is incomplete: it lacks the tensor encoder\.layer\.2"):
        open_encoder(folder, ctx)


def test_that_a_real_encoder_gives_the_known_cosine(tmp_path: Path) -> None:
    real = Path(__file__).parents[3] / ".real-models" / "minilm"
    if not real.is_dir():
        pytest.skip(f"needs all-MiniLM-L6-v2 in {real}")
    ctx = Context(workdir=tmp_path)
    one, other = open_encoder(real, ctx).encode(["A man is eating food.", "A man eats something."], ctx)
    assert float(one @ other) == pytest.approx(0.875, abs=5e-4)
