"""A result as a transplant gives it, and model folders small enough to be looked at in a moment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from core.transplant.result import (
    Atom,
    BeforeAfter,
    BeforeAfterTokens,
    Histogram,
    LossPart,
    Norms,
    TokenFigures,
    TransplantResult,
)
from tests.core.tokenizers.files import BYTE_LEVEL, tokenizer

WIDTH = 8
SHARED = ("a", "b", "Ġthe", "Ġof", "ing")


def model(folder: Path, *more: str) -> Path:
    """A Llama of no layers, whose tokenizer has the shared tokens and `more`."""
    tokens = [*SHARED, *more]
    folder.mkdir(parents=True)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(tokens),
        "hidden_size": WIDTH,
        "intermediate_size": WIDTH,
        "num_hidden_layers": 0,
        "num_attention_heads": 1,
        "max_position_embeddings": 32,
        "tie_word_embeddings": True,
    }
    parts = tokenizer(
        {"type": "BPE", "vocab": {token: place for place, token in enumerate(tokens)}, "merges": []},
        pre_tokenizer=BYTE_LEVEL,
        decoder=BYTE_LEVEL,
    )
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text(json.dumps(parts))
    weights = {
        "model.embed_tokens.weight": np.ones((len(tokens), WIDTH), dtype=np.float32),
        "model.norm.weight": np.ones(WIDTH, dtype=np.float32),
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def token(text: str, occurs: int = 3, **figures: Any) -> TokenFigures:
    whole: dict[str, Any] = {
        "id": 1,
        "text": text,
        "residual": 0.4,
        "occurs": occurs,
        "bits": 9.0,
        "bits_before": 7.0,
        "built_from": [Atom(token=" where", weight=0.61), Atom(token="fore", weight=-0.34)],
        "example": f"so{text} it is",
        "example_at": (2, 2 + len(text)),
    }
    return TokenFigures.model_validate({**whole, **figures})


WORST = [
    token(" wherefore", 31),
    token("بالعالم", 2, bits=12.0),
    token("<img src='file:///etc/passwd'>", 1),
    token("\t\u200b", 0, example="", example_at=None, bits=None, bits_before=None),
]


def result(
    *, out: Path | str = "/nowhere/model", slices: Sequence[str] = ("prose.txt", "日本語.txt"), **changes: Any
) -> TransplantResult:
    """Bits per byte 1.92 → 2.04 on the whole text, in slices of 1,000 bytes each."""
    before = {"all": 1.92, **{name: 1.8 + place for place, name in enumerate(slices)}}
    after = {name: value + 0.12 for name, value in before.items()}
    parts = [
        LossPart(
            slice=name,
            kind=kind,
            tokens=100,
            bytes=500,
            bits=500 * before[name] + more,
            bits_before=500 * before[name],
        )
        for name in slices
        for kind, more in (("copied", 100.0), ("approximated", 20.0))
    ]
    whole: dict[str, Any] = {
        "out": str(out),
        "base": "/models/prose-bpe",
        "target": "/models/prose-unigram",
        "method": "omp",
        "method_title": "OMP, orthogonal matching pursuit",
        "parameters": {"k": 16},
        "vocab_size": 8_192,
        "padded_vocab_size": 8_192,
        "sources": {"exact": 4_730, "special": 41, "byte": 0, "method": 3_421, "padding": 0},
        "matched": 4_771,
        "approximated": 3_421,
        "mean_residual": 0.23,
        "bits_per_byte": BeforeAfter(before=before, after=after),
        "bytes": dict.fromkeys(slices, 1_000) | {"all": 1_000 * len(slices)},
        "tokens": BeforeAfterTokens(before=dict.fromkeys(before, 300), after=dict.fromkeys(before, 290)),
        "parts": parts,
        "residuals": Histogram(edges=[0.0, 0.1, 0.2, 0.3], counts=[10, 30, 20]),
        "norms": Norms(base=[1, 2, 3, 4, 5], copied=[1, 2, 3, 4, 5], approximated=[1, 1, 2.1, 3, 4]),
        "worst": WORST,
        "best": [token(" the", 300, bits=1.0, bits_before=1.1)],
        "warnings": ["Digits: the base reads numbers three digits at a time, the target one by one."],
        "seconds": 23.4,
    }
    return TransplantResult.model_validate({**whole, **changes})
