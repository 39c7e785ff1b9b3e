"""Model folders of a few kilobytes, written without the program's own code, as a stranger's would be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SENTENCES = (
    "The ferryman took the lantern down from its nail and went out into the rain.",
    "There is no bridge, said Matthew; and the old clock remarked that it was nine.",
    "More of our people are at work today than in any year since the end of the war.",
    "def renew(self, today): return today + timedelta(days=21)",
    "1921 - 216 = 1705, and 38 x 64 = 2432.",
)
TEXT = "\n".join(SENTENCES) + "\n"


def write_text(path: Path, size: int) -> Path:
    """English of `size` bytes with some variety, the same each time."""
    words = TEXT.split()
    order = np.random.default_rng(7).integers(0, len(words), size // 3)
    path.write_text((" ".join(words[i] for i in order))[: size - 1] + "\n", encoding="utf-8")
    return path


def tiny_tokenizer(kind: Literal["bpe", "unigram"], vocab_size: int) -> Tokenizer:
    """Trained on `TEXT`; BPE over bytes with one special token, or Unigram in SentencePiece's manner."""
    if kind == "bpe":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer: Any = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    else:
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=vocab_size,
            special_tokens=["<unk>", "<s>", "</s>"],
            unk_token="<unk>",
            initial_alphabet=["\n", *map(chr, range(0x21, 0x7F))],
            show_progress=False,
        )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    return tokenizer


def write_tiny_model(
    folder: Path,
    kind: Literal["bpe", "unigram"] = "bpe",
    *,
    vocab_size: int = 320,
    hidden: int = 16,
    layers: int = 1,
    tied: bool = True,
    seed: int = 0,
) -> Path:
    """A Llama with random weights that `transformers` opens, and its tokenizer."""
    folder.mkdir(parents=True)
    tokenizer = tiny_tokenizer(kind, vocab_size)
    tokenizer.save(str(folder / "tokenizer.json"))
    begin, end = ("<|endoftext|>", "<|endoftext|>") if kind == "bpe" else ("<s>", "</s>")
    names = {"bos_token": begin, "eos_token": end, **({"unk_token": "<unk>"} if kind == "unigram" else {})}
    _write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **names})
    rows = tokenizer.get_vocab_size()
    _write_json(
        folder / "config.json",
        {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "vocab_size": rows,
            "hidden_size": hidden,
            "intermediate_size": 2 * hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "max_position_embeddings": 64,
            "rms_norm_eps": 1e-5,
            "rope_theta": 10000.0,
            "hidden_act": "silu",
            "tie_word_embeddings": tied,
            "bos_token_id": tokenizer.token_to_id(begin),
            "eos_token_id": tokenizer.token_to_id(end),
            "torch_dtype": "float32",
        },
    )
    shapes = {"model.embed_tokens.weight": (rows, hidden), "model.norm.weight": (hidden,)}
    if not tied:
        shapes["lm_head.weight"] = (rows, hidden)
    for layer in range(layers):
        at = f"model.layers.{layer}"
        shapes |= {f"{at}.self_attn.{name}_proj.weight": (hidden, hidden) for name in "qkvo"}
        shapes |= {f"{at}.mlp.{name}_proj.weight": (2 * hidden, hidden) for name in ("gate", "up")}
        shapes |= {f"{at}.mlp.down_proj.weight": (hidden, 2 * hidden)}
        shapes |= {f"{at}.{name}_layernorm.weight": (hidden,) for name in ("input", "post_attention")}
    rng = np.random.default_rng(seed)
    tensors = {
        name: (np.ones(shape) if len(shape) == 1 else rng.normal(0, 0.3, shape)).astype(np.float32)
        for name, shape in shapes.items()
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
