"""Small tokenizer.json files, written out part by part as strangers would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
MARKED = {
    "type": "Sequence",
    "normalizers": [
        {"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
    ],
}
UNMARKED = {
    "type": "Sequence",
    "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
        {"type": "ByteFallback"},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ],
}
BERT = {
    "type": "BertNormalizer",
    "clean_text": True,
    "handle_chinese_chars": True,
    "strip_accents": None,
    "lowercase": True,
}


def added(id: int, content: str, *, special: bool = True) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": id, "content": content, **flags, "special": special}


def tokenizer(model: dict[str, Any], *added_tokens: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """tokenizer.json as data; `parts` are the normalizer, pre_tokenizer, post_processor and decoder."""
    empty = dict.fromkeys(
        ("truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder")
    )
    return {"version": "1.0", **empty, "added_tokens": list(added_tokens), **parts, "model": model}


def bpe(vocab: dict[str, int], *merges: str, **settings: Any) -> dict[str, Any]:
    return {"type": "BPE", "vocab": vocab, "merges": [merge.split(" ") for merge in merges], **settings}


def write(file: Path, data: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return file


def base_of_the_matching_example(folder: Path) -> Path:
    """SentencePiece-like: {▁the, é, <0x0A>, ▁▁, <s> (bos)}."""
    model = bpe({"▁the": 0, "é": 1, "<0x0A>": 2, "▁▁": 3, "<s>": 4}, byte_fallback=True)
    write(folder / "tokenizer.json", tokenizer(model, added(4, "<s>"), normalizer=MARKED, decoder=UNMARKED))
    write(folder / "tokenizer_config.json", {"bos_token": "<s>"})
    return folder


def donor_of_the_matching_example(folder: Path) -> Path:
    """Byte-level: {Ġthe, Ã©, Ċ, ĠĠ, <|bos|> (bos), Ġcat}."""
    model = bpe({"Ġthe": 0, "Ã©": 1, "Ċ": 2, "ĠĠ": 3, "Ġcat": 5})
    data = tokenizer(model, added(4, "<|bos|>"), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    write(folder / "tokenizer.json", data)
    write(folder / "special_tokens_map.json", {"bos_token": {"content": "<|bos|>", "lstrip": False}})
    return folder
