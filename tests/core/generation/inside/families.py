"""Tiny models of several families, made by transformers, each with the same tokenizer."""

from __future__ import annotations

import json
from pathlib import Path

import torch
import transformers

from tests.tiny_models import tiny_tokenizer

VOCABULARY = 300
_SMALL = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "pad_token_id": None,
}
_GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "vocab_size": VOCABULARY}
FAMILIES = {
    "Llama": _SMALL,
    "Qwen2": _SMALL,
    "Gemma2": {**_SMALL, "head_dim": 8, "final_logit_softcapping": 3.0},
    "GPT2": _GPT2,
    "GPTNeoX": {k: v for k, v in _SMALL.items() if k != "num_key_value_heads"},
    "OPT": {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "ffn_dim": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 64,
        "word_embed_proj_dim": 32,
        "pad_token_id": 1,
    },
    "Granite": {**_SMALL, "logits_scaling": 2.0},
    "Cohere": {**_SMALL, "logit_scale": 0.5},
}
_CLASSES = {"GPT2": "GPT2LMHeadModel"}


def write_family(folder: Path, family: str) -> Path:
    """A model of `family` with random weights, 2 layers, 4 heads."""
    torch.manual_seed(3)
    config = getattr(transformers, f"{family}Config")(**FAMILIES[family])
    model = getattr(transformers, _CLASSES.get(family, f"{family}ForCausalLM"))(config)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.2)
    model.save_pretrained(folder)
    tiny_tokenizer("bpe", VOCABULARY).save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|endoftext|>"}),
        encoding="utf-8",
    )
    return folder
