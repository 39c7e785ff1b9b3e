"""A sentence encoder of a few kilobytes, as sentence-transformers lays it out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertModel

from tests.core.transplant.toys import ROLES, Json, trained, write_tokenizer

TEXTS = (
    "The harbour was dark, and the lamps were out.",
    "A ship",
    "It was raining, and nobody had come to the bridge since the morning of the day before.",
    "The ship left the harbour.",
    "lamps and bridges",
)


def wordpiece() -> Json:
    """With [CLS] before and [SEP] behind, as BERT's."""
    data = trained("wordpiece", 400)
    ids = {token: data["model"]["vocab"][token] for token in ("[CLS]", "[SEP]")}
    data["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
        ],
        "pair": [
            {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
        ],
        "special_tokens": {
            token: {"id": token, "ids": [id], "tokens": [token]} for token, id in ids.items()
        },
    }  # fmt: skip
    data["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    data["padding"] = {
        "strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
        "pad_type_id": 0, "pad_token": "[UNK]",
    }  # fmt: skip
    return data


def write_encoder(folder: Path, *, seed: int = 0, most_tokens: int = 32, **pooling: Any) -> Path:
    """A two-layer BERT with random weights; vectors of length 1, by mean pooling unless told otherwise."""
    write_tokenizer(folder, wordpiece(), ROLES["wordpiece"])
    config = BertConfig(
        vocab_size=400, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        BertModel(config).save_pretrained(folder)
    names = ("Transformer", "Pooling", "Normalize")
    places = ("", "1_Pooling", "2_Normalize")
    _write(folder / "modules.json", [
        {"idx": idx, "name": str(idx), "path": place, "type": f"sentence_transformers.models.{name}"}
        for idx, (name, place) in enumerate(zip(names, places, strict=True))
    ])  # fmt: skip
    (folder / "1_Pooling").mkdir()
    _write(folder / "1_Pooling" / "config.json", pooling or {"pooling_mode_mean_tokens": True})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": most_tokens, "do_lower_case": False})
    return folder


def _write(file: Path, data: Any) -> None:
    file.write_text(json.dumps(data), encoding="utf-8")
