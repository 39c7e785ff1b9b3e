"""A tokenizer.json without some of its tokens, the others' ids closed up; and the files beside it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from core.json_files import read_json_object
from core.tokenizers.editing import keep_numbers
from core.tokenizers.merges import Merges
from core.tokenizers.processors import renumbered_processor

MAP = "map.json"


def take_out(data: dict[str, Any], kept: Collection[int]) -> dict[int, int]:
    """Leave only the tokens of these ids in a tokenizer.json, and number them from 0 on in the same order.

    Merges stay as far as both parts and what they make do.

    Returns:
        old id → new id.
    """
    numbers = {old: new for new, old in enumerate(sorted(kept))}
    model = data["model"]
    if isinstance(model["vocab"], list):
        model["vocab"] = [entry for old, entry in enumerate(model["vocab"]) if old in numbers]
        if model.get("unk_id") is not None:
            model["unk_id"] = numbers[model["unk_id"]]
    else:
        merges = Merges(model)
        left = sorted((old, content) for content, old in model["vocab"].items() if old in numbers)
        vocabulary = model["vocab"] = {content: numbers[old] for old, content in left}
        model["merges"] = [
            merge
            for merge, (one, other) in zip(model["merges"], map(_pair, model["merges"]), strict=True)
            if one in vocabulary and other in vocabulary and merges.joined(one, other) in vocabulary
        ]
    data["added_tokens"] = [{**entry, "id": numbers[entry["id"]]} for entry in data.get("added_tokens") or []]
    data["post_processor"] = renumbered_processor(data.get("post_processor"), numbers)
    padding = data.get("padding")
    if isinstance(padding, dict) and padding.get("pad_id") in numbers:
        data["padding"] = {**padding, "pad_id": numbers[padding["pad_id"]]}
    keep_numbers(data)
    return numbers


def renumbered_files(folder: Path, numbers: Mapping[int, int]) -> dict[str, bytes]:
    """Name → new content of the files beside a tokenizer.json that name ids.

    Raises:
        UserError: one is no JSON.
    """
    found = {}
    config = folder / "tokenizer_config.json"
    if config.is_file():
        content = read_json_object(config, field="tokenizer")
        listed = content.get("added_tokens_decoder")
        if isinstance(listed, dict):
            content["added_tokens_decoder"] = {
                str(numbers[int(old)]): entry
                for old, entry in listed.items()
                if old.isdecimal() and int(old) in numbers
            }
        for key, value in content.items():
            if key.endswith("_token_id") and value in numbers:
                content[key] = numbers[value]
        found[config.name] = _json(content)
    added = folder / "added_tokens.json"
    if added.is_file():
        content = read_json_object(added, field="tokenizer")
        found[added.name] = _json({name: numbers[old] for name, old in content.items() if old in numbers})
    return found


def map_file(numbers: Mapping[int, int], old_size: int) -> bytes:
    """``old_ids[new]`` is the old id of a token: the rows of a model's matrices to take, in their order."""
    return _json({"old_size": old_size, "new_size": len(numbers), "old_ids": sorted(numbers)})


def _pair(merge: Any) -> tuple[str, str]:
    left, right = merge.split(" ", 1) if isinstance(merge, str) else merge
    return left, right


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()
