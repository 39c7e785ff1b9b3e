"""How a folder says that texts are encoded: sentence-transformers' files beside a model of transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.json_files import read_bytes, read_json_object

_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""Their older keys, in the order in which several are put after each other."""
_MOST_TOKENS = 512


@dataclass(frozen=True)
class Recipe:
    """`pooling`: one or more of `pooling.POOLINGS`; `most_tokens`: longer texts are cut, special tokens
    counted; `normalise`: vectors are made length 1; `prompts`: role (query, document) → what is put before a
    text."""

    pooling: tuple[str, ...] = ("mean",)
    most_tokens: int = _MOST_TOKENS
    normalise: bool = False
    lower_case: bool = False
    prompts: Mapping[str, str] = field(default_factory=dict)

    def prompt(self, *roles: str) -> str:
        """That of the first of the roles that has one."""
        return next((self.prompts[role] for role in roles if role in self.prompts), "")


def read_recipe(folder: Path, *, field: str) -> Recipe:
    """What the folder says; without sentence-transformers' files the mean of all tokens (the last token of
    a causal language model), and vectors as they are.

    Raises:
        UserError: a file is damaged, or asks for a step that is not known.
    """
    config = read_json_object(folder / "config.json", field=field)
    limit = config.get("max_position_embeddings")
    most = min(_MOST_TOKENS, limit) if isinstance(limit, int) and limit > 0 else _MOST_TOKENS
    modules = folder / "modules.json"
    if not modules.is_file():
        causal = any(str(name).endswith("ForCausalLM") for name in config.get("architectures") or ())
        return Recipe(pooling=("lasttoken",) if causal else ("mean",), most_tokens=most)
    steps = _steps(modules, field)
    pooling: tuple[str, ...] = ("mean",)
    normalise = False
    for kind, place in steps:
        if kind == "Pooling":
            pooling = _pooling(folder / place / "config.json", field)
        elif kind == "Normalize":
            normalise = True
        elif kind != "Transformer":
            raise UserError(
                f"{modules} asks for the step {kind}, which is not known here; only Transformer, Pooling and "
                "Normalize are.",
                field=field,
            )
    own = folder / "sentence_bert_config.json"
    said = read_json_object(own, field=field) if own.is_file() else {}
    length = said.get("max_seq_length")
    return Recipe(
        pooling=pooling,
        most_tokens=min(length, limit or length) if isinstance(length, int) and length > 0 else most,
        normalise=normalise,
        lower_case=said.get("do_lower_case") is True,
        prompts=_prompts(folder / "config_sentence_transformers.json", field),
    )


def _steps(file: Path, field: str) -> list[tuple[str, str]]:
    """(type without its package, folder), in order."""
    try:
        listed = json.loads(read_bytes(file, field=field).decode("utf-8-sig"))
        ordered = sorted(listed, key=lambda step: step["idx"])
        return [(str(step["type"]).rpartition(".")[2], str(step["path"])) for step in ordered]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file} is damaged: it is no list of modules.", field=field) from error


def _pooling(file: Path, field: str) -> tuple[str, ...]:
    config = read_json_object(file, field=field)
    named = config.get("pooling_mode")
    if named is not None:
        modes = [named] if isinstance(named, str) else list(named)
    else:
        modes = [mode for key, mode in _MODES.items() if config.get(key) is True]
    if not modes or any(mode not in _MODES.values() for mode in modes):
        raise UserError(f"{file} asks for a pooling that is not known: {modes or 'none'}.", field=field)
    return tuple(mode for mode in _MODES.values() if mode in modes)


def _prompts(file: Path, field: str) -> dict[str, str]:
    if not file.is_file():
        return {}
    config: dict[str, Any] = read_json_object(file, field=field)
    prompts = config.get("prompts") or {}
    named = {str(role): text for role, text in prompts.items() if isinstance(text, str)}
    default = named.get(str(config.get("default_prompt_name")), "")
    return {"": default, **named} if default else named
