"""What a language model will take, from its headers alone: needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from core.errors import UserError
from core.models.folder import ModelFolder, open_model
from core.models.result import model_words
from core.sizes import count_in_words

BLOCK = 512
"""Tokens that are read in one go, at most."""
USUAL_TOKENS = 2_048
"""Tokens read at the same time, where nobody says how many: prompt, text and branches."""

_FLOAT = 4


def foreseen(path: Path, dtype: Literal["float32", "bfloat16", "float16"], tokens: int) -> int:
    """Bytes of memory that the model in `path` takes, its cache for `tokens` tokens and one step included.

    Raises:
        UserError: it is no model folder that can be worked with.
    """
    return memory_of(open_model(path), _FLOAT if dtype == "float32" else 2, tokens)


def memory_of(folder: ModelFolder, number_bytes: int, tokens: int) -> int:
    """The same for a folder already understood, with so many bytes a number."""
    width = folder.hidden_size
    inner = _whole(folder.text_config, "intermediate_size", "n_inner") or 4 * width
    block = min(tokens, BLOCK)
    weights = folder.parameters * number_bytes
    step = block * (12 * width + 2 * inner) * number_bytes + block * (tokens + folder.vocab_size) * _FLOAT
    return weights + cache_bytes(folder, tokens, number_bytes) + step


def cache_bytes(folder: ModelFolder, tokens: int, number_bytes: int) -> int:
    """Of the keys and values of so many tokens."""
    config = folder.text_config
    heads = _whole(config, "num_attention_heads", "n_head") or 1
    kv_heads = _whole(config, "num_key_value_heads") or heads
    head_width = _whole(config, "head_dim") or folder.hidden_size // heads
    return 2 * (folder.layers or 1) * kv_heads * head_width * tokens * number_bytes


def causal_folder(path: Path, *, field: str | None = None) -> ModelFolder:
    """The headers of a folder with a causal language model.

    Raises:
        UserError: what is in it does not go on with a text.
    """
    folder = open_model(path, field=field)
    if folder.is_causal_lm:
        return folder
    if folder.architecture.endswith("ForMaskedLM"):
        raise UserError(
            f"{path} is an encoder ({folder.architecture}): it fills masks in a text, and does not go on "
            "with one. Choose a causal language model here, or have it fill masks (lexigraft masked).",
            field=field,
        )
    raise UserError(
        f"{path} is no causal language model, but a {folder.architecture}. Choose one whose architecture "
        "ends with ForCausalLM.",
        field=field,
    )


def models_words(folders: Sequence[ModelFolder]) -> str:
    """What is said of several models in a line: once where they are alike, else what tells them apart.

    ``Both: Llama, 5.3 M parameters, vocabulary 8,192``, or ``Parameters (vocabulary): 5.3 M (8,192), 494 M
    (151,936)``.
    """
    said = [model_words(one.family, one.parameters, one.vocab_size) for one in folders]
    if len(said) == 1:
        return said[0]
    if len(set(said)) == 1:
        return f"{'Both' if len(said) == 2 else 'All'}: {said[0]}"
    each = ", ".join(f"{count_in_words(one.parameters)} ({one.vocab_size:,})" for one in folders)
    return f"Parameters (vocabulary): {each}"


def _whole(config: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and value > 0:
            return value
    return None
