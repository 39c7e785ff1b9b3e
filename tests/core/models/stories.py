"""stories260K, a real model of 260,032 parameters, as a folder that transformers opens."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

WIDTH, INNER, LAYERS, HEADS, KEY_HEADS, VOCABULARY, CONTEXT = 64, 172, 5, 8, 4, 512, 512
_SPECIAL = ("<unk>", "<s>", "</s>")
_HEADER = struct.Struct("<7i")


@pytest.fixture(scope="session")
def stories_folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, for tests that import this fixture. Read only: it is shared by them all."""
    return write_stories(
        shared_data / "models" / "stories260k", tmp_path_factory.mktemp("models") / "stories260k"
    )


def write_stories(data: Path, folder: Path) -> Path:
    """Make `folder` a model folder from the files in `data` (``models/stories260k`` of the test data)."""
    folder.mkdir(parents=True)
    save_file(_weights(data / "stories260K.bin"), folder / "model.safetensors", metadata={"format": "pt"})
    _write(folder / "config.json", _config())
    _write(folder / "tokenizer.json", _tokenizer(data / "tok512.bin"))
    roles = dict(zip(("unk_token", "bos_token", "eos_token"), _SPECIAL, strict=True))
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **roles})
    _write(folder / "generation_config.json", {"bos_token_id": 1, "eos_token_id": 1})
    return folder


def golden(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data / "golden.json").read_text(encoding="utf-8"))
    return found


def _config() -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": VOCABULARY,
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KEY_HEADS,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "dtype": "float32",
    }


# The weights


def _weights(file: Path) -> dict[str, torch.Tensor]:
    raw = file.read_bytes()
    sizes = _HEADER.unpack_from(raw)
    assert sizes == (WIDTH, INNER, LAYERS, HEADS, KEY_HEADS, VOCABULARY, CONTEXT)
    numbers = np.frombuffer(raw, dtype="<f4", offset=_HEADER.size)
    take = _Taker(numbers)
    tensors = {"model.embed_tokens.weight": take(VOCABULARY, WIDTH)}
    keys = WIDTH // HEADS * KEY_HEADS
    layers: list[tuple[str, tuple[int, ...], Callable[[torch.Tensor], torch.Tensor]]] = [
        ("input_layernorm", (WIDTH,), _as_it_is),
        ("self_attn.q_proj", (WIDTH, WIDTH), lambda weight: _halves(weight, HEADS)),
        ("self_attn.k_proj", (keys, WIDTH), lambda weight: _halves(weight, KEY_HEADS)),
        ("self_attn.v_proj", (keys, WIDTH), _as_it_is),
        ("self_attn.o_proj", (WIDTH, WIDTH), _as_it_is),
        ("post_attention_layernorm", (WIDTH,), _as_it_is),
        ("mlp.gate_proj", (INNER, WIDTH), _as_it_is),
        ("mlp.down_proj", (WIDTH, INNER), _as_it_is),
        ("mlp.up_proj", (INNER, WIDTH), _as_it_is),
    ]
    for name, shape, laid_out in layers:
        for layer, weight in enumerate(take(LAYERS, *shape)):
            tensors[f"model.layers.{layer}.{name}.weight"] = laid_out(weight).contiguous()
    tensors["model.norm.weight"] = take(WIDTH)
    assert take.left == 2 * CONTEXT * (WIDTH // HEADS // 2)  # the rotary tables, which follow from the sizes
    return tensors


class _Taker:
    def __init__(self, numbers: np.ndarray) -> None:
        self._numbers = numbers

    @property
    def left(self) -> int:
        return len(self._numbers)

    def __call__(self, *shape: int) -> torch.Tensor:
        count = int(np.prod(shape))
        taken, self._numbers = self._numbers[:count], self._numbers[count:]
        return torch.from_numpy(taken.reshape(shape).copy())


def _as_it_is(weight: torch.Tensor) -> torch.Tensor:
    return weight


def _halves(weight: torch.Tensor, heads: int) -> torch.Tensor:
    """Rows of each head from neighbouring pairs (0, 1), (2, 3)… to halves, as transformers rotates them."""
    return weight.reshape(heads, -1, 2, WIDTH).transpose(1, 2).reshape(-1, WIDTH)


# The tokenizer


def _tokenizer(file: Path) -> dict[str, Any]:
    """Byte-fallback BPE. llama2.c merges the pair whose joined text has the highest score, so that the scores
    in descending order are the ranks of the merges, whatever the two parts are."""
    entries = _entries(file)
    contents = [*_SPECIAL]
    contents += [f"<0x{byte:02X}>" for byte in range(256)]
    contents += [text.replace(" ", "▁") for text, _ in entries[259:]]
    ids = {content: id for id, content in enumerate(contents)}
    assert len(ids) == VOCABULARY
    merged = sorted(range(259, VOCABULARY), key=lambda id: (-entries[id][1], id))
    merges = []
    for id in merged:
        content = contents[id]
        parts = ((content[:cut], content[cut:]) for cut in range(1, len(content)))
        merges += [list(pair) for pair in parts if pair[0] in ids and pair[1] in ids]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": id,
                "content": content,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for id, content in enumerate(_SPECIAL)
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "<s>", "type_id": 1}},
                {"Sequence": {"id": "B", "type_id": 1}},
            ],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": ids,
            "merges": merges,
        },
    }


def _entries(file: Path) -> list[tuple[str, float]]:
    raw = file.read_bytes()
    at = 4  # after the length of the longest token
    found = []
    for _ in range(VOCABULARY):
        score, length = struct.unpack_from("<fi", raw, at)
        found.append((raw[at + 8 : at + 8 + length].decode(), score))
        at += 8 + length
    assert at == len(raw)
    return found


def _write(file: Path, data: dict[str, Any]) -> None:
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False), encoding="utf-8")
