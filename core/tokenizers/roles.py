"""What the special tokens of a tokenizer are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.json_files import read_json_object

_NAMED_FILES = ("tokenizer_config.json", "special_tokens_map.json")
_ID_FILES = ("generation_config.json", "config.json")
_BASIC = ("bos", "eos", "pad", "unk", "cls", "sep", "mask")

USUAL = {
    "<s>": "bos", "<bos>": "bos", "<|bos|>": "bos", "<|begin_of_text|>": "bos", "<|startoftext|>": "bos",
    "<｜begin▁of▁sentence｜>": "bos", "<｜end▁of▁sentence｜>": "eos",
    "</s>": "eos", "<eos>": "eos", "<|eos|>": "eos", "<|end_of_text|>": "eos", "<|endoftext|>": "eos",
    "<pad>": "pad", "[PAD]": "pad", "<|pad|>": "pad",
    "<unk>": "unk", "[UNK]": "unk", "<|unk|>": "unk",
    "[CLS]": "cls", "<cls>": "cls", "[SEP]": "sep", "<sep>": "sep", "[MASK]": "mask", "<mask>": "mask",
    "<|im_start|>": "turn_start", "<start_of_turn>": "turn_start", "[INST]": "turn_start",
    "<|im_end|>": "turn_end", "<end_of_turn>": "turn_end", "[/INST]": "turn_end", "<|eot_id|>": "turn_end",
    "<|start_header_id|>": "header_start", "<|end_header_id|>": "header_end",
    "<|system|>": "system", "<|user|>": "user", "<|assistant|>": "assistant", "<|tool|>": "tool",
    "<｜User｜>": "user", "<｜Assistant｜>": "assistant",
    "<tool_call>": "tool_call_start", "[TOOL_CALLS]": "tool_call_start", "</tool_call>": "tool_call_end",
    "<think>": "think_start", "</think>": "think_end",
    "<|fim_prefix|>": "fim_prefix", "<fim_prefix>": "fim_prefix", "<fim-prefix>": "fim_prefix",
    "<|fim_middle|>": "fim_middle", "<fim_middle>": "fim_middle", "<fim-middle>": "fim_middle",
    "<|fim_suffix|>": "fim_suffix", "<fim_suffix>": "fim_suffix", "<fim-suffix>": "fim_suffix",
    "<image>": "image", "<|image|>": "image", "<|image_pad|>": "image",
    "<|audio|>": "audio", "<audio>": "audio", "<|audio_pad|>": "audio",
}  # fmt: skip
"""Names that a special token usually has → its role, where no file says it."""


def special_roles(
    folder: Path | None, ids: Mapping[str, int], size: int, *, field: str | None = None
) -> dict[str, tuple[int, ...]]:
    """Role → the ids of the tokens that have it, the one to use first.

    Args:
        folder: where the files beside the tokenizer.json lie, or None where there are none. They are asked in
            the order tokenizer_config.json, special_tokens_map.json, generation_config.json, config.json.
        ids: content → id of the special and the added tokens.
        size: of the vocabulary; an id beyond it names no token.

    Raises:
        UserError: one of those files cannot be read or is no JSON.
    """
    found: dict[str, list[int]] = {}

    def add(role: str, id: int) -> None:
        if id not in found.setdefault(role, []):
            found[role].append(id)

    for name in _NAMED_FILES if folder else ():
        file = folder / name if folder else Path()
        if file.is_file():
            for role, content in _named(read_json_object(file, field=field)):
                if content in ids and role not in found:
                    add(role, ids[content])
    for name in _ID_FILES if folder else ():
        file = folder / name if folder else Path()
        if file.is_file():
            for role, given in _numbered(read_json_object(file, field=field)):
                if role not in found or role == "eos":  # a model may end in more than one way
                    for id in given:
                        if 0 <= id < size:
                            add(role, id)
    for content, id in ids.items():
        usual = USUAL.get(content)
        if usual is not None and (usual not in found or usual not in _BASIC):
            add(usual, id)
    return {role: tuple(found_ids) for role, found_ids in found.items() if found_ids}


def names_given(config: Mapping[str, Any]) -> set[str]:
    """The special tokens that a tokenizer_config.json or a special_tokens_map.json names."""
    listed = config.get("additional_special_tokens")
    more = [content_of(value) for value in listed] if isinstance(listed, list) else []
    return {content for _, content in _named(config)} | {content for content in more if content is not None}


def content_of(value: object) -> str | None:
    """Of a special token as a configuration gives it: its text, or its text among its switches."""
    content = value.get("content") if isinstance(value, dict) else value
    return content if isinstance(content, str) else None


def _named(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    more = config.get("extra_special_tokens")
    for key, value in {**config, **(more if isinstance(more, dict) else {})}.items():
        content = content_of(value)
        if key.endswith("_token") and content is not None:
            yield key.removesuffix("_token"), content


def _numbered(config: dict[str, Any]) -> Iterator[tuple[str, list[int]]]:
    nested = config.get("text_config")
    for key, value in {**(nested if isinstance(nested, dict) else {}), **config}.items():
        role = key.removesuffix("_token_id")
        if role in _BASIC and role != key:
            values = value if isinstance(value, list) else [value]
            yield role, [id for id in values if type(id) is int]
