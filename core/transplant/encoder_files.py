"""What an encoder's folder holds beside its weights, and the tokenizer's files as an encoder needs them.

An encoder was trained on texts between two special tokens, [CLS] and [SEP], which the tokenizer's
post-processor adds. A target whose post-processor adds nothing on a side is therefore given one that adds the
tokens which took over their rows; what the target adds itself stays. Without them, every text lacks what
attention was trained to rest on.

Texts go through an encoder in batches, so that there must be a token to pad them with; it is masked, and may
be any that no text contains.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from core.errors import UserError
from core.json_files import read_bytes, read_json_object
from core.tokenizers.canonical import Kind
from core.tokenizers.files import TOKENIZER
from core.tokenizers.open import Tokenizer
from core.transplant.matching import Matching, Source

MODULES = "modules.json"
_SETTINGS = ("sentence_bert_config.json", "config_sentence_transformers.json")
_PADDING = ("pad", "eos", "sep", "unk", "bos", "cls", "mask")
_MOST_BYTES = 128 * 2**20
_PLAIN = "PreTrainedTokenizerFast"


def side_files(base: Path) -> dict[str, Path]:
    """Name → path of what sentence-transformers reads: its settings, and the folders of its modules.

    Raises:
        UserError: modules.json is damaged, or names a folder outside.
    """
    modules = base / MODULES
    if not modules.is_file():
        return {}
    found = {MODULES: modules} | {name: base / name for name in _SETTINGS if (base / name).is_file()}
    try:
        listed = json.loads(read_bytes(modules, field="base"))
    except (ValueError, RecursionError):
        raise UserError(f"{modules} is damaged: it is no valid JSON.", field="base") from None
    for module in listed if isinstance(listed, list) else ():
        place = module.get("path") if isinstance(module, dict) else None
        if not isinstance(place, str):
            raise UserError(f"{modules} is damaged: it lists a module without a path.", field="base")
        if not place:
            continue
        parts = PurePosixPath(place).parts
        if ".." in parts or PurePosixPath(place).is_absolute() or Path(place).is_absolute():
            raise UserError(f"{modules} names {place!r}, which is no folder beside it.", field="base")
        for file in sorted((base / place).rglob("*")) if (base / place).is_dir() else ():
            if file.is_file():
                found[file.relative_to(base).as_posix()] = file
    return found


def padding_token(tokenizer: Tokenizer) -> int | None:
    """The token to pad with: the one meant for it, else a special one, else one that is unused."""
    vocabulary = tokenizer.vocabulary
    for role in _PADDING:
        if (id := vocabulary.role(role)) is not None:
            return id
    kinds = (Kind.SPECIAL, Kind.UNUSED)
    return next((token.id for kind in kinds for token in vocabulary if token.kind is kind), None)


def missing_ends(base: Tokenizer, target: Tokenizer, matching: Matching) -> tuple[list[int], list[int]]:
    """The target's tokens that its post-processor should add before and behind a text.

    Those of the base whose rows the target has; none on a side on which it adds tokens itself.
    """
    counterpart: dict[int, int] = {}
    for id, source in enumerate(matching.sources):
        if source is Source.SPECIAL:
            counterpart.setdefault(int(matching.base_ids[id]), id)
    sides = []
    for own, others in zip(ends(base), ends(target), strict=True):
        found = [counterpart.get(id) for id in own]
        sides.append([] if others or None in found else [id for id in found if id is not None])
    return sides[0], sides[1]


def ends(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """What a tokenizer adds before and behind a text when it is asked for special tokens."""
    found: tuple[list[int], list[int]] = ([], [])
    for part in _singles(tokenizer):
        found[0].extend(part[0])
        found[1].extend(part[1])
    return found


def _singles(tokenizer: Tokenizer) -> list[tuple[list[int], list[int]]]:
    """Of each post-processor that adds tokens."""
    processor = _read(tokenizer).get("post_processor") if _is_json(tokenizer) else None
    several = processor.get("processors", []) if isinstance(processor, dict) else []
    return [_added(one) for one in (several or [processor]) if isinstance(one, dict)]


def _added(processor: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    kind = processor.get("type")
    if kind in ("BertProcessing", "RobertaProcessing"):
        return [int(processor["cls"][1])], [int(processor["sep"][1])]
    if kind != "TemplateProcessing":
        return [], []
    sides: tuple[list[int], list[int]] = ([], [])
    behind = False
    for piece in processor.get("single", ()):
        if "Sequence" in piece:
            behind = True
        elif "SpecialToken" in piece:
            name = piece["SpecialToken"]["id"]
            sides[behind].extend(processor["special_tokens"][name]["ids"])
    return sides


def _read(tokenizer: Tokenizer) -> dict[str, Any]:
    return read_json_object(tokenizer.path, most_bytes=_MOST_BYTES)


def _is_json(tokenizer: Tokenizer) -> bool:
    return tokenizer.path.suffix == ".json"


def with_ends(tokenizer: Tokenizer, before: Sequence[int], behind: Sequence[int]) -> bytes:
    """The tokenizer.json, with a post-processor that adds these tokens around a text."""
    data = _read(tokenizer)
    names = {id: _content(tokenizer, id) for id in (*before, *behind)}

    def specials(ids: Sequence[int], kind: int) -> list[dict[str, Any]]:
        return [{"SpecialToken": {"id": names[id], "type_id": kind}} for id in ids]

    def around(text: str, kind: int, first: Sequence[int]) -> list[dict[str, Any]]:
        middle = [{"Sequence": {"id": text, "type_id": kind}}]
        return specials(first, kind) + middle + specials(behind, kind)

    template = {
        "type": "TemplateProcessing",
        "single": around("A", 0, before),
        "pair": around("A", 0, before) + around("B", 1, () if behind else before),
        "special_tokens": {name: {"id": name, "ids": [id], "tokens": [name]} for id, name in names.items()},
    }
    old = data.get("post_processor")
    if isinstance(old, dict):
        several = old["processors"] if old.get("type") == "Sequence" else [old]
        template = {"type": "Sequence", "processors": [*several, template]}
    return (json.dumps(data | {"post_processor": template}, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class ForEncoder:
    """What of the target's files is written otherwise: name → content, and the tokenizer_config.json.

    `padding`: the token to pad with. `said`: sentences on what was done.
    """

    files: dict[str, bytes]
    config: dict[str, Any]
    padding: int | None
    said: list[str]


def encoder_tokenizer_files(
    config: Mapping[str, Any],
    base_config: Mapping[str, Any],
    base: Tokenizer,
    target: Tokenizer,
    matching: Matching,
) -> ForEncoder:
    """The target's files as an encoder needs them.

    Args:
        config: the tokenizer_config.json that would be written.
        base_config: the base's config.json.
    """
    files: dict[str, bytes] = {}
    changed = dict(config)
    said: list[str] = []
    before, behind = missing_ends(base, target, matching)
    sides = zip(("before", "behind"), ends(base), ends(target), strict=True)
    lacking = [side for side, own, others in sides if own and not others]
    if before or behind:
        files[TOKENIZER] = with_ends(target, before, behind)
        changed["tokenizer_class"] = _PLAIN
        names = "".join(_content(target, id) for id in dict.fromkeys((*before, *behind)))
        said.append(
            f"The base is used to texts between special tokens, which the target does not add: {names}, "
            "which have their rows, were put into its post-processor."
        )
    elif lacking:
        said.append(
            f"The base is used to special tokens {' and '.join(lacking)} a text; the target has none "
            "to stand for them, and its texts lack them."
        )
    padding = padding_token(target)
    if padding is None:
        said.append("The target has no token to pad texts with: they go through the encoder one by one.")
    else:
        changed["pad_token"] = _content(target, padding)
    changed["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]
    if int(base_config.get("type_vocab_size") or 0) < 2:
        changed["model_input_names"].remove("token_type_ids")
    return ForEncoder(files, changed, padding, said)


def _content(tokenizer: Tokenizer, id: int) -> str:
    token = tokenizer.vocabulary.entries[id]
    assert token is not None
    return token.content
