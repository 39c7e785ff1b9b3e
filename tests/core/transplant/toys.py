"""Small tokenizers and models, made for a test: each family, tied and untied, a second long at most."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
from tokenizers import (
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from transformers import LlamaConfig, LlamaForCausalLM

from core.folders import resources_folder
from core.tokenizers.canonical import CHARACTER_OF
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary

Json = dict[str, Any]


def alphabet(text: str) -> str:
    """A text as a byte-level vocabulary spells it."""
    return "".join(CHARACTER_OF[byte] for byte in text.encode())


def byte_level(tokens: Sequence[str], special: Sequence[str] = ()) -> Json:
    """A byte-level BPE of these tokens (as it spells them, ``Ġthe``), without merges."""
    return {
        "version": "1.0",
        "added_tokens": _added(special, len(tokens)),
        "normalizer": None,
        "pre_tokenizer": {
            "type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True,
        },
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(tokens)}, "merges": []},
    }  # fmt: skip


def sentencepiece(tokens: Sequence[str], special: Sequence[str] = ()) -> Json:
    """A BPE in SentencePiece's manner: ``▁the``, with byte pieces."""
    return {
        "version": "1.0",
        "added_tokens": _added(special, len(tokens)),
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False,
        },
        "post_processor": None,
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
            {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ]},
        "model": {
            "type": "BPE", "vocab": {token: i for i, token in enumerate(tokens)}, "merges": [],
            "byte_fallback": True, "fuse_unk": True,
        },
    }  # fmt: skip


def wordpiece(tokens: Sequence[str], *, lowercase: bool = False) -> Json:
    """A WordPiece: ``the``, ``##ing``; ``[UNK]`` must be among them."""
    return {
        "version": "1.0",
        "added_tokens": [
            _entry(token, i) for i, token in enumerate(tokens) if token.startswith("[") and token != "["
        ],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
            "strip_accents": None, "lowercase": lowercase,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": None,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False},
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": {token: i for i, token in enumerate(tokens)},
        },
    }  # fmt: skip


def write_tokenizer(folder: Path, data: Json, roles: Mapping[str, str] = {}) -> Path:
    """tokenizer.json and tokenizer_config.json; `roles` as in ``{"bos": "<s>"}``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    config |= {f"{role}_token": token for role, token in roles.items()}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def vocabulary(folder: Path, data: Json, roles: Mapping[str, str] = {}) -> Vocabulary:
    return read_vocabulary(write_tokenizer(folder, data, roles))


def _added(special: Sequence[str], first: int) -> list[Json]:
    return [_entry(token, first + i) for i, token in enumerate(special)]


def _entry(token: str, id: int) -> Json:
    return {
        "id": id, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
        "normalized": False, "special": True,
    }  # fmt: skip


# Models


@cache
def prose() -> str:
    return (resources_folder() / "starter" / "texts" / "prose.txt").read_text(encoding="utf-8")


def trained(
    family: Literal["byte-level", "unigram", "wordpiece"], size: int, part: slice = slice(None)
) -> Json:
    """A tokenizer trained on a part of the sample prose."""
    text = prose()[part]
    if family == "byte-level":
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        trainer: Any = trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=["<|endoftext|>"],
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
    elif family == "unigram":
        tokenizer = Tokenizer(models.Unigram())
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=size,
            special_tokens=["<unk>", "<s>", "</s>"],
            unk_token="<unk>",
            initial_alphabet=sorted(set(prose())),
            show_progress=False,
        )
    else:
        tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece(cleanup=False)
        # The library numbers the pieces within words as a hash table has them: others in every process.
        letters = sorted(_letters(tokenizer, text))
        trainer = trainers.WordPieceTrainer(
            vocab_size=size, special_tokens=["[UNK]", "[CLS]", "[SEP]", *letters], show_progress=False
        )
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    data: Json = json.loads(tokenizer.to_str())
    if family == "wordpiece":
        data["added_tokens"] = [
            token for token in data["added_tokens"] if token["content"] in ROLES["wordpiece"].values()
        ]
    return data


def _letters(tokenizer: Tokenizer, text: str) -> set[str]:
    """What words begin with, and, after ``##``, what they go on with."""
    normalized = tokenizer.normalizer.normalize_str(text)
    words = {word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalized)}
    return {word[0] for word in words} | {f"##{letter}" for word in words for letter in word[1:]}


ROLES = {
    "byte-level": {"bos": "<|endoftext|>", "eos": "<|endoftext|>"},
    "unigram": {"bos": "<s>", "eos": "</s>", "unk": "<unk>"},
    "wordpiece": {"bos": "[CLS]", "eos": "[SEP]", "unk": "[UNK]"},
}


def write_llama(
    folder: Path,
    tokenizer: Json,
    roles: Mapping[str, str],
    *,
    tied: bool = True,
    width: int = 32,
    rows: int | None = None,
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
) -> Path:
    """A two-layer Llama with random weights for a tokenizer."""
    write_tokenizer(folder, tokenizer, roles)
    tokens = read_vocabulary(folder)
    ids = {f"{role}_token_id": tokens.role(role) for role in ("bos", "eos", "pad")}
    config = LlamaConfig(
        vocab_size=rows or tokens.size,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        tie_word_embeddings=tied,
        initializer_range=0.5,
        **ids,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    model.to(dtype).save_pretrained(folder)
    return folder
