"""stories260K, a real causal language model in 1 MB, from llama2.c's file into a folder of transformers."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, normalizers

Array = npt.NDArray[np.float32]


def write_stories260k(shared_data: Path, folder: Path) -> Path:
    """The folder, written; the test is skipped where the model is absent."""
    source = shared_data / "models" / "stories260k"
    if not source.is_dir():
        pytest.skip(f"needs stories260K: there is no {source}")
    folder.mkdir(parents=True)
    _tokenizer((source / "tok512.bin").read_bytes()).save(str(folder / "tokenizer.json"))
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    _write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **names})
    config, tensors = _model((source / "stories260K.bin").read_bytes())
    _write_json(folder / "config.json", config)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def golden(shared_data: Path) -> dict[str, Any]:
    """What llama2.c makes of it: token ids, texts, a row of logits."""
    file = shared_data / "models" / "stories260k" / "golden.json"
    if not file.is_file():
        pytest.skip(f"needs stories260K: there is no {file}")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _model(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    hidden, inner, layers, heads, kv_heads, vocab, context = struct.unpack_from("<7i", data)
    floats = np.frombuffer(data, dtype="<f4", offset=28)
    at = 0

    def take(*shape: int) -> Array:
        nonlocal at
        size = int(np.prod(shape))
        found = floats[at : at + size].reshape(shape)
        at += size
        return found.astype(np.float32)

    width = hidden // heads
    tensors = {"model.embed_tokens.weight": take(vocab, hidden)}
    stacks = {
        "input_layernorm": take(layers, hidden),
        "self_attn.q_proj": _halves(take(layers, hidden, hidden), heads, width),
        "self_attn.k_proj": _halves(take(layers, kv_heads * width, hidden), kv_heads, width),
        "self_attn.v_proj": take(layers, kv_heads * width, hidden),
        "self_attn.o_proj": take(layers, hidden, hidden),
        "post_attention_layernorm": take(layers, hidden),
        "mlp.gate_proj": take(layers, inner, hidden),
        "mlp.down_proj": take(layers, hidden, inner),
        "mlp.up_proj": take(layers, inner, hidden),
    }
    for name, stack in stacks.items():
        tensors |= {f"model.layers.{at}.{name}.weight": part for at, part in enumerate(stack)}
    tensors["model.norm.weight"] = take(hidden)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": vocab,
        "hidden_size": hidden,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "max_position_embeddings": context,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    return config, {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def _halves(stack: Array, heads: int, width: int) -> Array:
    """Rows of each head in another order: it turns halves where the file turns neighbouring pairs."""
    layers, _, hidden = stack.shape
    pairs = stack.reshape(layers, heads, width // 2, 2, hidden)
    return pairs.swapaxes(2, 3).reshape(stack.shape)


def _tokenizer(data: bytes) -> Tokenizer:
    at, tokens, scores = 4, [], []
    while at < len(data):
        score, length = struct.unpack_from("<fi", data, at)
        tokens.append(data[at + 8 : at + 8 + length].decode().replace(" ", "▁"))
        scores.append(score)
        at += 8 + length
    tokens[1:3] = ["<s>", "</s>"]
    vocabulary = {token: id for id, token in enumerate(tokens)}
    joined = [id for id, token in enumerate(tokens) if id > 258 and len(token) > 1]
    merges = [
        (token[:cut], token[cut:])
        for token in (tokens[id] for id in sorted(joined, key=lambda id: -scores[id]))
        for cut in range(1, len(token))
        if token[:cut] in vocabulary and token[cut:] in vocabulary
    ]
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    return tokenizer


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
