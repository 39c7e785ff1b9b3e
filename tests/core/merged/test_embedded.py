"""Models that read vectors in place of tokens: those that can, and those that cannot be followed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import UserError
from core.generation.language.loaded import Loaded, load
from core.merged.embedded import EmbeddedModel
from tests.tiny_models import write_tiny_model

IDS = [5, 9, 60, 33, 7]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder: Path = write_tiny_model(tmp_path_factory.mktemp("models") / "tiny")
    return load(folder, dtype=torch.float32, device="cpu", field="model")


def other(loaded: Loaded, name: str, **config: Any) -> Loaded:
    """The same folder and tokenizer, with a random model of another make."""
    import transformers

    torch.manual_seed(0)
    rows = len(loaded.tokenizer.vocabulary.entries)
    made = getattr(transformers, f"{name}Config")(vocab_size=rows, **config)
    causal = {"GPT2": "GPT2LMHeadModel"}.get(name, f"{name}ForCausalLM")
    return replace(loaded, module=getattr(transformers, causal)(made).eval())


LLAMA = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
}


@pytest.mark.parametrize("name", ["own", "GPT2", "Qwen2"])
def test_that_vectors_of_tokens_are_read_as_the_tokens(loaded: Loaded, name: str) -> None:
    how = {"GPT2": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64}}.get(name, LLAMA)
    model = EmbeddedModel(loaded if name == "own" else other(loaded, name, **how))
    with torch.inference_mode():
        wanted = model.loaded.module(input_ids=torch.tensor([IDS])).logits[0]
    whole = model.scores(model.read(model.input[IDS]))
    there = torch.isfinite(whole)
    assert torch.allclose(whole[there], wanted[there], atol=1e-4)
    cache = model.start()
    parts = [
        model.read(model.input[IDS[:2]], cache),
        *(model.read(model.input[[id]], cache) for id in IDS[2:]),
    ]
    assert torch.allclose(model.scores(torch.cat(parts))[there], wanted[there], atol=1e-4)


def test_that_a_model_that_scales_its_scores_is_refused(loaded: Loaded) -> None:
    with pytest.raises(UserError, match="does more than look up embeddings") as refused:
        EmbeddedModel(other(loaded, "Granite", logits_scaling=2.0, **LLAMA))
    assert refused.value.field == "model"


def test_that_a_model_that_scales_its_embeddings_is_refused(loaded: Loaded) -> None:
    with pytest.raises(UserError, match="does more than look up embeddings"):
        EmbeddedModel(other(loaded, "Gemma", head_dim=8, **LLAMA))
