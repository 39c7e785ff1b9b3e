"""Model folders of a few kilobytes in every shape that a test needs."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

ROWS, WIDTH, LAYERS = 40, 8, 2
LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": ROWS,
    "hidden_size": WIDTH,
    "intermediate_size": 12,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32,
    "tie_word_embeddings": False,
}
EMBEDDING, HEAD, NORM = "model.embed_tokens.weight", "lm_head.weight", "model.norm.weight"


def llama(*, tied: bool = False, dtype: torch.dtype = torch.float32) -> dict[str, torch.Tensor]:
    """Random weights of the model above, the same each time."""
    shapes = {EMBEDDING: (ROWS, WIDTH), NORM: (WIDTH,)} | ({} if tied else {HEAD: (ROWS, WIDTH)})
    for layer in range(LAYERS):
        at = f"model.layers.{layer}"
        shapes |= {f"{at}.self_attn.{name}_proj.weight": (WIDTH, WIDTH) for name in "qkvo"}
        shapes |= {f"{at}.mlp.{name}_proj.weight": (12, WIDTH) for name in ("gate", "up")}
        shapes |= {f"{at}.mlp.down_proj.weight": (WIDTH, 12)}
        shapes |= {f"{at}.{name}_layernorm.weight": (WIDTH,) for name in ("input", "post_attention")}
    random = torch.Generator().manual_seed(0)
    return {name: torch.randn(shape, generator=random).to(dtype) for name, shape in shapes.items()}


def write_folder(
    folder: Path,
    tensors: dict[str, torch.Tensor] | None = None,
    config: dict[str, Any] | None = None,
    *,
    shards: int = 1,
    **changes: Any,
) -> Path:
    """A model folder; `changes` are entries of config.json, None takes one out."""
    tensors = llama() if tensors is None else tensors
    folder.mkdir(parents=True)
    settings = {key: value for key, value in {**(config or LLAMA), **changes}.items() if value is not None}
    write_json(folder / "config.json", settings)
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return folder
    names = sorted(tensors)
    places: dict[str, str] = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        some = names[shard::shards]
        save_file({name: tensors[name] for name in some}, folder / file, metadata={"format": "pt"})
        places |= dict.fromkeys(some, file)
    size = sum(tensor.nbytes for tensor in tensors.values())
    write_json(
        folder / "model.safetensors.index.json",
        {"metadata": {"total_size": size, "made_by": "a test"}, "weight_map": places},
    )
    return folder


def write_json(file: Path, data: Any) -> None:
    file.write_text(json.dumps(data, indent=1), encoding="utf-8")


def raw_safetensors(file: Path, header: Any, data: bytes = b"", *, length: int | None = None) -> Path:
    """A safetensors file with any header, proper or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return file


def entry(dtype: str, shape: list[int], begin: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
